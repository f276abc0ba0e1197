"""From a class map to objects, on drawn sheets whose truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.synthesise import Drawn, draw_sheet
from engines.truth import HERBARIUM, paint
from station import regions
from station.types import Engine, Region, Segmentation
from tests.station.scenes import ArrayPhoto

NO_SIDES = np.zeros((4, 1, 1), np.uint8)
STEP = 2
"""Photo pixels a map pixel, as with a 1024 px input."""


def seen(sheet: Drawn) -> Segmentation:
    """What a perfect network would answer for a drawn sheet."""
    things = [(t.name, t.polygon) for t in sheet.things]
    _, core, _ = paint(sheet.image, [t for t in things if t[0] != "specimen"], HERBARIUM)
    class_map = np.ascontiguousarray(sheet.class_map[::STEP, ::STEP])
    h, w = sheet.class_map.shape
    return Segmentation(
        class_map,
        np.full(class_map.shape, 240, np.uint8),
        (np.ascontiguousarray(core[::STEP, ::STEP]) * 255).astype(np.uint8),
        np.zeros((4, h // 8, w // 8), np.uint8),
        HERBARIUM,
        (w / class_map.shape[1], h / class_map.shape[0]),
        0,
        Engine("drawn", "0" * 64, "truth", "fp32", "1"),
    )


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


def test_objects_that_touch_are_parted_by_their_cores() -> None:
    """Two labels side by side are one area of the class map but two regions."""
    class_map = np.ones((200, 300), np.uint8)
    core = np.zeros_like(class_map)
    class_map[50:100, 40:200] = HERBARIUM.index("label")
    core[55:95, 45:115] = 255
    core[55:95, 125:195] = 255
    engine = Engine("drawn", "0" * 64, "truth", "fp32", "1")
    segmented = Segmentation(class_map, class_map * 0 + 200, core, NO_SIDES, HERBARIUM, (2.0, 2.0), None, engine)
    found = regions.find(segmented, ArrayPhoto(np.zeros((400, 600, 3), np.uint8)))
    boxes = sorted(r.box for r in found if r.name == "label")
    assert [b.w for b in boxes] == pytest.approx([160, 160], abs=4)
    assert boxes[1].x == pytest.approx(240, abs=4)


def test_an_empty_table_has_no_regions() -> None:
    """Nothing but background: no sheet is invented."""
    nothing = np.zeros((64, 64), np.uint8)
    engine = Engine("drawn", "0" * 64, "truth", "fp32", "1")
    segmented = Segmentation(nothing, nothing + 255, nothing, NO_SIDES, HERBARIUM, (2.0, 2.0), None, engine)
    assert regions.find(segmented, ArrayPhoto(np.zeros((128, 128, 3), np.uint8))) == ()
