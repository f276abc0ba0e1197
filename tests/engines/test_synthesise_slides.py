"""The drawn slides: what the picture shows and what the truth says are the same thing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engines.drawing import slide, sticker, tray
from engines.drawing.bench import Bench, camera_over
from engines.drawing.canvas import SLIDE_CLASSES, Canvas
from engines.synthesise_slides import Defect, DrawnSlides, draw_slide, draw_slides


def union(drawn: DrawnSlides, name: str, grown_px: int) -> NDArray[np.bool_]:
    """Where the polygons of one class are, grown by a few pixels, also from beyond the frame."""
    mask = np.pad(np.zeros(drawn.class_map.shape, np.uint8), grown_px)
    for thing in drawn.things:
        if thing.name == name:
            cv2.fillPoly(mask, [np.round(thing.polygon + grown_px).astype(np.int32)], 1)
    grown = cv2.dilate(mask, np.ones((2 * grown_px + 1,) * 2, np.uint8))
    h, w = drawn.class_map.shape
    return np.asarray(grown[grown_px : grown_px + h, grown_px : grown_px + w], bool)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), side=st.integers(256, 512))
def test_every_seed_draws_a_picture_with_valid_truth(seed: int, side: int) -> None:
    """Any seed and size gives a picture whose shapes, classes and polygons are well formed, with a slide in it or an
    empty place."""
    drawn = draw_slides(seed, long_side_px=side)
    assert drawn.image.shape == (*drawn.class_map.shape, 3)
    assert max(drawn.class_map.shape) == side
    assert int(drawn.class_map.max()) < len(SLIDE_CLASSES)
    assert sum(thing.name == "slide" for thing in drawn.things) == sum(not place.empty for place in drawn.places)
    for thing in drawn.things:
        assert thing.name in SLIDE_CLASSES[1:]
        assert thing.polygon.dtype == np.float32
        assert thing.polygon.shape[1] == 2
        assert len(thing.polygon) >= 3
        assert np.isfinite(thing.polygon).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_class_map_agrees_with_polygons(seed: int) -> None:
    """Every pixel of a class lies inside (or within 3 px of) a polygon of that class, but for a few at the border."""
    drawn = draw_slides(seed, long_side_px=512)
    for number, name in enumerate(SLIDE_CLASSES):
        if number and name != "specimen":
            assert ((drawn.class_map == number) & ~union(drawn, name, 3)).sum() <= 4, name


def test_same_seed_same_pixels() -> None:
    """A picture follows from its seed."""
    first, second = (draw_slides(5, long_side_px=512) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.class_map, second.class_map)
    assert not np.array_equal(first.image, draw_slides(6, long_side_px=512).image[: len(first.image)])


def test_places_stand_in_reading_order() -> None:
    """Rows from the top, columns from the left, as the labels are read."""
    seen = [draw_slides(seed, long_side_px=256) for seed in range(12)]
    assert any(len(drawn.places) > 10 for drawn in seen)
    for drawn in seen:
        order = [(place.row, place.col) for place in drawn.places]
        assert order == sorted(set(order))


def test_a_drawn_code_can_be_read() -> None:
    """The DataMatrix on a drawn slide is a real one: the reader finds the slide's number."""
    rng = np.random.default_rng(8)
    tiles = [sticker.code("010123456", 30, rng) for _ in range(12)]
    tiles = [cv2.copyMakeBorder(tile, *(40,) * 4, cv2.BORDER_CONSTANT, value=(255,) * 3) for tile in tiles]
    read = [[found.text for found in zxingcpp.read_barcodes(tile)] for tile in tiles]
    assert sum(texts == ["010123456"] for texts in read) >= 11


def test_a_tray_has_its_slides_where_its_places_are() -> None:
    """Each place of a tray that is not empty shows a slide over most of its area, an empty one shows none."""
    rng = np.random.default_rng(3)
    habit = slide.any_habit(rng)
    layout = tray.grid(habit, rng, 3, 6, walls=True)
    to_px, (w, h), k = camera_over(layout.frame_mm, 700, 0, np.zeros((4, 2), np.float32))
    canvas = Canvas(np.full((h, w, 3), 90, np.uint8), np.zeros((h, w), np.uint8), k, classes=SLIDE_CLASSES)
    tray.arrange(Bench(canvas, rng, to_px, to_px, layout.frame_mm, habit.size_mm), layout, habit, "010123456")
    assert len(layout.places) == 18
    for place in layout.places:
        inside = np.zeros((h, w), np.uint8)
        cv2.fillPoly(inside, [place.corners.astype(np.int32)], 1)
        share = (canvas.class_map[inside > 0] > 0).mean()
        assert share < 0.35 if place.empty else share > 0.8


@pytest.mark.parametrize("defect", Defect)
def test_a_calm_slide_shows_its_defect(defect: Defect) -> None:
    """Each defect changes what is there: the label, the code, the foreign object, an empty place, the slide's turn."""
    drawn = draw_slide(11, long_side_px=500, defect=defect)
    names = [thing.name for thing in drawn.things]
    assert names.count("slide") == (11 if defect is Defect.EMPTY_PLACE else 1)
    assert sum(place.empty for place in drawn.places) == (defect is Defect.EMPTY_PLACE)
    assert ("label" in names) == (defect is not Defect.LABEL_MISSING)
    assert ("barcode" in names) == (defect is not Defect.NO_BARCODE)
    assert ("foreign_object" in names) == (defect is Defect.FINGER)
    blurred = [thing.name for thing in drawn.things if thing.blur_px > 0]
    assert blurred == (["label"] if defect is Defect.LABEL_BLURRED else [])
    assert drawn.upright_deg == (180 if defect is Defect.UPSIDE_DOWN else 0)


@pytest.mark.parametrize(("defect", "least", "most"), [(Defect.LABEL_COVERED, 0.15, 0.35), (Defect.NONE, 0, 0)])
def test_a_coverslip_lies_over_a_label_or_not(defect: Defect, least: float, most: float) -> None:
    """A covered label is hidden by a fifth or so, and still a label in the truth but for the specimen."""
    drawn = draw_slide(3, long_side_px=600, defect=defect)
    (slip,) = (thing.polygon for thing in drawn.things if thing.name == "coverslip")
    labels = [cv2.convexHull(thing.polygon) for thing in drawn.things if thing.name == "label"]
    shares = [cv2.intersectConvexConvex(ring, cv2.convexHull(slip))[0] / cv2.contourArea(ring) for ring in labels]
    assert least <= max(shares) <= most
    both = np.zeros(drawn.class_map.shape, np.uint8)
    cv2.fillPoly(both, [np.round(slip).astype(np.int32)], 1)
    under = both * union(drawn, "label", 0)
    seen = drawn.class_map[cv2.erode(under, np.ones((5, 5), np.uint8)) > 0]
    assert set(seen.tolist()) <= {SLIDE_CLASSES.index("label"), SLIDE_CLASSES.index("specimen")}


def test_the_code_of_a_calm_slide_can_be_read() -> None:
    """At 2000 px, in the whole picture."""
    drawn = draw_slide(4, long_side_px=2000)
    number = next(thing.text for thing in drawn.things if thing.name == "barcode")
    assert [found.text for found in zxingcpp.read_barcodes(drawn.image)] == [number]
