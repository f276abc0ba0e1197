"""Things that lie in rows: the order in which people read them, and the places among them that stand empty.

Points are float (n, 2), x to the right and y down; sizes in the same unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
APART = 0.5
"""Middles farther apart than this share of a thing's own size lie in different rows (or columns)."""
OFF_PITCH = 0.25
"""A gap may differ from a whole number of pitches by this share of one."""
FARTHEST = 4
"""A gap of more pitches than this is no row of empty places but the end of one tray and the beginning of another."""


@dataclass(frozen=True, slots=True)
class Place:
    """`row` and `col` from 1; `thing`: which of the things given lies there, None where none does; its middle."""

    row: int
    col: int
    thing: int | None
    middle: tuple[float, float]


def places(middles: Points, size: tuple[float, float], turn_deg: float = 0.0) -> tuple[tuple[Place, ...], bool]:
    """(the places in reading order, whether they form a grid). size: width and height of one thing; turn_deg: clockwise
    turn of the rows against the frame.

    Where the columns of all rows agree, places without a thing are told, and `col` counts them; else `col` counts the
    things of a row, and no place is known to be empty.
    """
    if len(middles) == 0:
        return (), False
    level = _turned(middles, -turn_deg)
    rows = clusters(level[:, 1], APART * size[1])
    columns = clusters(level[:, 0], APART * size[0])
    if len(set(zip(rows.tolist(), columns.tolist(), strict=True))) < len(level):  # two things in one place: no grid
        return tuple(_counted(middles, level, rows)), False
    down, across = _numbered(level[:, 1], rows), _numbered(level[:, 0], columns)
    if down is None or across is None:
        return tuple(_counted(middles, level, rows)), False
    there = {(int(down.of[r]), int(across.of[c])): n for n, (r, c) in enumerate(zip(rows, columns, strict=True))}
    made = []
    for row in range(1, int(down.of.max()) + 1):
        for col in range(1, int(across.of.max()) + 1):
            n = there.get((row, col))
            x, y = middles[n] if n is not None else _turned(np.array([[across.at(col), down.at(row)]]), turn_deg)[0]
            made.append(Place(row, col, n, (float(x), float(y))))
    return tuple(made), True


def _counted(middles: Points, level: Points, rows: NDArray[np.intp]) -> list[Place]:
    made = []
    for row in range(int(rows.max()) + 1):
        inside = np.flatnonzero(rows == row)
        for col, n in enumerate(inside[np.argsort(level[inside, 0], kind="stable")], 1):
            made.append(Place(row + 1, col, int(n), (float(middles[n, 0]), float(middles[n, 1]))))
    return made


@dataclass(frozen=True, slots=True)
class _Lines:
    """Rows or columns: `of` their number from 1, `where` their middles, ascending."""

    of: NDArray[np.intp]
    where: NDArray[np.float64]

    def at(self, number: int) -> float:
        """The middle of a line, also of one that holds nothing."""
        if len(self.where) == 1:
            return float(self.where[0])
        return float(np.interp(number, self.of, self.where))


def _numbered(values: NDArray[np.float64], group: NDArray[np.intp]) -> _Lines | None:
    """Whole numbers of pitches between lines; None where the gaps fit no pitch."""
    where = np.array([values[group == n].mean() for n in range(int(group.max()) + 1)])
    gaps = np.diff(where)
    if len(gaps) == 0:
        return _Lines(np.array([1]), where)
    pitch = float(np.median(gaps[gaps <= 1.4 * gaps.min()]))
    steps = np.maximum(1, np.round(gaps / pitch))
    if (np.abs(gaps / pitch - steps) > OFF_PITCH).any() or steps.max() > FARTHEST:
        return None
    return _Lines(np.concatenate([[1], 1 + np.cumsum(steps)]).astype(np.intp), where)


def clusters(values: NDArray[np.float64], apart: float) -> NDArray[np.intp]:
    """Numbers from 0 in ascending order; a new one starts where a value lies `apart` beyond the mean of the last."""
    number = np.zeros(len(values), np.intp)
    members: list[float] = []
    current = 0
    for n in np.argsort(values, kind="stable"):
        if members and values[n] - float(np.mean(members)) > apart:
            current, members = current + 1, []
        members.append(float(values[n]))
        number[n] = current
    return number


def _turned(points: Points, deg: float) -> Points:
    """Turned clockwise round the origin."""
    a = np.radians(deg)
    return np.asarray(points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]))
