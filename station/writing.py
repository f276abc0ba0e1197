"""What is written in one place, and how sharply: edges, letters and smear of its strokes together.

On measure/focus.py and measure/motion.py; used by the check of labels and by the calibration of its limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from station.measure import focus, motion
from station.types import Box, Photo, Region

MOTION_RATIO, MOTION_REACH = 1.6, 1.15
"""A movement softens edges along it so many times more than edges across it, and to so many times the width that the
letters bear: 525 sharp labels reach 1.6 or, small and ruled, 1.95 of the one, 1.07 of the other, never both (enlarged
twice 1.58, 0.98); at the blur where reading fails they have 2.1 and 1.13 or more (calibration/sharpness.py)."""
MOTION_ALONE = 2.2
"""The same where other writing in the frame did not move: the camera stood still then, only this slip may have."""
STILL_RATIO = 1.25
"""Writing with as many edges in all directions, softened less than so in any, did not move (half the sharp labels)."""
MOTION_EDGES = 12
"""Fewer edges in one of both directions tell nothing of a movement."""
WIDE_PX = 2.5
"""Narrowest edge that counts where only the picture at a quarter shows any."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """What is written in one place, in px of the picture. None where it cannot be measured. `edge_px`: 10-90 % width in
    the direction in which edges are widest; `tail_px`: a fifth of them are narrower; `smear`: how many times softer
    edges along `smear_deg` are than across it (slopes and widths), `smear_px` that times their width; `ink`: grey
    levels between writing and paper."""

    ink: float
    edge_px: float | None = None
    tail_px: float | None = None
    x_height_px: float | None = None
    smear: float = 1.0
    smear_px: float = 0.0
    smear_deg: float = 0.0

    @property
    def still(self) -> bool:
        """Is this surely writing that did not move?"""
        return self.smear_px > 0 and self.smear <= STILL_RATIO

    def moved(self, bears_px: float, beside_still: bool = False) -> bool:
        """Did it, or the camera, move so far along `smear_deg` that letters which bear edges of `bears_px` cannot be
        read? `beside_still`: other writing in the frame did not move."""
        ratio = MOTION_ALONE if beside_still else MOTION_RATIO
        return self.smear >= ratio and self.smear_px >= MOTION_REACH * bears_px


def strokes(grey: focus.Grey, least: int, faint: float) -> Strokes:
    """Measured as it is, else at a quarter: a strong blur leaves nothing to see at full size. Fewer than `least` edges,
    or less ink than `faint` grey levels, are not measured."""
    ink = focus.ink_contrast(grey)
    for factor in (1, 4):
        if min(grey.shape) < 16 * factor:
            break
        small = (grey.shape[1] // factor, grey.shape[0] // factor)
        seen = grey if factor == 1 else np.asarray(cv2.resize(grey, small, interpolation=cv2.INTER_AREA), np.uint8)
        if focus.ink_contrast(seen) < faint:
            continue
        slopes = focus.slopes(seen)
        found = focus.edges(seen, slope=slopes)
        if len(found.width_px) < least:
            continue
        width = max(found.by_direction().values(), default=float(np.median(found.width_px)))
        if factor > 1 and width < WIDE_PX:
            continue  # what is sharp at a quarter would have been seen at full size, were it writing
        smear, smear_px, deg = _softness(found, motion.smear(*slopes))
        return Strokes(
            ink, factor * width, factor * found.tail_px(), focus.x_height(grey), smear, factor * smear_px, deg
        )
    return Strokes(ink)


def _softness(found: focus.Edges, smear: motion.Smear) -> tuple[float, float, float]:
    """`smear`, `smear_px`, `smear_deg` of Strokes; (1, 0, 0) where too few edges tell."""
    widths = found.by_direction(MOTION_EDGES)
    along = focus.DIRECTIONS_DEG[round(smear.deg / 45) % len(focus.DIRECTIONS_DEG)]
    across = (along + 90) % 180
    if along not in widths or across not in widths:
        return 1.0, 0.0, 0.0
    return smear.ratio * widths[along] / max(widths[across], 0.1), smear.ratio * widths[along], smear.deg


def paper(photo: Photo, region: Region, most_px: int | None = None) -> focus.Grey:
    """The label in grey at native resolution, or its middle of `most_px` each way; what lies outside its outline is
    painted like its paper."""
    box = region.box
    if most_px is not None:
        w, h = min(box.w, 2 * most_px), min(box.h, 2 * most_px)
        box = Box(box.x + (box.w - w) // 2, box.y + (box.h - h) // 2, w, h)
    grey = np.asarray(cv2.cvtColor(photo.region(box), cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    outline = region.polygon - (max(0, box.x), max(0, box.y))
    middle = outline.mean(axis=0)
    inside = np.zeros(grey.shape, dtype=np.uint8)
    cv2.fillPoly(inside, [np.round(middle + 0.97 * (outline - middle)).astype(np.int32)], 1)
    counts = cv2.calcHist([grey], [0], inside, [256], [0, 256]).ravel().cumsum()
    if counts[-1]:
        np.copyto(grey, np.uint8(np.searchsorted(counts, counts[-1] / 2)), where=inside == 0)
    return grey
