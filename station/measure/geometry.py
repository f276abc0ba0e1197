"""Angles and margins of a four-sided outline in the frame.

Corners are float (4, 2), photo pixels (x right, y down), clockwise from the top-left as seen on the screen; side i
runs from corner i to corner i + 1: top, right, bottom, left. Angles are degrees, positive = clockwise on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.floating]
SIDES = ("top", "right", "bottom", "left")


@dataclass(frozen=True, slots=True)
class Skew:
    """`deg` within (-45, 45]; `spread_deg` is how far the sides used disagree (largest less smallest);
    `sides` names the sides that were used, the others lie on the edge of the frame."""

    deg: float
    spread_deg: float
    sides: tuple[str, ...]


def fold(deg: float) -> float:
    """An angle of a rectangle's side, reduced to (-45, 45] by whole quarter turns."""
    return 45.0 - (45.0 - deg) % 90.0


def on_border(corners: Corners, size_px: tuple[int, int], tolerance_px: float) -> tuple[bool, ...]:
    """Per side: does it run along, or beyond, one edge of the frame? Such a side is the frame's, not the sheet's."""
    beyond = _distances(corners, size_px) <= tolerance_px  # (4 corners, 4 frame edges)
    return tuple(bool((beyond[i] & beyond[(i + 1) % 4]).any()) for i in range(4))


def skew(corners: Corners, size_px: tuple[int, int], tolerance_px: float = 2.0) -> Skew | None:
    """Rotation of the outline relative to the frame; None when every side lies on the edge of the frame.

    The length-weighted mean of the visible sides' angles, each reduced to (-45, 45] about the longest one: a
    perspective that tilts opposite sides against each other cancels out. With three or four visible sides, one that
    stands more than 2 degrees from the weighted median (a torn or folded edge) is left out.
    """
    points = np.asarray(corners, dtype=np.float64)
    vectors = np.roll(points, -1, axis=0) - points
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    used = [i for i, hidden in enumerate(on_border(points, size_px, tolerance_px)) if not hidden and lengths[i] > 0]
    if not used:
        return None
    raw = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    reference = raw[max(used, key=lambda i: lengths[i])]
    offsets = np.array([fold(float(angle - reference)) for angle in raw])
    if len(used) > 2:
        middle = _weighted_median(offsets[used], lengths[used])
        used = [i for i in used if abs(offsets[i] - middle) <= 2.0]
    mean = float(np.average(offsets[used], weights=lengths[used]))
    return Skew(fold(float(reference) + mean), float(np.ptp(offsets[used])), tuple(SIDES[i] for i in used))


def keystone(corners: Corners, size_px: tuple[int, int], tolerance_px: float = 2.0) -> float | None:
    """Degrees by which opposite sides run together, the larger of the two pairs: 0 for a camera that looks straight
    down on a rectangle. None unless all four sides are visible."""
    points = np.asarray(corners, dtype=np.float64)
    if any(on_border(points, size_px, tolerance_px)):
        return None
    vectors = np.roll(points, -1, axis=0) - points
    angles = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    return max(abs(fold(float(angles[i] - angles[i + 2]))) for i in (0, 1))


def margins(corners: Corners, size_px: tuple[int, int]) -> dict[str, float]:
    """Pixels between the outline and each edge of the frame, by side; zero or less where it leaves the frame."""
    nearest = _distances(corners, size_px).min(axis=0)
    return {side: float(nearest[i]) for i, side in enumerate(SIDES)}


def touches(box: tuple[int, int, int, int], size_px: tuple[int, int], tolerance_px: float) -> tuple[str, ...]:
    """The edges of the frame that a rectangle (left, top, width, height) reaches."""
    x, y, w, h = box
    reached = margins(np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], dtype=np.float64), size_px)
    return tuple(side for side in SIDES if reached[side] <= tolerance_px)


def _distances(corners: Corners, size_px: tuple[int, int]) -> NDArray[np.float64]:
    """(4 corners, 4 edges of the frame in the order of SIDES): pixels inside that edge, negative beyond it."""
    x, y = np.asarray(corners, dtype=np.float64).T
    return np.stack([y, size_px[0] - x, size_px[1] - y, x], axis=1)


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def long_sides_px(polygons: Sequence[NDArray[np.floating]]) -> float:
    """The long sides of the rectangles round the polygons (n, 2), added up, pixels: a card in two pieces is as long
    whether they are parted or not."""
    return float(sum(max(cv2.minAreaRect(np.asarray(polygon, np.float32))[1]) for polygon in polygons))
