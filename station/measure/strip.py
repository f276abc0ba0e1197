"""A colour strip and a grey strip laid end to end: where the one ends and the other begins."""

from __future__ import annotations

import cv2
import numpy as np

from station.types import Image

COLOURED = 18.0
"""Chroma (CIELAB, median over the strip's width, against the strip's own cast) above which a place is coloured. The
dullest patches of Kodak colour control strips have about 25, a faded grey scale under a warm lamp up to 12."""
GREY, DIFFERENT = 0.15, 0.4
"""Most that may be coloured of the grey side; least difference between the coloured shares of the two sides (colour
control strips have black and white patches too)."""
MARGIN = 0.2
"""The seam lies at least this share of the length from either end."""


def seam(strip: Image) -> float | None:
    """Share of the length, 0 to 1, at which the cards meet; None where both sides are equally coloured.

    strip uint8 (h, w, 3) RGB, its long side along x, some 200 px or more.
    """
    middle = strip[len(strip) // 4 : max(len(strip) * 3 // 4, len(strip) // 4 + 1)]
    lab = cv2.cvtColor(middle.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    hue = lab[..., 1:].reshape(-1, 2)
    dull = np.linalg.norm(hue, axis=1)
    cast = np.median(hue[dull <= np.percentile(dull, 30)], axis=0)  # the greys, under this lamp
    chroma = np.median(np.linalg.norm(lab[..., 1:] - cast, axis=2), axis=0)
    coloured = np.concatenate([[0], np.cumsum(chroma > COLOURED)])
    length = len(chroma)
    at = np.arange(max(1, round(MARGIN * length)), min(length, round((1 - MARGIN) * length)) + 1)
    if len(at) == 0:
        return None
    sides = coloured[at] / at, (coloured[-1] - coloured[at]) / np.maximum(length - at, 1)
    best = int(np.abs(sides[0] - sides[1]).argmax())
    low, high = sorted(float(side[best]) for side in sides)
    return float(at[best] / length) if low <= GREY and high - low >= DIFFERENT else None
