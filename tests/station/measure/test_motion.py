"""Smear of drawn writing, and borders that are none of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.bench.defects import seeds
from station.measure import focus, motion
from tests.station.measure.test_focus import blocks, text


@pytest.mark.parametrize("deg", [0.0, 45.0, 90.0, 135.0])
def test_the_direction_of_a_movement_is_found(deg: float) -> None:
    """Within the 22.5 degrees that are told apart."""
    page = cv2.filter2D(blocks(20), -1, seeds.streak(10, deg))
    found = motion.smear(*focus.slopes(np.asarray(page, np.uint8)))
    assert found.ratio > 1.6
    assert abs((found.deg - deg + 90) % 180 - 90) <= 22.5


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 5))
def test_defocus_smears_no_direction(sigma: float) -> None:
    """Round blur leaves squares as steep in all directions."""
    page = blocks(20) if sigma < 0.3 else cv2.GaussianBlur(blocks(20), (0, 0), sigma)
    assert motion.smear(*focus.slopes(np.asarray(page, np.uint8))).ratio < 1.3


def test_long_straight_borders_are_found_and_letters_are_not() -> None:
    """A ruled frame round text, a little turned."""
    page = text(30)
    corners = cv2.boxPoints(((450.0, 200.0), (820.0, 350.0), 2.0))
    cv2.polylines(page, [np.round(corners).astype(np.int32)], True, 60, 2, cv2.LINE_AA)
    gx, gy = focus.slopes(page)
    found = motion.borders(gx, gy, cv2.magnitude(gx, gy) > 400)
    line = np.zeros(page.shape, np.uint8)
    cv2.polylines(line, [np.round(corners).astype(np.int32)], True, 1, 1)
    assert found[line > 0].mean() > 0.8  # but where letters touch it
    assert found[70:330, 80:820].mean() < 0.02


def test_a_tiny_picture_moved_nowhere() -> None:
    """Too few pixels tell nothing."""
    assert motion.smear(*focus.slopes(np.zeros((12, 12), np.uint8))) == motion.Smear()
