"""The sheet's four sides, on drawn sheets whose truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.synthesise import Drawn, draw_sheet
from engines.truth import HERBARIUM
from station import mount
from station.measure import geometry
from station.types import Engine, Segmentation
from tests.station.scenes import ArrayPhoto


def coarse(class_map: NDArray[np.uint8], photo_px_per_map_px: tuple[float, float]) -> Segmentation:
    """A class map as a sure engine would answer it."""
    nothing, sides = np.zeros_like(class_map), np.zeros((4, 1, 1), np.uint8)
    engine = Engine("drawn", "0" * 64, "truth", "fp32", "1")
    return Segmentation(
        class_map, np.full_like(class_map, 240), nothing, sides, HERBARIUM, photo_px_per_map_px, 0, engine
    )


def segmented_of(sheet: Drawn) -> Segmentation:
    """The truth at a sixth of the photograph's size."""
    small = cv2.resize(sheet.class_map, None, fx=1 / 6, fy=1 / 6, interpolation=cv2.INTER_NEAREST)
    h, w = sheet.class_map.shape
    return coarse(np.asarray(small, np.uint8), (w / small.shape[1], h / small.shape[0]))


@pytest.mark.parametrize("skew", [-4.0, 0.0, 0.4])
def test_the_sheets_corners_are_refined_on_the_photograph(skew: float) -> None:
    """The four corners come within 3 px of 3000 of the drawn ones, closer than a map pixel (6 px)."""
    sheet = draw_sheet(11, long_side_px=3000, plain=True, skew_deg=skew)
    (found,) = mount.find(segmented_of(sheet), ArrayPhoto(sheet.image))
    (drawn,) = [t.polygon for t in sheet.things if t.name == "sheet"]
    assert np.linalg.norm(found.polygon[:, None] - drawn[None], axis=2).min(axis=1).max() < 3.0


@pytest.mark.parametrize("skew", [-9.5, -1.0, 0.3, 6.0])
def test_the_skew_is_exact_to_two_hundredths_of_a_degree(skew: float) -> None:
    """On a calm stand; the coarse map alone is wrong by more."""
    sheet = draw_sheet(3, long_side_px=2400, plain=True, skew_deg=skew)
    (found,) = mount.find(segmented_of(sheet), ArrayPhoto(sheet.image))
    measured = geometry.skew(found.polygon, ArrayPhoto(sheet.image).size_px)
    assert measured is not None
    assert measured.deg == pytest.approx(sheet.skew_deg, abs=0.02)


def test_a_sheet_larger_than_the_frame_has_its_hidden_side_on_the_border() -> None:
    """The photograph is cut inside the sheet: that side lies on the frame, the others where they were."""
    sheet = draw_sheet(3, long_side_px=2400, plain=True, skew_deg=0.4)
    (ring,) = [t.polygon for t in sheet.things if t.name == "sheet"]
    cut = int(ring[:, 0].min()) + 150
    whole = segmented_of(sheet)
    kept = np.ascontiguousarray(whole.class_map[:, round(cut / whole.photo_px_per_map_px[0]) :])
    scale = ((sheet.image.shape[1] - cut) / kept.shape[1], whole.photo_px_per_map_px[1])
    part = coarse(kept, scale)
    photo = ArrayPhoto(np.ascontiguousarray(sheet.image[:, cut:]))
    (found,) = mount.find(part, photo)
    assert found.polygon[[0, 3], 0] == pytest.approx([0, 0], abs=0.01)
    measured = geometry.skew(found.polygon, photo.size_px)
    assert measured is not None
    assert "left" not in measured.sides
    assert measured.deg == pytest.approx(sheet.skew_deg, abs=0.03)
