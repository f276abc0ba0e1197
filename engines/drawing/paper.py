"""Labels, stamps, packets and the sheet's own paper."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.writing import PLACES, handwritten, pick, taxon

Pixels = NDArray[np.uint8]
Colour = tuple[float, float, float]
Outline = NDArray[np.float32]


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
    return light, light * (1 - 0.2 * age), light * (1 - 0.2 * age) * (1 - 0.42 * age)


def textured(h: int, w: int, colour: Colour, rng: Generator, strength: float) -> Pixels:
    """A paper tile with grain."""
    y, x = rng.integers(0, 512, 2)
    rows, columns = (np.arange(h) + y) % 512, (np.arange(w) + x) % 512
    field = grain()[np.ix_(rows, columns)] * np.float32(strength)
    return np.asarray(cv2.merge([cv2.add(field, c, dtype=cv2.CV_8U) for c in colour]), np.uint8)


def aged(tile: Pixels, rng: Generator) -> Pixels:
    """Paper with stains, a darker rim and a crease, each now and then."""
    h, w = tile.shape[:2]
    gain = np.full((40, 28), 255, np.float32)
    if rng.random() < 0.35:
        gain -= np.clip(rng.normal(-8, 22, gain.shape), 0, 60).astype(np.float32)
        gain = cv2.GaussianBlur(gain, (0, 0), float(rng.uniform(0.6, 3)))
    if rng.random() < 0.35:
        gain[[0, -1]] -= rng.uniform(5, 40)
        gain[:, [0, -1]] -= rng.uniform(5, 40)
    if gain.min() < 254:
        full = cv2.resize(gain, (w, h), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
        brown = cv2.merge([full // 2 + 128, cv2.addWeighted(full, 0.8, full, 0, 51), full])
        tile = np.asarray(cv2.multiply(tile, brown, scale=1 / 255), np.uint8)
    if rng.random() < 0.15:
        y = round(rng.uniform(0.2, 0.8) * h)
        shade = tuple((tile[y, w // 2] * rng.uniform(0.85, 0.97)).tolist())
        cv2.line(tile, (0, y), (w, y + round(rng.normal(0, 0.01 * h))), shade, max(1, h // 900), cv2.LINE_AA)
    return tile


def packet(w_mm: float, h_mm: float, k: float, colour: Colour, rng: Generator) -> tuple[Pixels, Outline, str]:
    """A folded envelope, its outline (mm) and what is written on it: flaps are seen as faint edges."""
    w, h = round(w_mm * k), round(h_mm * k)
    tile = textured(h, w, colour, rng, rng.uniform(0.5, 2))
    depth = rng.uniform(0.03, 0.16)
    for _ in range(int(rng.integers(1, 4))):
        flap(tile, colour, depth, k, rng)
    shade = tuple(c * (1 - depth) for c in colour)
    cv2.rectangle(tile, (0, 0), (w - 1, h - 1), shade, max(1, round(0.3 * k)))
    words = pick(rng, ["seeds", taxon(rng), pick(rng, PLACES), "capsules"]) if rng.random() < 0.3 else ""
    if words:
        handwritten(tile, [words], min(6 * k, h / 4), (80.0, 80.0, 85.0), (0.1 * w, 0.05 * h), rng)
    outline = np.array([[-w_mm, -h_mm], [w_mm, -h_mm], [w_mm, h_mm], [-w_mm, h_mm]]) / 2
    outline += rng.normal(0, 0.006 * w_mm, (4, 2)) * 0.8
    if rng.random() < 0.3:
        dx, dy = rng.uniform(0.02, 0.25, 2) * (w_mm, h_mm)
        inner = (dx, dy) if rng.random() < 0.5 else (0.0, dy)
        outline = np.concatenate([outline[0] + np.array([(0, dy), inner, (dx, 0)]), outline[1:]])
    return tile, np.clip(outline, -np.array([w_mm, h_mm]) / 2, np.array([w_mm, h_mm]) / 2).astype(np.float32), words


def flap(tile: Pixels, colour: Colour, depth: float, k: float, rng: Generator) -> None:
    """One flap: a side folded over, straight or slanting, with a bright and a dark edge."""
    h, w = tile.shape[:2]
    a, b, slant = (float(v) for v in rng.uniform(0.12, 0.45, 3))
    forms = (
        [[0, a], [1, a + 0.02 * slant]],
        [[a, 0], [a, 1]],
        [[1 - a, 0], [1 - a, 1]],
        [[0, 0], [b * 0.5, a], [1 - b * 0.5, a], [1, 0]],
        [[0, 1], [b * 0.6, 1 - a], [1 - b * 0.6, 1 - a], [1, 1]],
        [[0, a], [b, a], [b, 1]],
    )
    line = np.array(forms[int(rng.integers(len(forms)))]) * (w, h)
    pen = max(1, round(rng.uniform(0.2, 0.5) * k))
    for offset, factor in ((0, 1 - depth), (pen, 1 + 0.4 * depth)):
        shade = tuple(min(255.0, c * factor) for c in colour)
        cv2.polylines(tile, [(line + offset).round().astype(np.int32)], False, shade, pen, cv2.LINE_AA)
