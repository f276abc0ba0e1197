"""A colour chart in a photograph: which one it is, where its patches lie, what they measure against its own values.

Kinds of one layout differ in size and values only; which of them it is, the stand's own charts say, else the size in
millimetres where the resolution is known, else the kind that gave the layout its name is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from station.measure import colour, grid
from station.types import Box, Chart, Photo

Floats = NDArray[np.float64]
FITS = 0.75
"""Least score (measure/grid.py) of a chart that is recognised: of 195 charts found in training photographs those of a
known layout have 0.84 to 1.00 (but for two that are partly hidden, 0.76 and 0.85), anything else has at most 0.72."""
GREYS_FIT = 0.9
"""The same for charts without colour, which have 0.95 and more: a shadow is a grey scale, too."""
HALF_FITS, FEW, HALF_PX = 0.85, 8, 8
"""Least score of half a chart (the other half is covered or cut off), least number of patches in it, and their least
inner side: 22 of 23 charts half painted over had 0.87 and more, what is no such chart at most 0.54."""
REDUCED_PX = 900
"""Long side of the reduced picture in which the patches are looked for."""
READ = 0.5
"""Share of a patch's sides that is read: the rest may be border, blur or the chroma of its neighbour."""
LEAST_PX = 5
"""A smaller inner part of a patch is not read: the colour of JPEG comes in blocks of 16 pixels (ours)."""
COLOURLESS = 6.0
"""A photograph whose most colourful patch has less chroma (CIELAB) is black and white."""
SAME_SIZE = 1.3
"""A kind is told by its size when it is off by less than this factor (ours)."""
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one chart; None where it cannot be told. CIEDE2000: `mean`, `p90`, `highest`. Neutral patches: `white_balance`
    mean difference in a*b*, `tone` largest difference in L*, `noise` largest standard deviation of L*.
    `white_level` 8-bit level of the lightest patch, `white_off` its L* less its value (not of grey charts: a shadow is
    a grey scale, too); `clipped`: share of its pixels at the end of the scale; `misregistration` of red and blue
    against green, pixels."""

    mean: float | None = None
    p90: float | None = None
    highest: float | None = None
    white_balance: float | None = None
    tone: float | None = None
    noise: float | None = None
    white_level: float | None = None
    white_off: float | None = None
    clipped: float | None = None
    misregistration: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """`chart` is None when none fits; `corners` (n, 4, 2) of its patches and `patches` their inner parts, photo pixels;
    `half`: only half of the patches can be seen, `hidden` (m, 2) the middles of the others, as far as can be told;
    `reading` is None when the patches are too small."""

    chart: Chart | None = None
    corners: Floats | None = None
    half: bool = False
    reading: colour.Reading | None = None
    misregistration: float | None = None
    hidden: Floats | None = None


def see(photo: Photo, outline: NDArray[np.floating], kinds: Sequence[Chart], own: Sequence[Chart] = (),
        ppi: float | None = None) -> Seen:  # fmt: skip
    """Look at the chart whose `outline` (4, 2) is given in photo pixels. Raises DecodeError for unreadable pixels."""
    box = _round(outline, photo.size_px)
    native = photo.region(box)
    scale = min(1.0, REDUCED_PX / max(native.shape[:2]))
    size = max(1, round(native.shape[1] * scale)), max(1, round(native.shape[0] * scale))
    small = native if scale == 1 else cv2.resize(native, size, interpolation=cv2.INTER_AREA)
    there = np.array([box.x, box.y], np.float64)
    picture, matrix = grid.upright(small, (outline - there) * scale)
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    fit, half = _best(lab, _layouts(kinds, own))
    if fit is None:
        return Seen()
    corners = cv2.perspectiveTransform(fit.corners().reshape(1, -1, 2), np.linalg.inv(matrix)).reshape(-1, 4, 2)
    corners = corners / scale
    chart = _which(fit.chart, corners, kinds, own, ppi)
    boxes = inner_boxes(corners, native.shape[1::-1])
    inner_px = min(min(b.w, b.h) for b in boxes)
    reading = shift = None
    if half and inner_px < HALF_PX:
        return Seen()
    if not half and inner_px >= LEAST_PX:
        reading = colour.read(native, boxes)
        shift = _shift(native, corners, chart, reading)
    return Seen(chart, corners + there, half, reading, shift, _hidden(fit, chart, corners + there) if half else None)


def _hidden(fit: grid.Fit, chart: Chart, corners: Floats) -> Floats | None:
    """Where the patches lie that a fit of half a chart leaves out: as the affinity of the others has it."""
    shown = {patch.place for patch in fit.chart.patches}
    rest = [patch.place for patch in chart.patches if patch.place not in shown]
    here = np.array([(p.place.x + p.place.w / 2, p.place.y + p.place.h / 2) for p in fit.chart.patches])
    if not rest:
        return None
    matrix = np.linalg.lstsq(np.c_[here, np.ones(len(here))], corners.mean(axis=1), rcond=None)[0]
    there = np.array([(p.x + p.w / 2, p.y + p.h / 2, 1.0) for p in rest])
    return np.asarray(there @ matrix)


def _round(outline: NDArray[np.floating], size_px: tuple[int, int]) -> Box:
    """The upright rectangle round an outline and the margin that is looked at."""
    margin = 1.5 * grid.MARGIN * np.ptp(outline, axis=0).max()
    low = np.floor(np.clip(outline.min(axis=0) - margin, 0, np.array(size_px) - 1)).astype(int)
    high = np.ceil(np.clip(outline.max(axis=0) + margin, low + 1, size_px)).astype(int)
    return Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))


def _layouts(kinds: Sequence[Chart], own: Sequence[Chart]) -> list[Chart]:
    """One chart a layout; those of the stand go before the kinds."""
    found: dict[str, Chart] = {}
    for chart in (*own, *(k for k in kinds if k.name == k.layout), *kinds):
        found.setdefault(chart.layout, chart)
    return list(found.values())


def _best(lab: NDArray[np.float32], charts: list[Chart]) -> tuple[grid.Fit | None, bool]:
    """The fit that is believed, and whether it is one of half a chart."""
    for fit in grid.fit(lab, charts):
        if fit.score >= (GREYS_FIT if fit.chart.grey else FITS):
            return fit, False
    for fit in grid.fit(lab, [half for chart in charts for half in _halves(chart)]):
        if fit.score >= HALF_FITS:
            return fit, True
    return None, False


@cache
def _halves(chart: Chart) -> tuple[Chart, ...]:
    """The left, right, upper and lower half of a colour chart's patches, where the half is enough to tell it by."""
    x, y, w, h = np.array([p.place for p in chart.patches]).T
    sides = (x + w / 2, -x - w / 2, y + h / 2, -y - h / 2)
    halves = [tuple(p for p, v in zip(chart.patches, side, strict=True) if v < np.median(side)) for side in sides]
    halves = [half for half in halves if len(half) >= FEW and not all(p.neutral for p in half)]
    return tuple(replace(chart, name=f"{chart.name}/{n}", patches=half) for n, half in enumerate(halves))


def _which(found: Chart, corners: Floats, kinds: Sequence[Chart], own: Sequence[Chart], ppi: float | None) -> Chart:
    """Which chart of that layout it is."""
    alike = [c for c in own if c.layout == found.layout] or [c for c in kinds if c.layout == found.layout]
    named = next((c for c in alike if c.name == c.layout), alike[0])
    sized = [c for c in alike if c.length_mm is not None]
    if ppi is None or not sized:
        return named
    points = corners.reshape(-1, 2).astype(np.float32)
    length_mm = max(cv2.minAreaRect(points)[1]) / ppi * MM_PER_INCH
    off = {c.name: abs(np.log((c.length_mm or 1) / length_mm)) for c in sized}
    nearest = min(sized, key=lambda c: (off[c.name], c.name != c.layout))
    return nearest if off[nearest.name] < np.log(SAME_SIZE) else named


def px_per_mm(seen: Seen) -> float | None:
    """From how far apart the patches lie (the similarity that fits their corners best, Umeyama 1991), where the chart's
    file tells its width; None of half a chart."""
    if seen.chart is None or seen.corners is None or seen.half or seen.chart.width_mm is None:
        return None
    x, y, w, h = np.array([patch.place for patch in seen.chart.patches]).T
    shares = np.stack([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]).transpose(2, 0, 1).reshape(-1, 2)
    meant = shares * (seen.chart.width_mm, seen.chart.width_mm / seen.chart.aspect)
    apart, there = meant - meant.mean(axis=0), seen.corners.reshape(-1, 2) - seen.corners.reshape(-1, 2).mean(axis=0)
    return float(np.linalg.svd(apart.T @ there, compute_uv=False).sum() / (apart**2).sum())


def inner_boxes(corners: Floats, size: tuple[int, int]) -> list[Box]:
    """The upright rectangle inside each patch that is read, clipped to a picture of `size` (w, h), never empty."""
    across, down = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    extent = np.abs(across) + np.abs(down)
    area = np.abs(across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0])
    half = extent * (0.5 * READ * area / np.maximum(extent.prod(axis=1), 1e-9))[:, None]
    middle = corners.mean(axis=1)
    limit = np.array(size)
    low = np.clip(np.ceil(middle - half), 0, limit - 1).astype(int)
    high = np.clip(np.floor(middle + half), low + 1, limit).astype(int)
    return [Box(int(a), int(b), int(c - a), int(d - b)) for (a, b), (c, d) in zip(low, high, strict=True)]


def _shift(native: NDArray[np.uint8], corners: Floats, chart: Chart, reading: colour.Reading) -> float | None:
    """Misregistration at the border of the lightest neutral patch."""
    neutral = [i for i, patch in enumerate(chart.patches) if patch.neutral]
    if not neutral:
        return None
    lightest = corners[max(neutral, key=lambda i: reading.lab[i, 0])]
    middle, half = lightest.mean(axis=0), np.minimum(np.ptp(lightest, axis=0) * 0.75, 100)
    low, high = np.maximum(middle - half, 0).astype(int), (middle + half).astype(int)
    piece = native[low[1] : high[1], low[0] : high[0]]
    return colour.misregistration(piece) if min(piece.shape[:2]) >= 16 else None


def figures(seen: Seen) -> Figures:
    """What the patches say. Without values of the chart only its greys can be judged, which are meant to be neutral."""
    if seen.reading is None or seen.chart is None:
        return Figures()
    patches, read = seen.chart.patches, seen.reading
    neutral = np.array([p.neutral for p in patches])
    known = np.array([p.lab is not None for p in patches])
    meant = np.array([p.lab or (np.nan,) * 3 for p in patches])
    lightest = int(np.where(neutral, read.lab[:, 0], -1).argmax()) if neutral.any() else int(read.lab[:, 0].argmax())
    sure = bool(neutral.any()) and not seen.chart.grey
    made = Figures(
        noise=float(read.noise[neutral].max()) if neutral.any() else None,
        white_level=float(colour.srgb(read.lab[lightest]).max()),
        white_off=float(read.lab[lightest, 0] - meant[lightest, 0]) if sure and known[lightest] else None,
        clipped=float(read.white_clipped[lightest]),
        misregistration=seen.misregistration,
    )
    if not seen.chart.grey and np.hypot(*read.lab[~neutral, 1:].T).max() < COLOURLESS:
        return made
    if neutral.any():
        aims = np.where(known[:, None], meant, 0.0)[neutral, 1:]
        made = replace(made, white_balance=float(np.hypot(*(read.lab[neutral, 1:] - aims).T).mean()))
    if known.all():
        off = colour.difference(read.lab, meant)
        tone = float(np.abs(read.lab[neutral, 0] - meant[neutral, 0]).max()) if neutral.any() else None
        made = replace(made, mean=float(off.mean()), p90=float(np.percentile(off, 90)), highest=float(off.max()),
                       tone=tone)  # fmt: skip
    return made
