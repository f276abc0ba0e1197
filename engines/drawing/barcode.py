"""Real barcodes (zxing-cpp's writer) on stickers."""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.writing import HOUSES, any_face, font, pick, printed

Pixels = NDArray[np.uint8]
LINEAR = ("Code128", "Code39")


def modules(symbology: str, value: str) -> Pixels:
    """The symbol at one pixel a module, uint8, 0 black and 255 white, without quiet zone."""
    made = zxingcpp.create_barcode(value, getattr(zxingcpp.BarcodeFormat, symbology))
    return np.array(zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False), np.uint8)


def sticker(
    value: str, symbology: str, px_per_mm: float, module_mm: float, bar_mm: float, rng: Generator, *, plain: bool
) -> Pixels:
    """A sticker: the symbol with its quiet zone, the number in letters, perhaps the institution's name."""
    symbol = modules(symbology, value)
    linear = symbology in LINEAR
    if linear:
        symbol = symbol[:1]
    w_px = max(8, round(symbol.shape[1] * module_mm * px_per_mm))
    h_px = max(6, round((bar_mm if linear else symbol.shape[0] * module_mm) * px_per_mm))
    bars = enlarged(symbol, w_px, h_px)
    text_px = (3.2 if plain else rng.uniform(1.8, 3.4)) * px_per_mm
    house = pick(rng, HOUSES) if plain or rng.random() < 0.6 else ""
    face = None if plain else any_face(rng)
    quiet = round(10 * module_mm * px_per_mm) if linear else round(3 * module_mm * px_per_mm)
    top = round(1.3 * text_px) if house else round(1.0 * px_per_mm)
    beside = not linear and rng.random() < 0.7
    wide = max(font(face, round(text_px)).getlength(value), font(face, round(text_px)).getlength(house))
    width = int(w_px + 3 * quiet + wide) if beside else int(max(w_px + 2 * quiet, wide + 2 * text_px))
    paper = 250 if plain else rng.uniform(225, 255)
    tile = np.full((top + h_px + round((0.6 if beside else 1.4) * text_px), width, 3), paper, np.uint8)
    x = quiet if beside else (width - w_px) // 2
    tile[top : top + h_px, x : x + w_px] = np.minimum(bars, int(paper))[..., None]
    ink = (20.0, 20.0, 20.0)
    if beside:
        printed(tile, [house, value], face, text_px, ink, (w_px + 2 * quiet, top))
    else:
        printed(tile, [house], face, text_px * 0.9, ink, (0, 0.1 * text_px), centred=True)
        printed(tile, [value], face, text_px, ink, (0, top + h_px + 0.05 * text_px), centred=True)
    return tile


def enlarged(symbol: Pixels, w_px: int, h_px: int) -> Pixels:
    """The symbol at any size, its edges averaged over the pixels they cross."""
    k = int(np.ceil(4 * w_px / symbol.shape[1]))
    rows = int(np.ceil(4 * h_px / symbol.shape[0])) if symbol.shape[0] > 1 else h_px
    big = np.repeat(np.repeat(symbol, k, axis=1), rows, axis=0)
    return np.asarray(cv2.resize(big, (w_px, h_px), interpolation=cv2.INTER_AREA), np.uint8)
