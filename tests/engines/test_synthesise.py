"""The drawn sheets: what the picture shows and what the truth says are the same thing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engines.drawing.canvas import CLASSES
from engines.synthesise import Defect, Drawn, draw_sheet, main


def union(drawn: Drawn, name: str, grown_px: int) -> NDArray[np.bool_]:
    """Where the polygons of one class are, grown by a few pixels, also from beyond the frame."""
    mask = np.pad(np.zeros(drawn.class_map.shape, np.uint8), grown_px)
    for thing in drawn.things:
        if thing.name == name:
            cv2.fillPoly(mask, [np.round(thing.polygon + grown_px).astype(np.int32)], 1)
    grown = cv2.dilate(mask, np.ones((2 * grown_px + 1,) * 2, np.uint8))
    return np.asarray(grown[grown_px:-grown_px, grown_px:-grown_px], bool)


def count(drawn: Drawn, name: str) -> int:
    """How many things of a class were drawn."""
    return sum(thing.name == name for thing in drawn.things)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    side=st.integers(256, 512),
    defect=st.sampled_from(Defect),
    plain=st.booleans(),
)
def test_every_seed_draws_a_picture_with_valid_truth(seed: int, side: int, defect: Defect, plain: bool) -> None:
    """Any seed, size, style and defect gives a picture whose shapes, classes and polygons are well formed."""
    drawn = draw_sheet(seed, long_side_px=side, defect=defect, plain=plain)
    assert drawn.image.dtype == drawn.class_map.dtype == np.uint8
    assert drawn.image.shape == (*drawn.class_map.shape, 3)
    assert max(drawn.class_map.shape) == side
    assert int(drawn.class_map.max()) < len(CLASSES)
    assert -45 < drawn.skew_deg <= 45
    assert drawn.upright_deg in (0, 90, 180, 270)
    assert count(drawn, "sheet") == 1
    for thing in drawn.things:
        assert thing.name in CLASSES[1:]
        assert thing.polygon.dtype == np.float32
        assert thing.polygon.shape[1] == 2
        assert len(thing.polygon) >= 3
        assert np.isfinite(thing.polygon).all()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), plain=st.booleans())
def test_class_map_agrees_with_polygons(seed: int, plain: bool) -> None:
    """Every pixel of a class lies inside (or within 2 px of) a polygon of that class."""
    drawn = draw_sheet(seed, long_side_px=512, plain=plain)
    for number, name in enumerate(CLASSES):
        if number and name != "specimen":
            assert not ((drawn.class_map == number) & ~union(drawn, name, 2)).any(), name
    plant = drawn.class_map == CLASSES.index("specimen")
    outside = plant & ~union(drawn, "specimen", 3)
    assert outside.sum() <= 0.05 * plant.sum() + 60  # crumbs are not noted as specimens


@pytest.mark.parametrize("plain", [True, False])
def test_same_seed_same_pixels(plain: bool) -> None:
    """A picture follows from its seed."""
    first, second = (draw_sheet(5, long_side_px=512, plain=plain) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.class_map, second.class_map)
    assert [t.text for t in first.things] == [t.text for t in second.things]
    assert not np.array_equal(first.image, draw_sheet(6, long_side_px=512, plain=plain).image[: len(first.image)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plain_barcode_is_read_back(seed: int) -> None:
    """A decoder reads from the plain picture the number that the truth says."""
    drawn = draw_sheet(seed, long_side_px=3000, plain=True)
    corners = next(thing for thing in drawn.things if thing.name == "barcode").polygon
    (x0, y0), (x1, y1) = corners.min(axis=0).astype(int) - 20, corners.max(axis=0).astype(int) + 20
    read = zxingcpp.read_barcodes(np.ascontiguousarray(drawn.image[y0:y1, x0:x1]))
    assert [code.text for code in read] == [drawn.specimen_number]


@pytest.mark.parametrize("seed", range(4))
def test_skewed_sheets_are_skewed_as_the_truth_says(seed: int) -> None:
    """SKEWED turns the sheet by more than a degree, and the truth is the angle of the drawn upper edge."""
    drawn = draw_sheet(seed, long_side_px=512, plain=True, defect=Defect.SKEWED)
    left, right = next(thing for thing in drawn.things if thing.name == "sheet").polygon[:2]
    assert abs(drawn.skew_deg) > 1
    assert drawn.skew_deg == pytest.approx(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])), abs=0.02)


@given(angle=st.floats(-10, 10))
@settings(max_examples=8, deadline=None)
def test_asked_skew_is_drawn(angle: float) -> None:
    """The sheet's smallest enclosing rectangle lies turned by the angle asked for."""
    drawn = draw_sheet(0, long_side_px=400, plain=True, skew_deg=angle)
    assert drawn.skew_deg == pytest.approx(angle, abs=0.02)
    whole = cv2.minAreaRect(next(t for t in drawn.things if t.name == "sheet").polygon)[2]
    assert min(abs(whole - angle) % 90, 90 - abs(whole - angle) % 90) < 0.05


def test_plain_sheets_are_nearly_straight_and_whole() -> None:
    """Without a defect the sheet is turned by 0.3 degrees at most, whole, and has all that is required."""
    for seed in range(5):
        drawn = draw_sheet(seed, long_side_px=400, plain=True)
        corners = next(thing for thing in drawn.things if thing.name == "sheet").polygon
        assert abs(drawn.skew_deg) <= 0.31
        assert corners.min() > 5
        assert (corners.max(axis=0) < np.array(drawn.class_map.shape[::-1]) - 5).all()
        for name in ("specimen", "label", "barcode", "colour_chart", "scale_bar", "stamp"):
            assert count(drawn, name) >= 1, name


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(
    ("defect", "name"),
    [(Defect.NO_CHART, "colour_chart"), (Defect.LABEL_MISSING, "label"), (Defect.NO_BARCODE, "barcode")],
)
def test_missing_things_are_missing(defect: Defect, name: str, plain: bool) -> None:
    """A picture without a chart, label or barcode has none in its truth, neither as a thing nor as pixels."""
    for seed in range(4):
        drawn = draw_sheet(seed, long_side_px=300, plain=plain, defect=defect)
        assert count(drawn, name) == 0
        assert not (drawn.class_map == CLASSES.index(name)).any()


def test_clipped_sheets_leave_the_frame() -> None:
    """CLIPPED puts a part of the sheet outside the frame."""
    for seed in range(4):
        drawn = draw_sheet(seed, long_side_px=300, plain=True, defect=Defect.CLIPPED)
        corners = next(thing for thing in drawn.things if thing.name == "sheet").polygon
        assert corners[:, 0].min() < -3 or corners[:, 0].max() > drawn.class_map.shape[1] + 3


def test_command_writes_pictures_and_coco(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command writes a picture, a class map and the polygons for each seed."""
    monkeypatch.setattr(sys, "argv", ["synthesise", "--out", str(tmp_path), "--count", "2", "--long-side", "300"])
    main()
    coco = json.loads((tmp_path / "coco.json").read_text())
    assert [image["file_name"] for image in coco["images"]] == ["drawn-000000.jpg", "drawn-000001.jpg"]
    assert {note["category_id"] for note in coco["annotations"]} <= {kind["id"] for kind in coco["categories"]}
    for image in coco["images"]:
        assert (tmp_path / image["file_name"]).is_file()
        class_map = cv2.imread(str(tmp_path / image["file_name"].replace("jpg", "png")), cv2.IMREAD_UNCHANGED)
        assert class_map is not None
        assert class_map.shape == (image["height"], image["width"])


def test_tiny_pictures_are_refused() -> None:
    """Below 128 px nothing can be recognised."""
    with pytest.raises(ValueError, match="128"):
        draw_sheet(0, long_side_px=64)
