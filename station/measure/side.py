"""One straight side of a sheet, sub-pixel, in a strip of the photograph laid straight along it.

Pure functions. A strip is float32 (places, 2 reach + 1, 3), RGB 0..255: one row a place along the side, outside at
column 0, inside at the last; the side is expected at column `reach`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.measure.outline import straight_majority

Floats = NDArray[np.float64]
STEP = 1.5
"""Least step that is one, grey levels a pixel (after smoothing with SMOOTH)."""
SMOOTH = 1.5
"""Sigma of the smoothing across the side, pixels: wider than a lens's blur, narrower than a shadow."""
MAJORITY = 0.4
"""Least share of the places that must lie on one straight line. On training sheets true sides had 0.46 or more, what
was taken for one along the edge of the frame (a chart, a text) 0.34 or less."""
BOW = 0.25
"""A cut edge may bow by this share of the reach and still count as one side."""
TUKEY = 4.685
"""Tuning constant of Tukey's biweight, 95 % efficient on normal residuals (Holland & Welsch 1977)."""


@dataclass(frozen=True, slots=True)
class Side:
    """Column of the side = `at` + `slope` x (place - middle place), and the share of the places that lie on it."""

    at: float
    slope: float
    share: float


def fit(strip: NDArray[np.float32], spread: float) -> Side | None:
    """The side in a strip; None where no straight step is seen.

    `spread`: columns from the middle, one sigma, within which the side is expected. The step is looked for along the
    direction in colour space that tells inside from outside best, and only from outside to inside, so that cream paper
    on a white table and a shadow beside it are told apart. The straight majority decides; then all places near it are
    weighed (Tukey's biweight), so that a slightly bowed edge gives its chord and not the piece that is straightest.
    """
    places, width = strip.shape[:2]
    reach = width // 2
    at, strength = _steps(_contrast(strip), spread)
    good = strength > STEP
    if good.sum() < max(8, MAJORITY * places):
        return None
    along, across, weight = (v[good] for v in (np.arange(places) - (places - 1) / 2, at, strength))
    fits = straight_majority(along, across, weight, tolerance=max(1.0, 0.08 * reach))
    if fits.sum() < max(8, MAJORITY * places):
        return None
    line = np.polyfit(along[fits], across[fits], 1)
    reweighed = _reweighed(along, across, np.minimum(weight, 2 * np.median(weight)), line, max(1.0, BOW * reach))
    near = np.abs(np.polyval(reweighed, along) - across) <= max(1.0, 0.5 * BOW * reach)
    return Side(float(reweighed[1]), float(reweighed[0]), float(near.sum() / places))


def _contrast(strip: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (places, columns): the strip seen along the direction from outside to inside, each colour channel
    weighed by how well it tells them apart (Fisher's discriminant, channels taken as independent); grey levels."""
    third = max(1, strip.shape[1] // 3)
    outside, inside = (np.median(part, axis=1) for part in (strip[:, :third], strip[:, -third:]))
    apart = np.median(inside, axis=0) - np.median(outside, axis=0)
    noise = sum(np.median(np.abs(part - np.median(part, axis=0)), axis=0) for part in (outside, inside))
    direction = apart / (np.asarray(noise) + 3.0) ** 2
    size = float(np.linalg.norm(direction))
    if size < 1e-6:
        return np.asarray(strip.mean(axis=2), np.float32)
    return np.asarray(strip @ (direction / size).astype(np.float32), np.float32)


def _steps(profiles: NDArray[np.float32], spread: float) -> tuple[Floats, Floats]:
    """(column, strength) of the strongest rise of every place, far ones counting less (Gaussian, sigma `spread`);
    sub-pixel by the parabola through the steepest place and its neighbours."""
    smooth = cv2.GaussianBlur(profiles, (0, 0), sigmaX=SMOOTH, sigmaY=0.01, borderType=cv2.BORDER_REPLICATE)
    slope = np.gradient(smooth, axis=1)
    columns = np.arange(profiles.shape[1])
    weight = np.exp(-0.5 * ((columns - profiles.shape[1] // 2) / spread) ** 2)
    rows = np.arange(len(profiles))
    best = (slope * weight).argmax(axis=1)
    near = np.clip(best[:, None] + np.arange(-2, 3), 1, profiles.shape[1] - 2)
    best = near[rows, slope[rows[:, None], near].argmax(axis=1)]
    left, mid, right = (slope[rows, best + k].astype(np.float64) for k in (-1, 0, 1))
    bend = left - 2 * mid + right
    shift = np.where(bend < -1e-9, 0.5 * (left - right) / np.where(bend < -1e-9, bend, 1), 0.0)
    return best + np.clip(shift, -0.5, 0.5), mid


def _reweighed(along: Floats, across: Floats, weight: Floats, line: Floats, least: float) -> Floats:
    """Iterated weighted least squares from `line` (slope, offset); residuals beyond `least` columns, or beyond TUKEY
    standard deviations where that is more, count nothing."""
    for _ in range(8):
        off = np.abs(np.polyval(line, along) - across)
        inside = off[off <= least]
        limit = max(least, TUKEY * 1.4826 * float(np.median(inside)) if len(inside) else least)
        share = np.clip(1 - (off / limit) ** 2, 0, None) ** 2 * weight
        if (share > 0).sum() < 3:
            break
        line = np.polyfit(along, across, 1, w=np.sqrt(share))
    return line
