"""The mount, sheet or slide: four sides fitted on the class map and refined on the full-resolution pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.measure import outline
from station.types import Box, Photo, Region, Segmentation

NAMES = ("sheet", "slide")
ON_IT = ("sheet", "slide", "specimen", "label", "barcode", "stamp", "packet", "coverslip", "type_marker")
PLACES = 96
"""Places along a sheet's side at which its step is looked for at full resolution."""
STEP, MAJORITY = 1.5, 0.3
"""Least step, grey levels a pixel; least share of the places that must lie on one straight line."""
NEAR = 0.004
"""Nearer to the frame than this share of the long side, two pixels of the map, a side without a step lies on it."""
Line = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(point, direction)"""


def find(segmented: Segmentation, photo: Photo) -> tuple[Region, ...]:
    """The mount as a region of four corners; none where there is none. Raises DecodeError for unreadable pixels."""
    return tuple(r for name in NAMES if name in segmented.classes for r in _mount(segmented, photo, name))


def _mount(segmented: Segmentation, photo: Photo, name: str) -> list[Region]:
    """The sheet is what the network calls sheet together with what lies on it."""
    ids = [i for i, n in enumerate(segmented.classes) if n == name]
    on_it = [i for i, n in enumerate(segmented.classes) if n in ON_IT]
    bare = np.isin(segmented.class_map, ids)
    if bare.mean() < 0.02:
        return []
    mask = np.isin(segmented.class_map, on_it).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    parts = outline.components(mask, 0.05 * mask.size)
    if not parts:
        return []
    part = max(parts, key=lambda p: int((p.astype(bool) & bare).sum()))
    corners = outline.quadrilateral(part) * np.array(segmented.photo_px_per_map_px)
    corners = refined(corners, photo)
    area = float(cv2.contourArea(corners.astype(np.float32)))
    confidence = float(segmented.confidence[bare].mean()) / 255
    return [Region(name, corners.astype(np.float32), area, round(confidence, 4))]


def refined(corners: NDArray[np.float64], photo: Photo) -> NDArray[np.float64]:
    """The same four corners from the photograph's own pixels; a side that shows no clear step keeps its place.

    corners float (4, 2), clockwise from the top-left, photo pixels. A map pixel is many photo pixels wide, so a side
    that seems to lie on the frame's border is looked at too: where background shows beyond it, there is a step.
    """
    width, height = photo.size_px
    sides = [(corners[i], corners[(i + 1) % 4]) for i in range(4)]
    lines = [_refined_side(a, b, photo) or _on_border(a, b, photo.size_px) for a, b in sides]
    try:
        better = np.array([outline.crossing(lines[i - 1], lines[i]) for i in range(4)])
    except ValueError:
        return corners
    moved = float(np.abs(better - corners).max())
    return better if moved <= 0.02 * max(width, height) else corners


def _on_border(a: NDArray[np.float64], b: NDArray[np.float64], size_px: tuple[int, int]) -> Line:
    """A side without a step: as it was, but on the frame's border when it lies within NEAR of it, for there is no
    background beyond it."""
    middle, unit = (a + b) / 2, (b - a) / max(np.hypot(*(b - a)), 1e-9)
    k = 0 if abs(unit[1]) > abs(unit[0]) else 1
    for border in (0.0, float(size_px[k])):
        if abs(middle[k] - border) <= NEAR * max(size_px):
            middle[k] = border
            return middle, np.array([0.0, 1.0]) if k == 0 else np.array([1.0, 0.0])
    return a, unit


def _refined_side(a: NDArray[np.float64], b: NDArray[np.float64], photo: Photo) -> Line | None:
    """(point, direction) of the side from a to b, from the lightness steps across it; None where there is none."""
    rough = (a, (b - a) / max(np.hypot(*(b - a)), 1e-9))
    reach = max(8, round(0.008 * max(photo.size_px)))
    upright = abs(rough[1][1]) > abs(rough[1][0])
    frame = np.array(photo.size_px, float)
    low, high = np.clip(np.minimum(a, b), 0, frame), np.clip(np.maximum(a, b), 0, frame)
    pad = np.array([reach + 2, 0]) if upright else np.array([0, reach + 2])
    x0, y0 = np.maximum(np.floor(low - pad), 0).astype(int)
    x1, y1 = np.minimum(np.ceil(high + pad), photo.size_px).astype(int)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return None
    side = cv2.cvtColor(photo.region(Box(int(x0), int(y0), int(x1 - x0), int(y1 - y0))), cv2.COLOR_RGB2GRAY)
    side = side.astype(np.float32) if upright else side.T.astype(np.float32)
    return _fitted(side, rough, (float(x0), float(y0)), upright, reach)


def _fitted(
    strip: NDArray[np.float32],
    rough: Line,
    origin: tuple[float, float],
    upright: bool,
    reach: int,
) -> Line | None:
    """Rows of `strip` run along the side. Each of PLACES rows is the mean of its share of the length."""
    rows = min(PLACES, len(strip))
    share = np.array_split(np.arange(len(strip)), rows)
    along = np.array([s.mean() for s in share]) + 0.5
    k = (0, 1) if upright else (1, 0)
    point, direction = rough
    slope = direction[k[0]] / direction[k[1]]
    expected = point[k[0]] - origin[k[0]] + slope * (along + origin[k[1]] - point[k[1]])
    window = np.arange(-reach, reach + 1)
    columns = np.clip(np.round(expected)[:, None].astype(int) + window, 0, strip.shape[1] - 1)
    profiles = np.stack([strip[s[:: max(1, len(s) // 8)]].mean(axis=0)[c] for s, c in zip(share, columns, strict=True)])
    at, strength = outline.step_in_profiles(profiles.astype(np.float32), reach, 0.5 * reach)
    across = np.round(expected) + at - reach + 0.5
    good = strength > STEP
    if good.sum() < MAJORITY * rows:
        return None
    fits = outline.straight_majority(along[good], across[good], strength[good], tolerance=max(1.0, 0.08 * reach))
    if fits.sum() < MAJORITY * rows:
        return None
    xy = np.empty((int(fits.sum()), 2))
    xy[:, k[0]] = across[good][fits] + origin[k[0]]
    xy[:, k[1]] = along[good][fits] + origin[k[1]]
    return outline.line_through(xy)
