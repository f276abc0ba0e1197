"""Parting the slides of a photograph by maps that are exactly true."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.drawing.canvas import SLIDE_CLASSES
from engines.synthesise_slides import draw_slide, draw_slides
from engines.truth import paint
from station import mount, slides
from station.types import SIDES_REACH_PX, SIDES_STRIDE, Engine, Segmentation
from tests.station.scenes import ArrayPhoto


def exact(image: NDArray[np.uint8], things: list[tuple[str, NDArray[np.float32]]]) -> Segmentation:
    """What a network without fault would answer for a picture of these things."""
    maps = paint(image, things, SLIDE_CLASSES, in_order=True)
    h, w = (side // SIDES_STRIDE for side in image.shape[:2])
    sides = np.zeros((4, h, w), np.uint8)
    middle = SIDES_STRIDE // 2
    for number in np.unique(maps.owner[maps.owner > 0]):
        x, y, wide, high = cv2.boundingRect((maps.owner == number).astype(np.uint8))
        for row, column in zip(
            *np.nonzero(maps.owner[middle::SIDES_STRIDE, middle::SIDES_STRIDE] == number), strict=True
        ):
            if row < h and column < w:
                at = column * SIDES_STRIDE + middle, row * SIDES_STRIDE + middle
                far = np.clip([at[0] - x, at[1] - y, x + wide - at[0], y + high - at[1]], 0, None)
                sides[:, row, column] = np.round(np.sqrt(far / SIDES_REACH_PX) * 255)
    class_map, core = maps.class_map[: h * 8 : 2, : w * 8 : 2], maps.core[: h * 8 : 2, : w * 8 : 2] * 255
    sure = np.full_like(class_map, 250)
    return Segmentation(
        class_map, sure, core, sides, SLIDE_CLASSES, (2.0, 2.0), None, Engine("exact", "0" * 64, "drawn", "fp32", "1")
    )


def iou(a: NDArray[np.float32], b: NDArray[np.float32], shape: tuple[int, ...]) -> float:
    """Overlap of two polygons within a picture."""
    masks = []
    for polygon in (a, b):
        mask = np.zeros(shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 1)
        masks.append(mask)
    return float((masks[0] & masks[1]).sum() / max((masks[0] | masks[1]).sum(), 1))


@pytest.mark.parametrize("seed", [4, 8, 13])
def test_every_slide_of_a_calm_tray_is_found(seed: int) -> None:
    """Twelve slides, no more, each where it is."""
    drawn = draw_slide(seed, long_side_px=768, rows=2, columns=6)
    segmented = exact(drawn.image, [(thing.name, thing.polygon) for thing in drawn.things])
    found = mount.find(segmented, ArrayPhoto(drawn.image))
    assert len(found) == 12
    for place in drawn.places:
        assert max(iou(place.corners, region.polygon, drawn.image.shape) for region in found) > 0.8


def test_most_slides_of_wild_trays_are_found() -> None:
    """Touching, covered, turned by hand: at least nine in ten that can be seen, hardly any that is none."""
    true = hits = told = 0
    for seed in range(60, 110):
        drawn = draw_slides(seed, long_side_px=768)
        places = [place.corners for place in drawn.places if not place.empty]
        if not 4 <= len(places) <= 60:
            continue
        segmented = exact(drawn.image, [(thing.name, thing.polygon) for thing in drawn.things])
        found = mount.find(segmented, ArrayPhoto(drawn.image))
        true, told = true + len(places), told + len(found)
        hits += sum(max((iou(p, r.polygon, drawn.image.shape) for r in found), default=0) > 0.5 for p in places)
    assert true > 100
    assert hits / true > 0.9
    assert hits / told > 0.9


def test_without_glass_there_is_no_slide() -> None:
    """An empty frame."""
    image = np.full((256, 256, 3), 200, np.uint8)
    assert slides.parted(exact(image, [])) == []
    assert mount.find(exact(image, []), ArrayPhoto(image)) == ()
