"""The patches of a known chart in a picture of it: which chart it is, how it lies, where each patch is.

A card is looked for under each quarter turn. A placing of its patches is good when each patch is flat inside and its
colour follows from its look by one smooth change of light: L* from L* by a parabola, a* and b* from a* and b* by a
plane. That holds whatever the exposure, the cast, the contrast, even without any colour. What is not explained so, as
a share of all variation between and within patches, is one less the `score` (adjusted R squared).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from station.types import Chart, Image

Floats = NDArray[np.float64]
INNER, WHOLE = 0.6, 0.85
"""Share of a patch's width and height that must be flat, in the search and when its place is settled (ours): the border
is blurred or printed."""
BACKWARDS = -25.0
"""Least covariance of a channel with its look: black and white photographs have none, but never one the other way."""
FLAT = 25.0
"""Patches that differ less than this (variance, CIELAB units squared) are no chart."""
AREA_PX, LONG_PX, MARGIN = 210, 512, 0.06
"""Side of a square as large as the picture a chart is looked for in, longest side of that picture, and what it shows
round the outline, as shares of its sides."""
OUTSIDE = 0.5
"""What a patch beyond the picture costs, as a share of what it could have explained (ours)."""
FEW = 10
"""As many patches are enough for the first search."""
WIDTHS, SHIFTS, SLIDES = (0.9, 1.04), (-0.04, 0.04), (-1.0, 0.0, 1.0)
"""First search: card over picture in length; shift along it as a share of the length; shift across it as a share of the
room that is left there."""
TIGHT, LOOSE = (0.87, 1.0, 1.15), (0.6, 0.75, 0.9, 1.1)
"""The card's height against what its width tells; a single row of patches may lie half under something."""
SPREAD = np.array([0.025, 0.025, 0.025, 0.04, 0.015])
ROUNDS, TRIES, SHRINK = 13, 32, 0.78
"""Settling: first spread of x, y and width (shares of the width), of height (share of it) and of turn (radians)."""
NEARLY, CLEAR = 0.1, 0.3
"""Of charts that fit nearly as well the one with the most patches is meant; a first score clearly below the best is not
looked at again."""


def upright(image: Image, outline: NDArray[np.floating]) -> tuple[Image, Floats]:
    """A card cut out and laid straight, about AREA_PX large, and the map (3, 3) from pixels of `image` to its own.

    `outline` (4, 2): corners, clockwise from the top-left, pixels of `image`; MARGIN is added round it.
    """
    corners = np.asarray(outline, np.float64)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = max(sides[0], sides[2], 1.0), max(sides[1], sides[3], 1.0)
    long_px = min(LONG_PX, AREA_PX * np.sqrt(max(width, height) / min(width, height)))
    scale = long_px / max(width, height) / (1 + 2 * MARGIN)
    inner = np.maximum(8.0, np.array([width, height]) * scale)
    ring = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * inner + MARGIN * inner
    matrix = cv2.getPerspectiveTransform((corners - 0.5).astype(np.float32), (ring - 0.5).astype(np.float32))
    size = np.round(inner * (1 + 2 * MARGIN)).astype(int)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    made = cv2.warpPerspective(image, matrix, tuple(int(v) for v in size), flags=how, borderMode=cv2.BORDER_REPLICATE)
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return np.asarray(made, np.uint8), np.asarray(half @ matrix @ np.linalg.inv(half))


@dataclass(frozen=True, slots=True)
class Fit:
    """`chart` as it lies: its card, turned clockwise by `turn_deg`, is taken to pixels by `places` (2, 3), whose input
    are shares of the card; `patches` (n, 4) are left, top, width, height in those shares, in the chart's own order.
    `score` up to 1."""

    chart: Chart
    turn_deg: int
    places: Floats
    patches: Floats
    score: float

    def corners(self) -> Floats:
        """(n, 4, 2): the corners of every patch, pixels of the picture, clockwise on the screen."""
        x, y, w, h = self.patches.T
        shares = np.stack([np.stack([x + dx * w, y + dy * h], -1) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))], 1)
        return np.asarray(shares @ self.places[:, :2].T + self.places[:, 2])


@dataclass(frozen=True, slots=True)
class _Looks:
    """What the look of n patches explains of a channel: `span` (n, p), orthonormal; L* has another than a* and b*.
    `free`: what corrects the rest for the fit's freedom. `slopes` (3, n): how a channel goes with its look."""

    span_l: Floats
    span_ab: Floats
    free_l: float
    free_ab: float
    slopes: Floats

    @classmethod
    def of(cls, look: Floats, grey: bool) -> _Looks:
        n, ones = len(look), np.ones(len(look))
        in_l = np.stack([ones, look[:, 0], look[:, 0] ** 2], axis=1)
        in_ab = ones[:, None] if grey else np.stack([ones, look[:, 1], look[:, 2]], axis=1)
        slopes = look.T - look.T.mean(axis=1, keepdims=True)
        slopes[1:] *= 0 if grey else 1
        free_l, free_ab = (n / max(n - known.shape[1], 1) for known in (in_l, in_ab))
        return cls(np.linalg.qr(in_l)[0], np.linalg.qr(in_ab)[0], free_l, free_ab, slopes)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A chart under one turn: `patches` as in Fit, `aspect` of the turned card, the middle and the size of the patches'
    common rectangle, whether they lie in a single row, how many side by side in x and y; and a FEW of them."""

    chart: Chart
    turn_deg: int
    patches: Floats
    aspect: float
    middle: Floats
    span: Floats
    single: bool
    along: tuple[int, int]
    looks: _Looks
    few: NDArray[np.int64]
    few_looks: _Looks


class _Sums:
    """Sums over rectangles of a CIELAB picture in constant time: L*, a*, b* and their squares."""

    def __init__(self, lab: NDArray[np.float32]) -> None:
        self.size = np.array(lab.shape[1::-1])
        self._width = int(self.size[0]) + 1
        stacked = cv2.merge([lab, (lab**2).sum(axis=2)])
        self._flat = cv2.integral(stacked, sdepth=cv2.CV_64F).reshape(-1, 4)

    def inside(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Mean colours (..., 3) and variances (...) of rectangles from `low` to `high` (..., 2), x and y."""
        above, below = low[..., 1] * self._width, high[..., 1] * self._width
        left, right = low[..., 0], high[..., 0]
        total = self._flat[below + right] - self._flat[above + right] - self._flat[below + left]
        total += self._flat[above + left]
        total /= ((right - left) * (high[..., 1] - low[..., 1]))[..., None]
        return total[..., :3], np.maximum(total[..., 3] - (total[..., :3] ** 2).sum(axis=-1), 0)


def fit(lab: NDArray[np.float32], charts: Sequence[Chart]) -> tuple[Fit, ...]:
    """The best placing of each chart in a picture of one, the likeliest first; without those that are out of question.

    `lab` float32 (h, w, 3), CIELAB: what `upright` made; the card, or its patches, fill most of it.
    """
    sums = _Sums(lab)
    found: list[tuple[float, _Pattern, Floats]] = []
    for pattern in (p for chart in charts for p in _turned(chart)):
        placings = _first(pattern, sums.size)
        if len(placings):
            scores = _score(pattern.patches[pattern.few], pattern, pattern.few_looks, sums, placings, INNER)
            best = int(scores.argmax())
            found.append((float(scores[best]), pattern, placings[best]))
    found.sort(key=lambda f: -f[0])
    fits: dict[str, Fit] = {}
    for coarse, pattern, placing in found[:6]:
        if coarse > found[0][0] - CLEAR and pattern.chart.name not in fits:
            fits[pattern.chart.name] = _settled(pattern, sums, placing)
    top = max((f.score for f in fits.values()), default=0.0)
    return tuple(sorted(fits.values(), key=lambda f: (f.score < top - NEARLY, -len(f.patches), -f.score)))


@cache
def _turned(chart: Chart) -> tuple[_Pattern, ...]:
    """A chart under its four quarter turns."""
    look = np.array([p.look for p in chart.patches])
    x, y, w, h = np.array([p.place for p in chart.patches]).T
    few = np.unique(np.linspace(0, len(look) - 1, FEW).round().astype(np.int64))
    looks, few_looks = _Looks.of(look, chart.grey), _Looks.of(look[few], chart.grey)
    single = len(np.unique(y.round(3))) == 1
    made = []
    for turn, turned in (
        (0, (x, y, w, h)),
        (90, (1 - y - h, x, h, w)),
        (180, (1 - x - w, 1 - y - h, w, h)),
        (270, (y, 1 - x - w, h, w)),
    ):
        patches = np.stack(turned, axis=1)
        low, high = patches[:, :2].min(axis=0), (patches[:, :2] + patches[:, 2:]).max(axis=0)
        aspect = chart.aspect if turn % 180 == 0 else 1 / chart.aspect
        span, each = high - low, np.median(patches[:, 2:], axis=0)
        along = round(float(span[0] / each[0])), round(float(span[1] / each[1]))
        made.append(
            _Pattern(chart, turn, patches, aspect, (low + high) / 2, span, single, along, looks, few, few_looks)
        )
    return tuple(made)


@cache
def _choices(single: bool, along: int) -> tuple[Floats, ...]:
    """Every combination of width, stretch and shifts, fine enough for `along` patches in a row."""
    widths = np.linspace(*WIDTHS, max(3, round(0.27 * along)))
    shifts = np.linspace(*SHIFTS, max(4, round(0.2 * along)))
    return tuple(g.ravel() for g in np.meshgrid(widths, LOOSE if single else TIGHT, shifts, SLIDES, indexing="ij"))


def _first(pattern: _Pattern, size: NDArray[np.int64]) -> Floats:
    """Placings (k, 5) to begin with: the card, or just its patches, are about as long as the picture.

    A placing is the middle of the card's patches (x, y, pixels), the card's width and height (pixels) and its turn
    against the picture (radians, clockwise).
    """
    along = int(size[1] > size[0])
    long, short = size[along] / (1 + 2 * MARGIN), size[1 - along] / (1 + 2 * MARGIN)
    aspect = pattern.aspect if along == 0 else 1 / pattern.aspect
    span_long, span_short = pattern.span[along], pattern.span[1 - along]
    made = []
    for whole in {1.0, round(float(span_long), 2)}:
        width, stretch, d_long, d_short = _choices(pattern.single, pattern.along[along])
        card_long = width * long / whole
        card_short = card_long / aspect * stretch
        possible = (card_short * span_short < 1.3 * short) & (card_short > 0.55 * short)
        if not possible.any():
            continue
        off = (pattern.middle[along] - 0.5) * card_long if whole == 1.0 else 0.0
        slack = np.maximum(np.abs(short - card_short * span_short) / 2, 0.05 * short)
        at_long, at_short = size[along] / 2 + off + long * d_long, size[1 - along] / 2 + d_short * slack
        rows = np.stack([at_long, at_short, card_long, card_short, np.zeros_like(at_long)], axis=1)[possible]
        made.append(rows if along == 0 else rows[:, [1, 0, 3, 2, 4]])
    return np.concatenate(made) if made else np.empty((0, 5))


def _maps(pattern: _Pattern, placings: Floats) -> Floats:
    """Placings (k, 5) -> maps (k, 2, 3) from shares of the card to pixels."""
    x, y, w, h, turn = placings.T
    cos, sin = np.cos(turn), np.sin(turn)
    scale = np.stack([np.stack([w * cos, -h * sin], -1), np.stack([w * sin, h * cos], -1)], axis=1)
    start = np.stack([x, y], axis=-1) - scale @ pattern.middle
    return np.concatenate([scale, start[..., None]], axis=2)


def _score(patches: Floats, pattern: _Pattern, looks: _Looks, sums: _Sums, placings: Floats, inner: float) -> Floats:
    """(k,) scores of placings (k, 5)."""
    means, spread, outside = _looked_at(patches, sums, _maps(pattern, placings), inner)
    colours = np.moveaxis(means, -1, 0)
    total = colours.var(axis=2).sum(axis=0) * len(patches)
    # einsum: matrices so small gain nothing from BLAS, whose threads would wait for each other
    told_l = np.einsum("kn,np->kp", colours[0], looks.span_l)
    told_ab = np.einsum("ckn,np->ckp", colours[1:], looks.span_ab)
    left = looks.free_l * ((colours[0] ** 2).sum(axis=1) - (told_l**2).sum(axis=1))
    left += looks.free_ab * ((colours[1:] ** 2).sum(axis=(0, 2)) - (told_ab**2).sum(axis=(0, 2)))
    inside = spread.sum(axis=1)
    score = (total - left) / np.maximum(total + inside, FLAT * len(patches))
    upright = (np.einsum("ckn,cn->ck", colours, looks.slopes) > BACKWARDS * len(patches)).all(axis=0)
    return np.asarray(np.where(upright, score, np.minimum(score, 0)) - OUTSIDE * outside.mean(axis=1))


def _looked_at(patches: Floats, sums: _Sums, maps: Floats, inner: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Of k placings: the patches' mean colours (k, n, 3), their variances inside (k, n), which lie outside (k, n)."""
    middle = np.concatenate([patches[:, :2] + patches[:, 2:] / 2, np.ones((len(patches), 1))], axis=1)
    centre = (maps @ middle.T).swapaxes(1, 2)
    scale = np.hypot(maps[:, 0, :2], maps[:, 1, :2])
    half = 0.5 * inner * patches[None, :, 2:] * scale[:, None]
    outside = ((centre < 0) | (centre > sums.size)).any(axis=2)
    low = np.clip(np.round(centre - half), 0, sums.size - 1).astype(np.int64)
    high = np.clip(np.round(centre + half), low + 1, sums.size).astype(np.int64)
    means, spread = sums.inside(low, high)
    return means, spread, outside


def _settled(pattern: _Pattern, sums: _Sums, placing: Floats) -> Fit:
    """The best placing near by: its five numbers are varied, less and less, with a fixed seed."""
    rng = np.random.default_rng(0)
    long = float(max(sums.size))
    steps = SPREAD * np.array([long, min(long, 4 * placing[3] * pattern.span[1]), placing[2], placing[3], 1.0])
    best, score = placing, -np.inf
    for k in range(ROUNDS):
        inner = INNER if k < ROUNDS // 2 else WHOLE
        tried = np.vstack([best, best + rng.normal(size=(TRIES, 5)) * steps * SHRINK**k])
        scores = _score(pattern.patches, pattern, pattern.looks, sums, tried, inner)
        best, score = tried[int(scores.argmax())], float(scores.max())
    places = _maps(pattern, best[None])
    score = float(_score(pattern.patches, pattern, pattern.looks, sums, best[None], INNER)[0])
    return Fit(pattern.chart, pattern.turn_deg, places[0], pattern.patches, score)
