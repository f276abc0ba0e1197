"""Straight sides of a sheet, slide or label: from a mask, then refined on the photograph's own pixels.

Pure functions. Points are float (n, 2) arrays, x then y, in the pixels of whatever image they were measured in.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
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
TRIED = 200
"""Lines through two places that straight_majority tries."""


def clockwise(corners: Points) -> Points:
    """Four corners in the order top-left, top-right, bottom-right, bottom-left as seen in the image."""
    centre = corners.mean(axis=0)
    angle = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    ring = corners[np.argsort(angle)]
    # y grows downwards, so growing angles run clockwise on the screen
    return np.roll(ring, -int(np.argmin(ring.sum(axis=1))), axis=0)


def components(mask: NDArray[np.uint8], least: float) -> list[NDArray[np.uint8]]:
    """The connected areas (8 neighbours) of a mask of at least `least` pixels, each as a mask of its own."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [(labels == i).astype(np.uint8) for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= least]


def rectangle(mask: NDArray[np.uint8]) -> Points:
    """The smallest turned rectangle round a mask, corners clockwise from the top-left; map pixels."""
    rings, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    corners = cv2.boxPoints(cv2.minAreaRect(np.concatenate(rings)))
    grown = np.asarray(corners, np.float64)
    centre = grown.mean(axis=0)
    # minAreaRect runs through pixel centres: half a pixel is missing on every side
    unit = [_unit(grown[1] - grown[0]), _unit(grown[2] - grown[1])]
    for axis in unit:
        grown += 0.5 * np.sign((grown - centre) @ axis)[:, None] * axis
    return clockwise(grown + 0.5)


def _unit(vector: Points) -> Points:
    length = float(np.hypot(*vector))
    return vector / length if length > 0 else np.array([1.0, 0.0])


def line_through(points: Points) -> tuple[Points, Points]:
    """(point, direction) of the Huber fit (cv2.fitLine, DIST_HUBER) through n >= 2 points."""
    vx, vy, x, y = np.asarray(cv2.fitLine(points.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)).ravel()
    return np.array([x, y], float), np.array([vx, vy], float)


def crossing(a: tuple[Points, Points], b: tuple[Points, Points]) -> Points:
    """Where two lines (point, direction) meet. Raises ValueError when they are parallel."""
    matrix = np.column_stack((a[1], -b[1]))
    if abs(np.linalg.det(matrix)) < 1e-6:
        raise ValueError("parallel sides")
    return np.asarray(a[0] + a[1] * np.linalg.solve(matrix, b[0] - a[0])[0])


def quadrilateral(mask: NDArray[np.uint8]) -> Points:
    """Four sides fitted to the outline of a mask: better than a rectangle when the sheet is seen in perspective.

    Each place of the outline goes to the nearest side of the smallest rectangle; on each side the straight majority
    decides, so that a torn corner, a chart laid over the edge or a stain beside the sheet does not bend it. A side
    without a majority keeps the rectangle's.
    """
    start = rectangle(mask)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    ring = max(contours, key=cv2.contourArea).reshape(-1, 2).astype(np.float64) + 0.5
    places = _resampled(ring, 4 * 96)
    sides = [(start[i], start[(i + 1) % 4]) for i in range(4)]
    distance = np.stack([_distance(places, a, b) for a, b in sides], axis=1)
    nearest = distance.argmin(axis=1)
    lines = []
    for i, (a, b) in enumerate(sides):
        along = (places - a) @ _unit(b - a)
        across = (places - a) @ np.array([-_unit(b - a)[1], _unit(b - a)[0]])
        share = along / max(float(np.hypot(*(b - a))), 1e-9)
        mine = (nearest == i) & (share > 0.04) & (share < 0.96)
        lines.append(_majority_line(places[mine], along[mine], across[mine]) or (a, _unit(b - a)))
    return _corners(lines, start)


def _majority_line(places: Points, along: Points, across: Points) -> tuple[Points, Points] | None:
    if len(places) < 8:
        return None
    fits = straight_majority(along, across, np.ones(len(places)), tolerance=1.2)
    return line_through(places[fits]) if fits.sum() >= max(8, 0.3 * len(places)) else None


def _resampled(ring: Points, count: int) -> Points:
    """`count` points evenly along a closed ring."""
    closed = np.vstack((ring, ring[:1]))
    length = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))))
    at = np.linspace(0, length[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, length, closed[:, k]) for k in (0, 1)])


def _distance(points: Points, a: Points, b: Points) -> NDArray[np.float64]:
    d = _unit(b - a)
    return np.asarray(np.abs((points[:, 0] - a[0]) * d[1] - (points[:, 1] - a[1]) * d[0]))


def _corners(lines: list[tuple[Points, Points]], start: Points) -> Points:
    try:
        corners = np.array([crossing(lines[i - 1], lines[i]) for i in range(4)])
    except ValueError:
        return start
    reach = 0.15 * max(np.hypot(*(start[2] - start[0])), 1.0)
    return corners if float(np.abs(corners - start).max()) <= reach else start


def straight_majority(along: Points, across: Points, strength: Points, tolerance: float) -> NDArray[np.bool_]:
    """Which places lie on one straight line: the best of many lines through two places (RANSAC, fixed seed),
    votes weighted by step strength."""
    if len(along) < 2:
        return np.zeros(len(along), bool)
    rng = np.random.default_rng(0)
    i = rng.integers(len(along), size=TRIED)
    j = (i + rng.integers(1, len(along), size=TRIED)) % len(along)
    apart = np.abs(along[i] - along[j]) >= max(0.2 * np.ptp(along), 1e-9)
    if not apart.any():
        return np.zeros(len(along), bool)
    i, j = i[apart], j[apart]
    slope = (across[j] - across[i]) / (along[j] - along[i])
    reached = across[i, None] + slope[:, None] * (along - along[i, None])
    fits = np.abs(reached - across) <= tolerance
    return np.asarray(fits[(fits @ np.minimum(strength, 2 * np.median(strength))).argmax()])


@dataclass(frozen=True, slots=True)
class Side:
    """Column of the side = `at` + `slope` x (place - middle place), and the share of the places that lie on it."""

    at: float
    slope: float
    share: float


def side(strip: NDArray[np.float32], spread: float) -> Side | None:
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


def _steps(profiles: NDArray[np.float32], spread: float) -> tuple[Points, Points]:
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


def _reweighed(along: Points, across: Points, weight: Points, line: Points, least: float) -> Points:
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
