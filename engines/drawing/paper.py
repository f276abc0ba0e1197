"""Labels, stamps, packets and the sheet's own paper."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.writing import any_face, date, handwritten, label_lines, pick, printed, taxon
from engines.drawing.writing import HOUSES, NAMES, PLACES

Pixels = NDArray[np.uint8]
Colour = tuple[float, float, float]


@cache
def grain(side: int = 512) -> NDArray[np.float32]:
    """Paper grain, float32 (side, side), zero mean, unit deviation, wraps round at its edges."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(side, side)).astype(np.float32)
    total = np.zeros_like(noise)
    for sigma, weight in ((0.8, 0.5), (2.5, 1.0), (9.0, 1.2)):
        wrapped = cv2.copyMakeBorder(noise, 40, 40, 40, 40, cv2.BORDER_WRAP)
        layer = cv2.GaussianBlur(wrapped, (0, 0), sigma)[40:-40, 40:-40]
        total += weight * layer / layer.std()
    return np.asarray(total / total.std(), np.float32)


def cream(rng: Generator, *, brightest: float = 252) -> Colour:
    """A paper colour from white over cream to brown."""
    age = rng.beta(0.8, 2.2)
    light = rng.uniform(0.9, 1.0) * brightest
    return light, light * (1 - 0.16 * age), light * (1 - 0.16 * age) * (1 - 0.45 * age)


def textured(h: int, w: int, colour: Colour, rng: Generator, strength: float) -> Pixels:
    """A paper tile with grain."""
    y, x = rng.integers(0, 512, 2)
    rows, columns = (np.arange(h) + y) % 512, (np.arange(w) + x) % 512
    field = grain()[np.ix_(rows, columns)] * np.float32(strength)
    return cv2.merge([cv2.add(field, c, dtype=cv2.CV_8U) for c in colour])


def label(w_mm: float, h_mm: float, k: float, rng: Generator, *, plain: bool) -> tuple[Pixels, str]:
    """A label and its text. Plain ones are printed with an x-height of 2.9 mm or more on white."""
    w, h = round(w_mm * k), round(h_mm * k)
    colour = (246.0, 245.0, 241.0) if plain else label_colour(rng)
    tile = textured(h, w, colour, rng, 1.0 if plain else rng.uniform(0.5, 3))
    ink: Colour = (25.0, 25.0, 28.0) if plain or rng.random() < 0.7 else (40.0, 45.0, float(rng.uniform(60, 130)))
    size_mm = 5.6 if plain else float(rng.uniform(1.9, 4.5))
    size_mm = min(size_mm, h_mm / 1.6)
    count = max(1, int((h_mm - 0.5 * size_mm) / (1.36 * size_mm)))
    lines = label_lines(rng, count)
    if not plain and rng.random() < 0.35:
        border(tile, ink, k, rng)
    hand = not plain and rng.random() < 0.4
    if hand and count >= 2:
        half = [line if rng.random() < 0.6 else "" for line in lines]
        if rng.random() < 0.6:
            printed(tile, half[:1], any_face(rng), size_mm * k, ink, (0, 0.3 * size_mm * k), centred=True)
        handwritten(tile, lines[1:], size_mm * k, ink, (1.2 * size_mm * k, 1.0 * size_mm * k), rng)
    else:
        face = None if plain else any_face(rng)
        printed(tile, lines[:1], face, size_mm * k, ink, (0, 0.3 * size_mm * k), centred=True)
        printed(tile, lines[1:], face, size_mm * k, ink, (size_mm * k, 1.65 * size_mm * k))
    return tile, "\n".join(lines)


def label_colour(rng: Generator) -> Colour:
    """White, aged, or coloured paper."""
    if rng.random() < 0.85:
        return cream(rng)
    r, g, b = rng.uniform(130, 240, 3)
    return float(r), float(g), float(b)


def border(tile: Pixels, ink: Colour, k: float, rng: Generator) -> None:
    """A printed frame, single or double."""
    h, w = tile.shape[:2]
    for inset in (0.03, 0.05)[: int(rng.integers(1, 3))]:
        d = round(inset * min(h, w) + k)
        cv2.rectangle(tile, (d, d), (w - d, h - d), ink, max(1, round(0.3 * k)), cv2.LINE_AA)


def stamp(k: float, rng: Generator, *, plain: bool) -> tuple[Pixels, Pixels, str]:
    """(ink tile, alpha, text): round, oval, rectangular or text only, in worn ink."""
    form = 0 if plain else int(rng.integers(5))
    w_mm, h_mm = ((26, 26), (40, 26), (44, 16), (40, 22), (38, 9))[form]
    w, h = round(w_mm * k), round(h_mm * k)
    inks = ((40, 40, 110), (30, 30, 34), (150, 40, 50), (40, 90, 70), (60, 50, 130), (70, 110, 160))
    ink = inks[0 if plain else int(rng.integers(len(inks)))]
    mask = np.zeros((h, w, 3), np.uint8)
    pen = max(1, round(0.5 * k))
    white = (255.0, 255.0, 255.0)
    if form < 2:
        for part in (0.98, 0.7):
            axes = (round(w * part / 2) - pen, round(h * part / 2) - pen)
            cv2.ellipse(mask, (w // 2, h // 2), axes, 0, 0, 360, white, pen, cv2.LINE_AA)
    elif form == 2:
        cv2.rectangle(mask, (pen, pen), (w - pen - 1, h - pen - 1), white, pen)
    elif form == 3:
        corners = np.array([[pen, h // 2], [w // 2, pen], [w - pen, h // 2], [w // 2, h - pen]], np.int32)
        cv2.polylines(mask, [corners], True, white, pen, cv2.LINE_AA)
    words = (
        [pick(rng, HOUSES), date(rng)]
        if form < 4
        else [pick(rng, [f"No {rng.integers(1e6)}", "Ex herb. " + pick(rng, NAMES)])]
    )
    size = h * (0.6 if form == 4 else 0.2)
    printed(
        mask,
        words,
        None,
        min(size, 1.7 * w / len(max(words, key=len))),
        white,
        (0, h / 2 - 0.65 * size * len(words)),
        centred=True,
    )
    worn = np.clip(0.85 + 0.15 * textured(h, w, (0, 0, 0), rng, 0).astype(np.float32)[..., 0], 0, 1)
    alpha = (mask[..., 0] * worn * rng.uniform(0.5, 1.0)).astype(np.uint8)
    return np.full((h, w, 3), ink, np.uint8), alpha, "\n".join(words)


def packet(w_mm: float, h_mm: float, k: float, colour: Colour, rng: Generator) -> tuple[Pixels, str]:
    """A folded envelope: flaps seen as faint edges, now and then a word written on it."""
    w, h = round(w_mm * k), round(h_mm * k)
    tile = textured(h, w, colour, rng, 1.0)
    pen = max(1, round(0.35 * k))
    dark = tuple(c * 0.88 for c in colour)
    fold = round(h * rng.uniform(0.15, 0.45))
    cv2.line(tile, (0, fold), (w, fold), dark, pen, cv2.LINE_AA)
    cv2.line(tile, (0, fold + pen), (w, fold + pen), tuple(min(255.0, c * 1.03) for c in colour), pen, cv2.LINE_AA)
    if rng.random() < 0.6:
        x = round(w * rng.uniform(0.1, 0.3))
        cv2.line(tile, (x, fold), (x, h), dark, pen, cv2.LINE_AA)
        cv2.line(tile, (w - x, fold), (w - x, h), dark, pen, cv2.LINE_AA)
    cv2.rectangle(tile, (0, 0), (w - 1, h - 1), dark, pen)
    words = pick(rng, ["seeds", taxon(rng), pick(rng, PLACES)]) if rng.random() < 0.35 else ""
    if words:
        handwritten(tile, [words], min(5 * k, h / 5), (70.0, 70.0, 75.0), (0.1 * w, 0.05 * h), rng)
    return tile, words
