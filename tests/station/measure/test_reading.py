"""The order in which things in rows are read."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.measure import reading


def grid(rows: int, columns: int, rng: np.random.Generator, turn_deg: float = 0.0) -> reading.Points:
    """Middles of things 26 x 76 in places of 32 x 84, each a little off, turned as a whole; in reading order."""
    points = np.array([(c * 32.0, r * 84.0) for r in range(rows) for c in range(columns)])
    points += rng.uniform(-2, 2, points.shape)
    a = np.radians(turn_deg)
    return np.asarray(points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]))


@given(st.integers(1, 6), st.integers(1, 12), st.floats(-6, 6), st.integers(0, 99))
def test_a_full_tray_is_read_row_by_row(rows: int, columns: int, turn_deg: float, seed: int) -> None:
    """However it is turned and however the things were listed, they come in reading order and none is missing."""
    rng = np.random.default_rng(seed)
    points = grid(rows, columns, rng, turn_deg)
    listed = rng.permutation(len(points))
    found, regular = reading.places(points[listed], (26, 76), turn_deg)
    assert regular
    assert [int(listed[place.thing]) for place in found if place.thing is not None] == list(range(len(points)))
    assert [(p.row, p.col) for p in found] == [(r + 1, c + 1) for r in range(rows) for c in range(columns)]


@given(st.integers(2, 5), st.integers(3, 9), st.integers(0, 99))
def test_empty_places_inside_a_tray_are_told(rows: int, columns: int, seed: int) -> None:
    """Some places are emptied, but no whole row or column at the rim: exactly those are empty, where they should be."""
    rng = np.random.default_rng(seed)
    points = grid(rows, columns, rng)
    empty = set(rng.permutation(len(points))[: len(points) // 4].tolist())
    empty -= {0, columns - 1, len(points) - columns, len(points) - 1}
    kept = [n for n in range(len(points)) if n not in empty]
    found, regular = reading.places(points[kept], (26, 76))
    assert regular
    assert len(found) == len(points)
    for n, place in enumerate(found):
        assert (place.thing is None) == (n in empty)
        assert np.allclose(place.middle, points[n], atol=9)


def test_a_whole_empty_column_is_counted() -> None:
    """The gap is twice the pitch, so a column lies between."""
    points = grid(2, 5, np.random.default_rng(0))
    kept = points[[n for n in range(10) if n % 5 != 2]]
    found, _ = reading.places(kept, (26, 76))
    assert [(p.row, p.col) for p in found if p.thing is None] == [(1, 3), (2, 3)]


def test_loose_slides_are_read_without_guessing_places() -> None:
    """Rows whose columns do not agree: order by rows, columns counted, nothing called empty."""
    middles = np.array([(0.0, 0.0), (35.0, 1), (80, 0), (15, 90), (52, 91), (300, 90)])
    found, regular = reading.places(middles, (26, 76))
    assert not regular
    assert [(p.row, p.col, p.thing) for p in found] == [
        (1, 1, 0),
        (1, 2, 1),
        (1, 3, 2),
        (2, 1, 3),
        (2, 2, 4),
        (2, 3, 5),
    ]


def test_nothing_has_no_order() -> None:
    """An empty frame."""
    assert reading.places(np.zeros((0, 2)), (26, 76)) == ((), False)
