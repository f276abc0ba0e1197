"""Did what is seen here, or the camera, move? Told from writing: a movement smears what it crosses, and nothing else.

Pure functions on slopes (Scharr, float32 (h, w), grey levels of any scale). A stroke as thin as the movement is long
keeps edges as narrow as itself, but neither as steep nor as narrow as those that run along the movement. Long straight
borders (the rim of a sheet or label, a ruled line) are all of one direction and far steeper than pencil: they say
nothing of a movement and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

RIM_PX = 4
"""Slopes nearer to the edge of the picture are not used."""
LONG, THIN = 1 / 3, 1 / 12
"""A border reaches over this share of the picture and is at most so thick for its length. Words are thicker (ours)."""
BESIDE_PX = 4
"""What lies so near to a border belongs to it."""
STEEP = 0.2
"""Share of the pixels, the steepest, that count as edges of strokes."""


@dataclass(frozen=True, slots=True)
class Smear:
    """`ratio`: how much steeper the steepest slopes across one direction are than those along it, 1 = steep alike;
    `deg`: that direction, degrees from left-right, clockwise on the screen."""

    ratio: float = 1.0
    deg: float = 0.0


def smear(gx: Floats, gy: Floats) -> Smear:
    """Over eight directions: 97.5th percentiles of the slopes of the steepest fifth of all pixels."""
    x, y = gx[RIM_PX:-RIM_PX, RIM_PX:-RIM_PX], gy[RIM_PX:-RIM_PX, RIM_PX:-RIM_PX]
    if x.size < 64:
        return Smear()
    strength = cv2.magnitude(np.ascontiguousarray(x), np.ascontiguousarray(y))
    free = ~borders(x, y, strength >= _level(strength[::3, ::3]))
    if np.count_nonzero(free[::3, ::3]) < 64:
        return Smear()
    inner = free & (strength >= _level(strength[::3, ::3][free[::3, ::3]]))
    thin = 1 + strength.size // 250_000
    turns = np.radians(22.5) * np.arange(8, dtype=np.float32)
    slopes = np.abs(np.cos(turns)[:, None] * x[inner][::thin] + np.sin(turns)[:, None] * y[inner][::thin])
    rank = int(0.975 * (slopes.shape[1] - 1))
    along = np.maximum(np.partition(slopes, rank, axis=1)[:, rank], 1e-3)
    ratio = np.roll(along, 4) / along
    worst = int(ratio.argmax())
    return Smear(float(ratio[worst]), worst * 22.5)


def borders(gx: Floats, gy: Floats, steep: Mask) -> Mask:
    """Where long straight borders lie among the `steep` pixels, and a little beside them."""
    found = np.zeros(steep.shape, np.uint8)
    level = np.abs(gy) >= np.abs(gx)  # by direction, so that the corners of a frame do not join its sides
    for same in (steep & level, steep & ~level):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(same.astype(np.uint8), connectivity=8)
        wide, high, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
        long = (wide >= LONG * steep.shape[1]) | (high >= LONG * steep.shape[0])
        length = np.hypot(wide, high)
        for n in 1 + np.flatnonzero(long & (area <= length * (2 + THIN * length))):
            left, top, width, height = stats[n, :4]
            inside = labels[top : top + height, left : left + width] == n
            if _straight(inside):
                found[top : top + height, left : left + width][inside] = 1
    return np.asarray(cv2.dilate(found, np.ones((2 * BESIDE_PX + 1,) * 2, np.uint8)) > 0)


def _straight(shape: Mask) -> bool:
    """Is it about as thin as a line? Extents as of a rectangle of the same second moments."""
    ys, xs = np.nonzero(shape)
    thick, length = np.sqrt(12 * np.maximum(np.linalg.eigvalsh(np.cov(np.stack([xs, ys]))), 0))
    return bool(thick <= 1 + THIN * length)


def _level(strength: Floats) -> float:
    """What the steepest fifth reach."""
    flat = strength.ravel()
    rank = int((1 - STEEP) * (flat.size - 1))
    return max(float(np.partition(flat, rank)[rank]), 1e-3)
