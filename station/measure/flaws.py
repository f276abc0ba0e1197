"""Cracks and bubbles in glass, from its pixels alone.

Images are grey uint8 (h, w), masks uint8 (h, w), 0 = do not look. Lengths in pixels of the image given.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
RIDGE_PX = 7
"""Ridges narrower than this are looked for; the image is to be reduced so that a crack is 1 to 5 px wide."""
SIGMAS, LEAST_STEP = 4.0, 9.0
"""A ridge stands out of the texture round it by so many deviations, and by so many grey levels at least (ours)."""
SLIM = 8.0
"""Length over mean width of a crack (ours)."""
RIM, INSIDE = 0.72, 0.35
"""Share of a bubble's rim that must be darker than both its sides; radius share of its middle (ours)."""


@dataclass(frozen=True, slots=True)
class Crack:
    """From end to end, float (2, 2); how far it stands out, grey levels."""

    ends: NDArray[np.float64]
    length_px: float
    contrast: float


def cracks(grey: Grey, mask: Grey, least_px: float) -> list[Crack]:
    """Bright thin lines at least `least_px` long, longest first."""
    lines: list[Crack] = []
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (RIDGE_PX, RIDGE_PX))
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8)
    ridge = cv2.morphologyEx(soft, cv2.MORPH_TOPHAT, kernel).astype(np.float32)
    looked = mask > 0
    if looked.sum() < least_px * RIDGE_PX:
        return []
    usual = float(np.median(ridge[looked]))
    deviation = 1.4826 * float(np.median(np.abs(ridge[looked] - usual)))
    limit = max(usual + SIGMAS * deviation, LEAST_STEP)
    on = ((ridge > limit) & looked).astype(np.uint8)
    on = cv2.morphologyEx(on, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(on, connectivity=8)
    for i in range(1, count):
        x, y, w, h, area = stats[i]
        if np.hypot(w, h) < least_px or area > 0.5 * np.hypot(w, h) * RIDGE_PX * 2:
            continue
        ys, xs = np.nonzero(labels[y : y + h, x : x + w] == i)
        points = np.column_stack((xs + x, ys + y)).astype(np.float64)
        if (found := _line(points, least_px)) is not None:
            here = labels == i
            lines.append(Crack(found, float(np.hypot(*(found[1] - found[0]))), float(ridge[here].mean())))
    return sorted(lines, key=lambda line: -line.length_px)


def _line(points: NDArray[np.float64], least_px: float) -> NDArray[np.float64] | None:
    """The ends of a component that is long and slim; it may bend."""
    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle, full_matrices=False)
    along = (points - middle) @ axes[0]
    across = (points - middle) @ axes[1]
    length = float(np.ptp(along))
    width = len(points) / max(length, 1.0)
    if length < least_px or length < SLIM * width or np.ptp(across) > 0.35 * length:
        return None
    return np.array([points[along.argmin()], points[along.argmax()]])


@dataclass(frozen=True, slots=True)
class Bubble:
    """Middle and radius."""

    x: float
    y: float
    radius_px: float


def bubbles(grey: Grey, mask: Grey, least_px: float, most_px: float) -> list[Bubble]:
    """Round dark rims round a lighter middle, of radius `least_px` to `most_px`."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    dark = cv2.morphologyEx(soft, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    looked = mask > 0
    if not looked.any():
        return []
    limit = max(LEAST_STEP, float(np.percentile(dark[looked], 80)))
    on = ((dark > limit) & looked).astype(np.uint8)
    contours, _ = cv2.findContours(on, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    found: list[Bubble] = []
    for contour in contours:
        (x, y), radius = cv2.minEnclosingCircle(contour)
        known = any(np.hypot(b.x - x, b.y - y) <= 0.5 * max(b.radius_px, radius) for b in found)
        if least_px <= radius <= most_px and not known and _is_bubble(soft, x, y, radius):
            found.append(Bubble(float(x), float(y), float(radius)))
    return found


def _is_bubble(grey: Grey, x: float, y: float, radius: float) -> bool:
    """Going out from the middle, is the rim the darkest in most directions?"""
    a = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    r = radius * np.linspace(INSIDE, 1.5, 24)
    xs = np.round(x + np.cos(a)[:, None] * r).astype(int)
    ys = np.round(y + np.sin(a)[:, None] * r).astype(int)
    if xs.min() < 0 or ys.min() < 0 or xs.max() >= grey.shape[1] or ys.max() >= grey.shape[0]:
        return False
    profile = grey[ys, xs].astype(np.float32)
    at = profile.argmin(axis=1)
    depth = np.minimum(profile[:, :3].mean(axis=1), profile[:, -3:].mean(axis=1)) - profile.min(axis=1)
    rim = (depth > LEAST_STEP) & (at > 3) & (at < 20) & (np.abs(at - np.median(at)) <= 3)
    return bool(rim.mean() >= RIM)
