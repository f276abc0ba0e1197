"""Colour and grey patches: flat, compact, alike in size, side by side and different in colour.

A classical look at a picture that is said to be a colour chart, or may hold one; it knows no layout of any chart.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.types import Box, Image

FLAT_STEP = 9.0
"""Largest step between neighbouring pixels inside a patch, CIELAB units: above 8-bit noise and JPEG (ours)."""
DISTINCT_DE = 9.0
"""Patches nearer to each other in CIELAB (dE 1976) count as one colour (ours)."""
ALIKE = 2.2
"""Patches of one chart differ in area by less than this factor to either side (ours)."""
NEAR = 2.5
"""Patches of one chart lie nearer to a neighbour than this many of their sides (ours)."""
LEAST_PX = 12


@dataclass(frozen=True, slots=True)
class Patches:
    """`colours`: number of distinct patches that lie together; `box` round them, None when there are none."""

    colours: int
    box: Box | None


def find(image: Image) -> Patches:
    """The group with the most distinct patches. `image`: RGB, a crop or a whole photograph of 200 to 1500 px."""
    lab = cv2.cvtColor(cv2.medianBlur(image, 3).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    kernel = np.ones((3, 3), np.uint8)
    step = (cv2.dilate(lab, kernel) - cv2.erode(lab, kernel)).max(axis=2)
    _, labels, stats, centres = cv2.connectedComponentsWithStats((step < FLAT_STEP).astype(np.uint8), connectivity=4)
    x, y, w, h, area = stats.T.astype(np.int64)
    fit = (area >= LEAST_PX) & (area <= 0.35 * labels.size) & (area >= 0.4 * w * h)
    fit &= (np.maximum(w, h) <= 6 * np.minimum(w, h)) & (np.arange(len(stats)) > 0)
    blobs = np.array([i for i in np.flatnonzero(fit) if _rectangular(labels, stats[i], int(i))], dtype=np.int64)
    best = Patches(0, None)
    for group in _groups(area[blobs].astype(np.float64), centres[blobs]):
        members = blobs[group]
        colours = _distinct([_colour(lab, labels, stats[i], int(i)) for i in members])
        if colours > best.colours:
            left, top = x[members].min(), y[members].min()
            right, bottom = (x + w)[members].max(), (y + h)[members].max()
            best = Patches(colours, Box(int(left), int(top), int(right - left), int(bottom - top)))
    return best


def variety(image: Image) -> int:
    """Number of coarse CIELAB cells (12 x 16 x 16) that hold at least 1 % of the pixels: 6 and more on every one of
    233 annotated charts, half of all annotated labels have fewer."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    cells = np.round(lab / np.array([12, 16, 16], np.float32)).astype(np.int64) @ np.array([10_000, 100, 1])
    return int((np.unique(cells, return_counts=True)[1] >= 0.01 * len(lab)).sum())


def inner(image: Image, ring: NDArray[np.floating], rim: float) -> Image:
    """The pixels (1, n, 3) inside the outline `ring` (n, 2), less a rim as wide as the share `rim` of its short side;
    all inside where nothing is left."""
    outline = np.round(ring).astype(np.int32)
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 1)
    wide = 2 * round(rim * min(cv2.minAreaRect(outline)[1])) + 1
    left = cv2.erode(mask, np.ones((wide, wide), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    return np.asarray(image[left if left.any() else mask > 0][None], np.uint8)


def _rectangular(labels: NDArray[np.int32], row: NDArray[np.int32], index: int) -> bool:
    """Does this flat area fill a rectangle, turned as it may be, that is not too long?"""
    x, y, w, h, area = (int(v) for v in row)
    points = cv2.findNonZero((labels[y : y + h, x : x + w] == index).astype(np.uint8))
    _, (a, b), _ = cv2.minAreaRect(points)
    a, b = a + 1, b + 1
    return bool(area >= 0.75 * a * b and max(a, b) <= 3.5 * min(a, b))


def _groups(area: NDArray[np.float64], centres: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Indices of blobs that are chained together, each to one alike in size and near."""
    side = np.sqrt(area)
    apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    linked = (apart <= NEAR * np.minimum(side[:, None], side[None])) & (
        np.abs(np.log(area[:, None] / area[None])) < np.log(ALIKE)
    )
    groups, left = [], set(range(len(area)))
    while left:
        group, fringe = set(), {left.pop()}
        while fringe:
            group |= fringe
            fringe = {int(j) for i in fringe for j in np.flatnonzero(linked[i])} & left
            left -= fringe
        groups.append(np.array(sorted(group), dtype=np.int64))
    return groups


def _colour(
    lab: NDArray[np.float32], labels: NDArray[np.int32], row: NDArray[np.int32], index: int
) -> NDArray[np.float32]:
    x, y, w, h = row[:4]
    inside = labels[y : y + h, x : x + w] == index
    return np.asarray(np.median(lab[y : y + h, x : x + w][inside], axis=0), dtype=np.float32)


def _distinct(colours: list[NDArray[np.float32]]) -> int:
    seen: list[NDArray[np.float32]] = []
    for colour in colours:
        if all(float(np.linalg.norm(colour - other)) > DISTINCT_DE for other in seen):
            seen.append(colour)
    return len(seen)
