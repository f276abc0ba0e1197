"""Paper on glass: labels, codes and type markers of microscope slides as tiles."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from engines.drawing import barcode, label, paper, writing
from engines.drawing.canvas import Array, Colour, Pixels, rectangle
from engines.drawing.glass import ellipse

RINGS: tuple[Colour, ...] = (
    (190, 40, 50),
    (226, 196, 40),
    (50, 90, 170),
    (50, 140, 80),
    (236, 130, 40),
    (200, 60, 130),
)
FINE = 2.1
"""Print on slides is this much finer than on sheets."""


def any_label(w: float, h: float, k: float, rng: Generator, coloured: float) -> tuple[Pixels, Array | None, str]:
    """A slide's label: (tile, outline other than its rectangle, text); `coloured`: the share on coloured paper."""
    w, h = max(w, 3.0), max(h, 2.5)
    fine = FINE * float(rng.uniform(0.7, 1.3))
    tile, text = label.varied(w * fine, h * fine, k / fine, rng)
    kind = rng.random()
    if kind < coloured:
        r, g, b = RINGS[int(rng.integers(len(RINGS)))]
        tile = np.minimum(tile, np.array([r, g, b], np.uint8))
    elif kind < coloured + 0.3:
        ink: Colour = (30, 30, 32) if rng.random() < 0.6 else RINGS[int(rng.integers(len(RINGS)))]
        inset = round(float(rng.uniform(0, 1.2)) * k)
        pen = max(1, round(float(rng.uniform(0.2, 1.4)) * k))
        cv2.rectangle(tile, (inset, inset), (tile.shape[1] - 1 - inset, tile.shape[0] - 1 - inset), ink, pen)
    outline = None
    if rng.random() < 0.3:  # cut by hand, or the corners gone
        outline = (rectangle(w, h) * np.float32(0.99) + rng.normal(0, 0.03 * min(w, h), (4, 2))).astype(np.float32)
        outline = np.clip(outline, -np.array([w, h]) / 2, np.array([w, h]) / 2).astype(np.float32)
    elif rng.random() < 0.1:
        outline = ellipse(w, h)
    return tile, outline, text


def code(number: str, k: float, rng: Generator) -> Pixels:
    """A sticker of a few millimetres with a DataMatrix or QR code, seldom bars; the number beside it or not."""
    kind = str(rng.choice(["DataMatrix", "QRCode", "Code128"], p=[0.8, 0.1, 0.1]))
    if kind == "Code128" or rng.random() < 0.12:
        module = float(rng.uniform(0.12, 0.2)) if kind == "Code128" else float(rng.uniform(0.2, 0.35))
        return barcode.sticker(number, kind, k * 0.7, module / 0.7, float(rng.uniform(4, 8)), rng, plain=False)
    symbol = barcode.modules(kind, number)
    side = float(rng.uniform(3.0, 6.0))
    quiet, below = float(rng.uniform(0.3, 1.4)), float(rng.choice([0.0, 0.0, 1.2]))
    px = max(6, round(side * k))
    edge, foot = round(quiet * k), round(below * k)
    tile = np.full((px + 2 * edge + foot, px + 2 * edge, 3), rng.uniform(215, 255), np.uint8)
    tile[edge : edge + px, edge : edge + px] = np.minimum(barcode.enlarged(symbol, px, px), tile[0, 0, 0])[..., None]
    if foot:
        writing.printed(tile, [number[-6:]], None, 1.1 * k, (30, 30, 30), (0, edge + px), centred=True)
    return tile


def type_marker(k: float, rng: Generator) -> tuple[Pixels, Array]:
    """A round sticker: a coloured ring or dot, perhaps TYPE on it."""
    size = float(rng.uniform(4.5, 9.5))
    px = max(8, round(size * k))
    tile = np.full((px, px, 3), paper.cream(rng), np.float32).astype(np.uint8)
    colour = RINGS[int(rng.integers(len(RINGS)))] if rng.random() < 0.85 else (30, 30, 34)
    filled = rng.random() < 0.45
    pen = max(1, round(float(rng.uniform(0.08, 0.2)) * px))
    cv2.circle(
        tile, (px // 2, px // 2), px // 2 - (0 if filled else pen // 2), colour, -1 if filled else pen, cv2.LINE_AA
    )
    if rng.random() < 0.5:
        word = writing.pick(rng, ["TYPE", "HOLO", "PARA", "T", "S", "LECTO"])
        writing.printed(tile, [word], None, 0.26 * px, (30, 30, 30), (0, 0.36 * px), centred=True)
    return tile, ellipse(size, size)
