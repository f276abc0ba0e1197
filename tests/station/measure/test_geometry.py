"""Angles and margins of drawn outlines with known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.measure import geometry

SIZE = (4000, 6000)


def sheet(
    deg: float, centre: tuple[float, float] = (2000, 3000), half: tuple[float, float] = (1400, 2100)
) -> NDArray[np.float64]:
    """A rectangle's corners, turned clockwise on the screen by `deg`."""
    x, y = half
    corners = np.array([[-x, -y], [x, -y], [x, y], [-x, y]], dtype=np.float64)
    a = np.radians(deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    moved: NDArray[np.float64] = corners @ turn + np.array(centre)
    return moved


@given(st.floats(-44.9, 45))
def test_a_rectangle_turned_by_x_reports_x(deg: float) -> None:
    """The sign is clockwise positive and the figure exact."""
    found = geometry.skew(sheet(deg), (20000, 20000))
    assert found is not None
    assert found.deg == pytest.approx(deg, abs=1e-6)
    assert found.spread_deg == pytest.approx(0, abs=1e-6)


@given(st.floats(-40, 40), st.integers(0, 3))
def test_the_corner_counted_first_does_not_matter(deg: float, first: int) -> None:
    """A sheet lying on its side has the same skew as one that stands."""
    found = geometry.skew(np.roll(sheet(deg), first, axis=0), (20000, 20000))
    assert found is not None
    assert found.deg == pytest.approx(deg, abs=1e-6)


@given(st.floats(-1000, 1000))
def test_fold_stays_within_a_quarter_turn(deg: float) -> None:
    """The result lies in (-45, 45] and differs by whole quarter turns."""
    folded = geometry.fold(deg)
    assert -45 < folded <= 45
    quarters = (deg - folded) / 90
    assert quarters == pytest.approx(round(quarters), abs=1e-6)


@given(st.floats(0.2, 3))
def test_a_side_cut_by_the_frame_is_not_measured(deg: float) -> None:
    """A sheet cut at the left keeps the skew of its three true sides."""
    corners = sheet(deg, centre=(1200, 3000))
    for cut, kept in ((0, 1), (3, 2)):
        share = corners[kept, 0] / (corners[kept, 0] - corners[cut, 0])
        corners[cut] = corners[kept] + share * (corners[cut] - corners[kept])
    found = geometry.skew(corners, SIZE)
    assert found is not None
    assert "left" not in found.sides
    assert found.deg == pytest.approx(deg, abs=1e-6)


def test_a_torn_side_is_left_out() -> None:
    """One side that stands away from the three others does not pull the mean."""
    corners = sheet(0.6)
    corners[1, 0] -= 200
    found = geometry.skew(corners, SIZE)
    assert found is not None
    assert found.sides == ("top", "bottom", "left")
    assert found.deg == pytest.approx(0.6, abs=0.1)


def test_perspective_cancels_out() -> None:
    """Left and right sides that tilt by the same angle to both ways give no skew."""
    corners = np.array([[1000, 1000], [3000, 1000], [3030, 5000], [970, 5000]], dtype=np.float64)
    found = geometry.skew(corners, SIZE)
    assert found is not None
    assert found.deg == pytest.approx(0, abs=1e-9)
    assert found.spread_deg > 0.5


def test_a_sheet_that_fills_the_frame_has_no_skew() -> None:
    """With every side on the edge of the frame there is nothing to measure."""
    assert geometry.skew(np.array([[0, 0], [4000, 0], [4000, 6000], [0, 6000]], dtype=np.float64), SIZE) is None


def test_margins_are_pixels_to_each_edge() -> None:
    """Named by side; negative where the sheet leaves the frame."""
    corners = np.array([[-5, 20], [3900, 20], [3900, 5990], [-5, 5990]], dtype=np.float64)
    assert geometry.margins(corners, SIZE) == {"top": 20, "right": 100, "bottom": 10, "left": -5}


def test_touches_names_the_edges_reached() -> None:
    """A box in the lower right corner reaches two edges."""
    assert geometry.touches((3900, 5900, 100, 100), SIZE, 2) == ("right", "bottom")
    assert geometry.touches((100, 100, 50, 50), SIZE, 2) == ()


def test_long_sides_of_cards_in_pieces_add_up() -> None:
    """A card of 300 x 50 px turned by 30 degrees, whole and cut in two."""
    turn = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    whole = np.array([[0, 0], [300, 0], [300, 50], [0, 50]], np.float64)
    first, second = whole * (0.5, 1), whole * (0.5, 1) + (150, 0)
    assert geometry.long_sides_px([whole @ turn.T]) == pytest.approx(300, abs=0.1)
    assert geometry.long_sides_px([first @ turn.T, second @ turn.T]) == pytest.approx(300, abs=0.1)
    assert geometry.long_sides_px([]) == 0
