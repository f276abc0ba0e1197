"""Exposure and evenness of light, from pixels that belong to one plain thing: bare sheet, or background.

Luminance is CIE Y of linear sRGB (IEC 61966-2-1), 0 to 1.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.types import Image

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
WEIGHTS = np.array([0.2126729, 0.7151522, 0.0721750], np.float32)
"""Linear sRGB -> Y (Lindbloom, D65)."""
CELLS = 24
"""Cells along the long side in which the light is measured."""
FILLED = 0.5
"""Share of a cell that must belong to the thing."""
LEAST_CELLS = 24
"""A curved surface has six numbers; fewer cells than four for each do not fix it."""
ROUNDS, OUTLIER, LEAST_SPREAD = 12, 3.0, 0.005
"""Rounds of refitting; how many robust standard deviations away, at least so large in log luminance, a cell (a stain,
the shadow of a leaf) is left out."""


def luminance(image: Image) -> NDArray[np.float32]:
    """RGB uint8 (h, w, 3) -> Y (h, w), float32."""
    codes = np.arange(256) / 255
    table = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray(cv2.LUT(image, table) @ WEIGHTS, np.float32)


def inner(mask: Mask, margin_px: int) -> Mask:
    """A mask without its rim, `margin_px` wide: shadows and the network's uncertainty lie there."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * margin_px + 1, 2 * margin_px + 1))
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    return np.asarray(cv2.erode(padded, kernel, borderValue=1)[1:-1, 1:-1] > 0)


def clipped(image: Image, mask: Mask, level: int = 254) -> float:
    """Share of the pixels of `mask` in which all channels are at `level` or above: white without any drawing."""
    pixels = image[mask]
    return float((pixels >= level).all(axis=1).mean()) if len(pixels) else 0.0


def level(image: Image, mask: Mask, percentile: float) -> float:
    """A percentile of the lightest channel over `mask`, 8-bit; the mask must not be empty."""
    return float(np.percentile(image[mask].max(axis=1), percentile))


def unevenness(light: NDArray[np.float32], mask: Mask) -> float | None:
    """Standard deviation over mean of the light that falls on a plain thing; None where too little of it is seen.

    The medians of cells are fitted by a second-degree surface in log luminance, robustly, so that stains, folds and
    shadows of leaves do not count; the figure is that of the surface over the cells that were used.
    """
    side = max(light.shape) / CELLS
    rows, columns = max(1, round(light.shape[0] / side)), max(1, round(light.shape[1] / side))
    places, values = [], []
    for r, band in enumerate(np.array_split(np.arange(light.shape[0]), rows)):
        for c, strip in enumerate(np.array_split(np.arange(light.shape[1]), columns)):
            here = np.s_[band[0] : band[-1] + 1, strip[0] : strip[-1] + 1]
            if mask[here].mean() >= FILLED:
                places.append((2 * c / columns - 1, 2 * r / rows - 1))
                values.append(float(np.median(light[here][mask[here]])))
    if len(values) < LEAST_CELLS:
        return None
    x, y = np.array(places).T
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    surface = np.exp(_robust(terms, np.log(np.maximum(values, 1e-4))))
    return float(surface.std() / surface.mean())


def _robust(terms: Floats, values: Floats) -> Floats:
    """The fit of `values` without the ones that lie far off, at the places of all that were kept.

    First the least absolute differences (by reweighting), which a fifth of stains does not move, then least squares.
    """
    weights = np.ones(len(values))
    for _ in range(ROUNDS):
        fitted = terms @ np.linalg.lstsq(terms * weights[:, None], values * weights, rcond=None)[0]
        weights = 1 / np.sqrt(np.maximum(np.abs(values - fitted), 1e-3))
    off = np.abs(values - fitted)
    kept = off <= OUTLIER * max(1.4826 * float(np.median(off)), LEAST_SPREAD)
    if kept.sum() < LEAST_CELLS:
        kept[:] = True
    return np.asarray(terms[kept] @ np.linalg.lstsq(terms[kept], values[kept], rcond=None)[0])
