"""Straight sides from masks and from steps in lightness."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.measure import outline


def turned_square(angle_deg: float, side: float = 100.0, centre: float = 150.0) -> outline.Points:
    a = np.deg2rad(angle_deg)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    corners = np.array([[-side, -side * 1.4], [side, -side * 1.4], [side, side * 1.4], [-side, side * 1.4]]) / 2
    return np.asarray(corners @ turn.T + centre)


def mask_of(corners: outline.Points) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    mask = np.zeros((300, 300), np.uint8)
    cv2.fillPoly(mask, [np.round(corners * 16).astype(np.int32)], 1, shift=4)
    return mask


@given(st.permutations(range(4)), st.floats(-40, 40))
def test_corners_come_clockwise_from_the_top_left(order: list[int], angle: float) -> None:
    """Whatever order the corners are given in, the ring is the same one and runs clockwise on the screen."""
    corners = turned_square(angle)
    ring = outline.clockwise(corners[order])
    assert cv2.contourArea(ring.astype(np.float32), oriented=True) > 0
    assert np.argmin(ring.sum(axis=1)) == 0
    assert {tuple(c) for c in ring} == {tuple(c) for c in corners}


@settings(deadline=None)
@given(st.floats(-44, 44))
def test_a_turned_mask_gives_its_own_corners(angle: float) -> None:
    """Rectangle and four sides both find the drawn corners; a filled mask may be a pixel wide of its polygon."""
    corners = outline.clockwise(turned_square(angle))
    for found in (outline.rectangle(mask_of(corners)), outline.quadrilateral(mask_of(corners))):
        assert np.linalg.norm(found[:, None] - corners[None], axis=2).min(axis=1).max() < 3.0


def test_a_torn_corner_does_not_move_the_sides() -> None:
    """A sheet without one corner keeps the four sides it had."""
    corners = turned_square(3)
    mask = mask_of(corners)
    torn = np.round(outline.clockwise(corners)[0]).astype(int)
    cv2.circle(mask, (int(torn[0]), int(torn[1])), 9, 0, -1)
    found = outline.quadrilateral(mask)
    assert np.linalg.norm(found - outline.clockwise(corners), axis=1).max() < 2.0


def test_places_off_the_line_are_outvoted() -> None:
    """A third of wild places does not bend the line of the others."""
    along = np.arange(60, dtype=float)
    across = 5 + 0.02 * along
    across[::3] += np.random.default_rng(1).uniform(4, 30, 20)
    fits = outline.straight_majority(along, across, np.full(60, 10.0), tolerance=0.5)
    assert fits.sum() == 40
    assert not fits[::3].any()


def test_parallel_lines_do_not_cross() -> None:
    """Parallel sides are refused, not divided by zero."""
    line = (np.zeros(2), np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="parallel"):
        outline.crossing(line, (np.ones(2), np.array([1.0, 0.0])))


def test_a_stain_beside_the_sheet_does_not_bend_its_edge() -> None:
    """A blob that touches the sheet's side over a fifth of its length leaves all four corners where they were."""
    corners = outline.clockwise(turned_square(2))
    mask = mask_of(corners)
    cv2.rectangle(mask, (180, 120), (225, 150), 1, -1)
    found = outline.quadrilateral(mask)
    assert np.linalg.norm(found - corners, axis=1).max() < 3.0
