"""From a class map to objects, on drawn sheets whose truth is known."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.synthesise import Drawn, draw_sheet
from engines.truth import HERBARIUM, paint
from station import regions
from station.types import SIDES_REACH_PX, SIDES_STRIDE, Box, Engine, Region, Segmentation
from tests.station.scenes import ArrayPhoto

STEP = 2
"""Photo pixels a map pixel, as with a 1024 px input."""


def seen(sheet: Drawn) -> Segmentation:
    """What a perfect network would answer for a drawn sheet."""
    things = [(t.name, t.polygon) for t in sheet.things]
    _, core, owner = paint(sheet.image, [t for t in things if t[0] != "specimen"], HERBARIUM)
    class_map = np.ascontiguousarray(sheet.class_map[::STEP, ::STEP])
    h, w = sheet.class_map.shape
    return Segmentation(
        class_map,
        np.full(class_map.shape, 240, np.uint8),
        (np.ascontiguousarray(core[::STEP, ::STEP]) * 255).astype(np.uint8),
        sides_of(owner),
        HERBARIUM,
        (w / class_map.shape[1], h / class_map.shape[0]),
        0,
        Engine("drawn", "0" * 64, "truth", "fp32", "1"),
    )


def sides_of(owner: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Owner map of the network's input -> `Segmentation.sides`, by the formula of station.types.Maps."""
    rows, columns = (np.arange(SIDES_STRIDE // 2, side, SIDES_STRIDE) for side in owner.shape)
    sides = np.zeros((4, len(rows), len(columns)), np.uint8)
    for number in np.unique(owner[owner > 0]):
        ys, xs = np.nonzero(owner == number)
        for (i, y), (j, x) in itertools.product(enumerate(rows), enumerate(columns)):
            if owner[y, x] == number:
                far = np.array([x - xs.min(), y - ys.min(), xs.max() + 1 - x, ys.max() + 1 - y])
                sides[:, i, j] = np.round(255 * np.sqrt(far / SIDES_REACH_PX))
    return sides


def overlap(a: Region, b: np.ndarray[tuple[int, int], np.dtype[np.float32]], shape: tuple[int, ...]) -> float:
    masks = np.zeros((2, *shape[:2]), np.uint8)
    for mask, ring in zip(masks, (a.polygon, b), strict=True):
        cv2.fillPoly(mask, [np.round(ring).astype(np.int32)], 1)
    return float((masks[0] & masks[1]).sum() / max((masks[0] | masks[1]).sum(), 1))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_drawn_rectangle_is_found_where_it_lies(seed: int) -> None:
    """Labels, barcode, chart and scale of a calm sheet: as many as drawn, each with IoU above 0.85."""
    sheet = draw_sheet(seed, long_side_px=1024, plain=True)
    found = regions.find(seen(sheet), ArrayPhoto(sheet.image))
    for name in ("label", "barcode", "colour_chart", "scale_bar"):
        drawn = [t.polygon for t in sheet.things if t.name == name]
        mine = [r for r in found if r.name == name]
        assert len(mine) == len(drawn), name
        assert all(max(overlap(r, d, sheet.image.shape) for d in drawn) > 0.85 for r in mine), name


def labels(*boxes: tuple[int, int, int, int]) -> list[Box]:
    """What is found where labels (x, y, w, h in map pixels) lie, later ones on earlier ones: one area of one class."""
    class_map, owner = np.ones((200, 300), np.uint8), np.zeros((400, 600), np.uint16)
    for number, (x, y, w, h) in enumerate(boxes, 1):
        class_map[y : y + h, x : x + w] = HERBARIUM.index("label")
        owner[2 * y : 2 * (y + h), 2 * x : 2 * (x + w)] = number
    engine = Engine("drawn", "0" * 64, "truth", "fp32", "1")
    sure = np.full_like(class_map, 200)
    segmented = Segmentation(class_map, sure, sure, sides_of(owner), HERBARIUM, (2.0, 2.0), None, engine)
    found = regions.find(segmented, ArrayPhoto(np.zeros((400, 600, 3), np.uint8)))
    return sorted(r.box for r in found if r.name == "label")


def test_labels_that_touch_are_parted_by_their_sides() -> None:
    """Two labels side by side are one area of the class map but two regions."""
    boxes = labels((40, 50, 80, 50), (120, 50, 80, 50))
    assert [b.w for b in boxes] == pytest.approx([160, 160], abs=4)
    assert boxes[1].x == pytest.approx(240, abs=4)


def test_a_slip_on_a_label_is_a_label_of_its_own() -> None:
    """What lies under the slip belongs to the label still: both are found whole."""
    boxes = labels((40, 50, 160, 100), (80, 60, 60, 24))
    assert [(b.w, b.h) for b in boxes] == [pytest.approx((320, 200), abs=4), pytest.approx((120, 48), abs=4)]


def test_an_empty_table_has_no_regions() -> None:
    """Nothing but background: no sheet is invented."""
    nothing = np.zeros((64, 64), np.uint8)
    engine = Engine("drawn", "0" * 64, "truth", "fp32", "1")
    sides = np.zeros((4, 16, 16), np.uint8)
    segmented = Segmentation(nothing, nothing + 255, nothing, sides, HERBARIUM, (2.0, 2.0), None, engine)
    assert regions.find(segmented, ArrayPhoto(np.zeros((128, 128, 3), np.uint8))) == ()


@pytest.mark.parametrize(("seed", "stays"), [(1, True), (3, True), (None, False)])
def test_a_chart_without_colours_is_none(seed: int | None, stays: bool) -> None:
    """A chart of a drawn sheet keeps its outline; a bare edge of the table that the network takes for one does not."""
    sheet = draw_sheet(seed or 1, long_side_px=1024)
    ring = next(t.polygon for t in sheet.things if t.name == "colour_chart")
    image = sheet.image if seed else np.full_like(sheet.image, 40)
    said = Region("colour_chart", ring.astype(np.float32), float(cv2.contourArea(ring)), 0.9)
    assert regions.plain(said, image, 1.0) is not stays
    assert list(regions.charts(said, image, 1.0)) == [said] * stays


@pytest.mark.parametrize(("left", "confidence", "stays"), [(0, 0.7, False), (0, 0.9, True), (40, 0.7, True)])
def test_an_unsure_chart_at_the_edge_must_show_more_colours(left: int, confidence: float, stays: bool) -> None:
    """Six greys are enough for a card that lies in the frame, or of which the network is sure."""
    image = np.full((200, 300, 3), 128, np.uint8)
    for step in range(6):
        image[50:110, left + 20 * step : left + 20 * (step + 1)] = 40 * step
    ring = np.array([[left, 50], [left + 120, 50], [left + 120, 110], [left, 110]], np.float32)
    said = Region("colour_chart", ring, 120.0 * 60, confidence)
    assert regions.plain(said, image, 1.0) is not stays
