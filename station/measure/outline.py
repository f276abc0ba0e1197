"""Straight sides of a sheet, slide or label: from a mask, then refined on the photograph's own pixels.

Pure functions. Points are float (n, 2) arrays, x then y, in the pixels of whatever image they were measured in.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
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
