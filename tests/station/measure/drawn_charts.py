"""Charts drawn from their own layout, laid into a picture at a known place."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.measure import colour
from station.types import Chart, Image

Floats = NDArray[np.float64]


def draw(chart: Chart, long_px: int, frame: tuple[int, int, int] = (40, 38, 36)) -> Image:
    """The card upright, its patches in the colours they are told by."""
    width, height = (long_px, long_px / chart.aspect) if chart.aspect >= 1 else (long_px * chart.aspect, long_px)
    card = np.full((round(height), round(width), 3), frame, np.uint8)
    for patch in chart.patches:
        x, y, w, h = np.array(patch.place) * np.array([width, height, width, height])
        card[round(y) : round(y + h), round(x) : round(x + w)] = np.round(colour.srgb(np.array(patch.look)))
    return card


def laid(
    card: Image, turn_deg: float, size: tuple[int, int], noise: float = 0.0, seed: int = 0
) -> tuple[Image, Floats, Floats]:
    """The card in the middle of a cream picture (w, h), turned clockwise; its corners (4, 2), clockwise from the
    top-left as seen; and the map (2, 3) from pixels of the card."""
    h, w = card.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2 - 0.5, h / 2 - 0.5), -turn_deg, 1.0)
    matrix[:, 2] += (np.array(size) - (w, h)) / 2
    back = np.full((size[1], size[0], 3), (226, 214, 190), np.uint8)
    picture = cv2.warpAffine(card, matrix, size, back, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    if noise:
        picture = picture + np.random.default_rng(seed).normal(0, noise, picture.shape)
    ring = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64) @ matrix[:, :2].T + matrix[:, 2]
    first = int(np.argmin(ring.sum(axis=1)))
    return np.clip(picture, 0, 255).astype(np.uint8), np.roll(ring, -first, axis=0), matrix
