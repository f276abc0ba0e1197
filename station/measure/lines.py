"""Which way lines of writing run: left to right, or from top to bottom. Pure; grey images are uint8 (h, w).

Across lines the ink comes and goes, along them it is much the same: the sums of ink over rows vary more than those over
columns where lines run from left to right. Ordinary and upside-down writing cannot be told apart by it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

PAPER_PX, PITCH_PX = 75, 41
"""Side of the window whose mean is the paper's level; slower changes than this are no lines. For photographs of about
1,500 px, in which lines lie 8 to 30 px apart."""
INK, LEAST_INK, LEAST_PX = 6.0, 0.3, 40
"""Grey levels below the paper that are ink; mean ink, and side, below which nothing is told."""


def run(grey: Grey) -> float | None:
    """Log of how many times more the ink varies from row to row than from column to column: above 0 lines run from left
    to right, below from top to bottom. None where too little is written. Of 414 labels of upright training sheets 5 %
    have less than 0.4, of sheets lying on their side all but one less than -1.5."""
    if min(grey.shape) < LEAST_PX:
        return None
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.float32)
    ink = np.maximum(cv2.blur(smooth, (PAPER_PX, PAPER_PX)) - smooth - INK, 0)
    if ink.mean() < LEAST_INK:
        return None
    rows, columns = (_variance(ink.mean(axis=axis)) for axis in (1, 0))
    return float(np.log((rows * ink.shape[1] + 1e-6) / (columns * ink.shape[0] + 1e-6)))


def _variance(sums: NDArray[np.float32]) -> float:
    return float((sums - cv2.blur(sums.reshape(1, -1), (PITCH_PX, 1)).ravel()).var())
