"""Things of one size that stand in rows: what was found, put right by what the others show.

Where neighbours touch, one may be told as two, two as one, or a part of one as a whole. But all are of one width, and
between any two of them runs a seam over their whole height: each row is cut at its seams into pieces of nearly one
width. Lying things are looked at as standing ones turned by a quarter.
Corners are float (n, 4, 2), clockwise from the top-left, x to the right and y down, all in one unit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.float64]
Points = NDArray[np.float64]
Inner = Callable[[Points], NDArray[np.float64]]
"""Points (n, 2) -> how surely each lies inside a thing and away from its outline, 0..1; 0 beside all things."""
Clusters = Callable[[NDArray[np.float64], float], NDArray[np.intp]]
"""(values (n,), least distance between clusters) -> the number of each value's cluster."""
FEWEST = 4
"""Fewer things than this show no rule (ours)."""
USUAL = 1.2
"""Sizes within this factor of each other are alike (ours)."""
APART = 0.5
"""Least distance of rows, as share of a thing's height (ours)."""
STEPS, LINES = 24, 15
"""Places looked at along the width of a thing, and along its height."""
FIRST, AGAIN = 0.35, 0.15
"""Widths may be off the usual one by this share when rows are cut first, and again (ours)."""
SEAM = 0.16
"""A piece is that much surer within than at its two seams (ours; true pieces 0.3 to 0.6)."""
NEW = 0.5
"""A piece where nothing was found is this share as sure as the usual one; an empty place is not (ours)."""
FAR = 5
"""So many widths are looked at beyond the first and last thing of all rows (ours)."""
SAME, SHARED, REST = 0.6, 0.35, 0.5
"""A thing found that overlaps (IoU) a piece by SAME keeps its own outline; of the others those stay that share less
than SHARED of their area with all pieces and are no smaller than REST of the usual area (ours)."""


def put_right(found: Corners, inner: Inner, rows_of: Clusters) -> Corners:
    """The things of `found`, some dropped and some added. Unchanged where too few of them show a rule. `rows_of` as
    reading.clusters: things whose middles are APART or more from each other along y stand in different rows."""
    usual = _usual_ones(found) if len(found) >= FEWEST else []
    if len(usual) < FEWEST:
        return found
    size = np.median(_sizes(found[usual]), axis=0)
    frame = _Frame(_turn(found[usual], size), bool(size[0] > size[1]))
    width, height = sorted(size)
    level = frame.level(found.mean(axis=1))
    frame.span = float(level[:, 0].min()), float(level[:, 0].max())
    number = rows_of(level[:, 1], APART * height)
    rows = [level[number == n] for n in np.unique(number)]
    first = [_cut(middles, width, height, FIRST, inner, frame) for middles in rows]
    widths = [right - left for pieces in first for _, left, right in pieces]
    if len(widths) < FEWEST:
        return found
    width = float(np.median(widths))
    pieces = [
        (sure, left, right, middles)
        for middles in rows
        for sure, left, right in _cut(middles, width, height, AGAIN, inner, frame)
    ]
    least = NEW * float(np.median([sure for sure, *_ in pieces] or [0]))
    kept: list[Corners] = []
    for sure, left, right, middles in sorted(pieces, key=lambda piece: -piece[0]):
        y = float(_height_of(middles, (left + right) / 2))
        box = frame.corners(left, y - height / 2, right, y + height / 2)
        if all(_shared(box, other) < SHARED for other in kept):
            nearest = max(found, key=lambda other: _iou(other, box))
            if _iou(nearest, box) >= SAME:
                kept.append(nearest)
            elif sure >= least:
                kept.append(box)
    rest = [box for box in found if all(_shared(box, other) < SHARED for other in kept)]
    return np.array(kept + [box for box in rest if _area(box) >= REST * width * height])


class _Frame:
    """Coordinates in which rows run along x and things stand: turned by `turn` degrees, x and y changed for each other
    where they lie."""

    def __init__(self, turn: float, lying: bool) -> None:
        a = np.radians(turn)
        self._matrix = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
        self._lying = lying
        self.span = 0.0, 0.0
        """From the leftmost to the rightmost middle of all rows."""

    def level(self, points: Points) -> Points:
        """Points (n, 2) as given -> in the frame."""
        turned = points @ self._matrix
        return np.asarray(turned[:, ::-1] if self._lying else turned)

    def back(self, points: Points) -> Points:
        """Points (n, 2) in the frame -> as given."""
        return np.asarray((points[:, ::-1] if self._lying else points) @ self._matrix.T)

    def corners(self, left: float, top: float, right: float, bottom: float) -> Corners:
        """A level box as corners."""
        corners = self.back(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))
        return corners[[0, 3, 2, 1]] if self._lying else corners


def _sizes(found: Corners) -> Points:
    """Width and height (n, 2) of each: the means of opposite sides."""
    pairs = ((0, 1), (3, 2), (0, 3), (1, 2))
    top, bottom, left, right = (np.hypot(*(found[:, j] - found[:, i]).T) for i, j in pairs)
    return np.stack([top + bottom, left + right], axis=1) / 2


def _usual_ones(found: Corners) -> list[int]:
    """Numbers of the things of that size which most have: where neighbours are told as one, that is not the median."""
    sizes = np.maximum(_sizes(found), 1e-9)
    alike = np.abs(np.log(sizes[:, None] / sizes[None])).max(axis=2) <= np.log(USUAL)
    return [int(k) for k in np.flatnonzero(alike[alike.sum(axis=1).argmax()])]


def _turn(found: Corners, size: Points) -> float:
    """Clockwise turn of the things, degrees, by their long sides."""
    along = found[:, 1] - found[:, 0] if size[0] > size[1] else found[:, 3] - found[:, 0]
    turn = float(np.median(np.degrees(np.arctan2(along[:, 1], along[:, 0]))))
    return turn if size[0] > size[1] else turn - 90


def _cut(
    middles: Points, width: float, height: float, slack: float, inner: Inner, frame: _Frame
) -> list[tuple[float, float, float]]:
    """(how sure, left, right) of the pieces of one row, from left to right: of all ways to cut it into pieces whose
    widths are off by `slack` at most, the one whose pieces are surest within and least sure at their seams."""
    step = width / STEPS
    x = np.arange(frame.span[0] - FAR * width, frame.span[1] + FAR * width, step)
    across = np.linspace(-0.45, 0.45, LINES) * height
    y = _height_of(middles, x)[:, None] + across
    points = np.stack([np.broadcast_to(x[:, None], y.shape), y], axis=-1).reshape(-1, 2)
    sure = inner(frame.back(points)).reshape(y.shape).mean(axis=1)
    wides = np.arange(round(STEPS * (1 - slack)), round(STEPS * (1 + slack)) + 1)
    gains = _gains(sure, wides)
    best, chosen = np.zeros(len(x)), np.zeros(len(x), int)
    for end in range(1, len(x)):
        sums = gains[end] + best[end - wides]  # a piece that would begin before the row gains nothing
        k = int(sums.argmax())
        best[end], chosen[end] = (sums[k], wides[k]) if sums[k] > best[end - 1] else (best[end - 1], 0)
    pieces, end = [], len(x) - 1
    while end > 0:
        if chosen[end]:
            start = end - int(chosen[end])
            pieces.append((float(best[end] - best[start]), float(x[start]), float(x[end])))
        end -= max(1, int(chosen[end]))
    return pieces[::-1]


def _gains(sure: NDArray[np.float64], wides: NDArray[np.intp]) -> NDArray[np.float64]:
    """(places, widths): how much surer the row is within the piece of each width that ends at each place than at its
    two seams; -inf below SEAM and for pieces that begin before the row."""
    so_far = np.concatenate([[0.0], np.cumsum(sure)])
    ends, edge = np.arange(len(sure))[:, None], np.round(0.15 * wides).astype(int)
    starts = ends - wides
    inside = np.maximum(starts, 0)
    within = (so_far[np.maximum(ends - edge + 1, 0)] - so_far[inside + edge]) / (wides - 2 * edge + 1)
    gains = within - (sure[inside] + sure[ends]) / 2
    return np.where((starts >= 0) & (gains >= SEAM), gains, -np.inf)


def _height_of(middles: Points, x: float | Points) -> Points:
    """The middle of a row at x: a straight line through the middles, level where they are few."""
    if len(middles) < FEWEST:
        return np.full(np.shape(x), np.median(middles[:, 1]))
    slope = float(np.clip(np.polyfit(middles[:, 0], middles[:, 1], 1)[0], -0.05, 0.05))
    return np.asarray(np.median(middles[:, 1] - slope * middles[:, 0]) + slope * np.asarray(x))


def _area(corners: Corners) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _both(a: Corners, b: Corners) -> tuple[float, float, float]:
    """Areas of the upright boxes round a and b, and of what they share."""
    low, high = np.maximum(a.min(axis=0), b.min(axis=0)), np.minimum(a.max(axis=0), b.max(axis=0))
    one, other = (max(float(np.prod(np.ptp(box, axis=0))), 1e-9) for box in (a, b))
    return one, other, float(np.prod(np.maximum(high - low, 0)))


def _shared(a: Corners, b: Corners) -> float:
    one, other, both = _both(a, b)
    return both / min(one, other)


def _iou(a: Corners, b: Corners) -> float:
    one, other, both = _both(a, b)
    return both / (one + other - both)
