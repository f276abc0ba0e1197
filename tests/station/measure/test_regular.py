"""Rows of equal things, put right by their seams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.measure import reading, regular

Corners = NDArray[np.float64]
WIDTH, HEIGHT = 30.0, 80.0


def put_right(found: Corners, looked: Looked) -> Corners:
    """As the station asks it."""
    return regular.put_right(found, looked, reading.clusters)


def tray(rows: int, columns: int, gap: float, turn_deg: float = 0.0, *, lying: bool = False) -> Corners:
    """Corners (n, 4, 2) of rows x columns things, in reading order."""
    w, h = (HEIGHT, WIDTH) if lying else (WIDTH, HEIGHT)
    box = np.array([[0, 0], [w, 0], [w, h], [0, h]])
    places = [(40 + c * (w + gap), 40 + r * (h + gap)) for r in range(rows) for c in range(columns)]
    a = np.radians(turn_deg)
    matrix = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return np.asarray(np.array([box + place for place in places]) @ matrix)


class Looked:
    """What a picture of things says: sure inside each, unsure within two units of its outline, nothing beside."""

    def __init__(self, things: Corners) -> None:
        self.things = things

    def __call__(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        sure = np.zeros(len(points))
        for corners in self.things:
            along = np.roll(corners, -1, axis=0) - corners
            inward = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
            depth = ((points[:, None] - corners) * inward).sum(axis=2).min(axis=1)
            sure = np.maximum(sure, np.where(depth > 2, 0.9, np.where(depth > 0, 0.2, 0)))
        return sure


def found_once(true: Corners, told: Corners) -> bool:
    """Is there one told thing at the middle of each true one, and no other?"""
    near = np.linalg.norm(true.mean(axis=1)[:, None] - told.mean(axis=1)[None], axis=2) < 0.2 * WIDTH
    return bool(len(true) == len(told) and (near.sum(axis=0) == 1).all() and (near.sum(axis=1) == 1).all())


@pytest.mark.parametrize("lying", [False, True])
@pytest.mark.parametrize("turn_deg", [-6.0, 0.0, 4.0])
def test_touching_things_are_parted_and_the_overlooked_found(turn_deg: float, *, lying: bool) -> None:
    """Two neighbours told as one, one overlooked, one told as its half: all are as they should be again."""
    true = tray(3, 6, 0.0, turn_deg, lying=lying)
    one, other = (3, 9) if lying else (3, 4)
    told = [box for k, box in enumerate(true) if k not in (one, other, 10, 14)]
    both = (true[one][0], true[one][1], true[other][2], true[other][3])
    told.append(np.array(both if lying else (true[one][0], true[other][1], true[other][2], true[one][3])))
    told.append(true[14][0] + (true[14] - true[14][0]) * 0.5)
    assert found_once(true, put_right(np.array(told), Looked(true)))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(5, 12), st.floats(0, 12), st.integers(0, 10_000))
def test_whatever_a_quarter_is_told_wrongly_is_put_right(rows: int, columns: int, gap: float, seed: int) -> None:
    """A quarter of the things overlooked; each row keeps one at least."""
    true = tray(rows, columns, gap)
    lost = np.random.default_rng(seed).permutation(len(true))[: len(true) // 4]
    lost = lost[lost % columns > 0]
    told = np.delete(true, lost, axis=0)
    assert found_once(true, put_right(told, Looked(true)))


def test_empty_places_stay_empty_and_pieces_of_other_things_go() -> None:
    """A hole in the row holds nothing; a scrap on a thing is none."""
    true = np.delete(tray(2, 8, 3.0), [2, 3, 12], axis=0)
    scrap = true[5][0] + (true[5] - true[5][0]) * np.array([0.9, 0.4]) + np.array([1.0, 10.0])
    assert found_once(true, put_right(np.array([*true, scrap]), Looked(true)))


def test_what_was_found_well_keeps_its_outline() -> None:
    """Things that lie a little askew are told as they were found."""
    true = tray(2, 5, 6.0) + np.random.default_rng(3).normal(0, 1.0, (10, 4, 2))
    told = put_right(true, Looked(true))
    assert all((np.abs(told - box).max(axis=(1, 2)) < 1e-9).any() for box in true)


def test_few_or_unlike_things_show_no_rule() -> None:
    """Three things, and five of which no four are alike, stay as they are."""
    few = tray(1, 3, 0.0)
    assert put_right(few, Looked(few)) is few
    unlike = np.array([few[0] * (1 + k) for k in range(5)])
    assert put_right(unlike, Looked(unlike)) is unlike
