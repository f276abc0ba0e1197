"""The sheet's four sides, on drawn sheets whose truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.synthesise import draw_sheet
from engines.truth import HERBARIUM
from station import mount
from station.types import Engine, Segmentation
from tests.station.scenes import ArrayPhoto


@pytest.mark.parametrize("skew", [-4.0, 0.0, 0.4])
def test_the_sheets_corners_are_refined_on_the_photograph(skew: float) -> None:
    """The four corners come within 3 px of 3000 of the drawn ones, closer than a map pixel (6 px)."""
    sheet = draw_sheet(11, long_side_px=3000, plain=True, skew_deg=skew)
    coarse = cv2.resize(sheet.class_map, None, fx=1 / 6, fy=1 / 6, interpolation=cv2.INTER_NEAREST)
    h, w = sheet.class_map.shape
    blank = np.zeros_like(coarse)
    scale = (w / coarse.shape[1], h / coarse.shape[0])
    engine = Engine("drawn", "0" * 64, "truth", "fp32", "1")
    sides = np.zeros((4, 1, 1), np.uint8)
    segmented = Segmentation(coarse, blank + np.uint8(240), blank, sides, HERBARIUM, scale, 0, engine)
    (found,) = mount.find(segmented, ArrayPhoto(sheet.image))
    (drawn,) = [t.polygon for t in sheet.things if t.name == "sheet"]
    assert np.linalg.norm(found.polygon[:, None] - drawn[None], axis=2).min(axis=1).max() < 3.0
