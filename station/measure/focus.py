"""Sharpness of printed and written strokes: edge width, x-height, kind of blur.

Edge width is the 10-90 % rise distance across a stroke's edge in pixels (the edge profile of ISO 12233; for printed and
written text in real time: ICVGIP 2017). A Gaussian blur of standard deviation s turns a step into an edge 2.563 s
wide; across a stroke thinner than the blur the figure stays smaller than that. Grey images are uint8 (h, w).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

GAUSSIAN_10_90 = 2.563
"""10-90 % width of a step blurred by a Gaussian of standard deviation 1: twice the normal quantile of 0.9."""
DIRECTIONS_DEG = (0, 45, 90, 135)
"""Directions across an edge into which profiles are sorted; 0 is left-right, 90 up-down."""
REACH_PX, STEP_PX = 28, 0.5
"""A profile reaches this far to both sides of its edge, sampled this finely."""
MIN_CONTRAST = 12.0
"""Grey levels between ink and paper below which a profile is paper grain or noise."""
INK_WINDOW_PX = 75
"""Side of the window whose mean is the paper's level: several strokes wide at 600 ppi."""


@dataclass(frozen=True, slots=True)
class Edges:
    """One entry an edge profile: 10-90 % width (px), index into DIRECTIONS_DEG, contrast (grey levels)."""

    width_px: Floats
    direction: NDArray[np.int64]
    contrast: Floats

    def tail_px(self) -> float:
        """Width that a fifth of the profiles stay below: a blur of the camera leaves no edge narrower than itself."""
        return float(np.percentile(self.width_px, 20))

    def by_direction(self, least: int = 15) -> dict[int, float]:
        """Median width per direction (degrees) that has at least `least` profiles."""
        found = {}
        for index, degrees in enumerate(DIRECTIONS_DEG):
            widths = self.width_px[self.direction == index]
            if len(widths) >= least:
                found[degrees] = float(np.median(widths))
        return found


def written(grey: Grey, side_px: int) -> Grey:
    """The window of at most `side_px` each way that holds the most ink: enough to judge a label, and quick."""
    h, w = grey.shape
    if h <= side_px and w <= side_px:
        return grey
    step = 8
    coarse = cv2.resize(grey, (max(1, w // step), max(1, h // step)), interpolation=cv2.INTER_AREA).astype(np.float32)
    ink = np.maximum(cv2.blur(coarse, (9, 9)) - coarse - 4, 0)
    wide, high = min(coarse.shape[1], side_px // step), min(coarse.shape[0], side_px // step)
    total = np.pad(ink.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    sums = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
    top, left = (int(i) * step for i in np.unravel_index(int(sums.argmax()), sums.shape))
    return grey[top : top + side_px, left : left + side_px]


def slopes(grey: Grey) -> tuple[Floats, Floats]:
    """Left-right and up-down, Scharr on the slightly smoothed picture."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)
    return np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0)), np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1))


def edges(grey: Grey, most: int = 600, slope: tuple[Floats, Floats] | None = None) -> Edges:
    """Profiles across up to `most` edges, the strongest of each direction, spread evenly over the image.

    Choosing by direction keeps a blur along one direction (motion) visible: overall, the strongest edges would be
    those that the motion left sharp. `slope`: that of the picture, where it is known already.
    """
    gx, gy = slopes(grey) if slope is None else slope
    strength = cv2.magnitude(gx, gy)
    peak = strength >= np.maximum(cv2.dilate(strength, np.ones((3, 3), np.uint8)), 16 * MIN_CONTRAST / REACH_PX)
    peak[:4], peak[-4:], peak[:, :4], peak[:, -4:] = False, False, False, False
    ys, xs = np.nonzero(peak)
    steep = strength[ys, xs]
    ux, uy = gx[ys, xs] / steep, gy[ys, xs] / steep
    direction = np.round(np.degrees(np.arctan2(uy, ux)) / 45).astype(np.int64) % len(DIRECTIONS_DEG)
    kept = np.concatenate([_strongest(steep, direction == i, most // 4) for i in range(len(DIRECTIONS_DEG))])
    width, contrast = _rise(_profiles(grey, xs[kept], ys[kept], ux[kept], uy[kept]))
    good = np.isfinite(width) & (contrast >= MIN_CONTRAST)
    return Edges(width[good], direction[kept][good], contrast[good])


def x_height(grey: Grey) -> float | None:
    """Height of the commonest small letters in px (x-height; capitals' height where there are only capitals).

    The first strong mode among the heights of connected strokes darker than their surroundings, each counted by the
    power 1.5 of its height so that specks weigh little. None when fewer than eight strokes look like letters (3 to
    120 px high).
    """
    heights = _letter_heights(grey)
    if len(heights) < 8:
        return None
    grid = np.linspace(np.log(2.7), np.log(130), 160)
    spread = (grid[:, None] - np.log(heights)[None]) / 0.08
    density = (heights**1.5 * np.exp(-0.5 * spread**2)).sum(axis=1)
    modes = np.flatnonzero((density >= np.roll(density, 1)) & (density >= np.roll(density, -1)))
    strong = modes[density[modes] >= 0.6 * density.max()]
    return float(np.exp(grid[strong[0]]))


def ink_contrast(grey: Grey) -> float:
    """Grey levels by which the darkest hundredth lies below its surroundings, fine grain averaged away; near 0 =
    nothing is written here. Survives a blur that leaves no edge to measure."""
    coarse = cv2.blur(grey, (5, 5)).astype(np.float32)
    return float(np.percentile(cv2.blur(coarse, (INK_WINDOW_PX, INK_WINDOW_PX)) - coarse, 99))


def _letter_heights(grey: Grey) -> NDArray[np.float64]:
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.float32)
    darker = cv2.blur(smooth, (INK_WINDOW_PX, INK_WINDOW_PX)) - smooth
    level = max(8.0, 0.4 * float(np.percentile(darker, 99)))
    stats = cv2.connectedComponentsWithStats((darker > level).astype(np.uint8), connectivity=8)[2][1:]
    width, height, area = (stats[:, i].astype(np.float64) for i in (2, 3, 4))
    fill = area / (width * height)
    letters = (height >= 3) & (height <= 120) & (width >= 0.15 * height) & (width <= 12 * height)
    heights: NDArray[np.float64] = height[letters & (fill >= 0.12) & (fill <= 0.95)]
    return heights


def _strongest(slope: Floats, mask: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    """Indices where `mask`, at least 0.4 of the near-steepest among them, thinned evenly to `most`."""
    index = np.flatnonzero(mask)
    if not len(index):
        return index
    index = index[slope[index] >= 0.4 * np.percentile(slope[index], 99)]
    return index[np.linspace(0, len(index) - 1, min(most, len(index))).astype(np.int64)]


def _profiles(grey: Grey, xs: NDArray[np.int64], ys: NDArray[np.int64], ux: Floats, uy: Floats) -> Floats:
    """float32 (n, 2 * REACH_PX / STEP_PX + 1), dark to bright: means of three parallel lines 1 px apart."""
    t = np.arange(-REACH_PX, REACH_PX + STEP_PX / 2, STEP_PX, dtype=np.float32)
    total = np.zeros((len(xs), len(t)), dtype=np.float32)
    for aside in (-1.0, 0.0, 1.0) if len(xs) else ():
        map_x = (xs[:, None] + ux[:, None] * t - uy[:, None] * aside).astype(np.float32)
        map_y = (ys[:, None] + uy[:, None] * t + ux[:, None] * aside).astype(np.float32)
        total += cv2.remap(grey, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(total / 3, dtype=np.float32)


def _rise(profiles: Floats) -> tuple[Floats, Floats]:
    """10-90 % width (px) and contrast of the unbroken rise through each profile's middle; NaN where there is none."""
    rows, middle = np.arange(len(profiles)), profiles.shape[1] // 2
    falling = np.diff(profiles, axis=1) <= 0
    top = middle + _run(falling[:, middle:])
    bottom = middle - _run(falling[:, :middle][:, ::-1])
    low, contrast = profiles[rows, bottom], profiles[rows, top] - profiles[rows, bottom]
    inside = (np.arange(profiles.shape[1]) >= bottom[:, None]) & (np.arange(profiles.shape[1]) <= top[:, None])
    rise = np.where(inside, (profiles - low[:, None]) / np.maximum(contrast, 1e-6)[:, None], np.nan)
    width = (_crossing(rise, bottom, 0.9) - _crossing(rise, bottom, 0.1)) * STEP_PX
    width[top <= bottom] = np.nan
    return width.astype(np.float32), contrast


def _run(stops: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many steps each row goes before its first stop."""
    steps: NDArray[np.int64] = np.where(stops.any(axis=1), stops.argmax(axis=1), stops.shape[1])
    return steps


def _crossing(rise: Floats, bottom: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """Where each rise (0..1 from `bottom` on, NaN outside) passes `share`, in samples, interpolated."""
    rows = np.arange(len(rise))
    last = bottom + np.count_nonzero(rise < share, axis=1) - 1
    last = np.clip(last, 0, rise.shape[1] - 2)
    here, after = rise[rows, last], rise[rows, last + 1]
    place: NDArray[np.float64] = last + np.clip((share - here) / np.maximum(after - here, 1e-6), 0, 1)
    return place
