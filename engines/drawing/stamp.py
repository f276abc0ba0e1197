"""Stamps: round, oval, rectangular, lozenge or words alone; inked, worn or embossed."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator

from engines.drawing.canvas import Array, Colour, Pixels, rectangle
from engines.drawing.paper import grain
from engines.drawing.writing import HOUSES, NAMES, PLACES, any_face, date, pick, printed

INKS: tuple[Colour, ...] = (
    (40, 40, 110), (30, 30, 34), (30, 30, 34), (150, 40, 50), (40, 90, 70), (60, 50, 130), (70, 110, 160), (90, 90, 95),
)  # fmt: skip
WHITE: Colour = (255.0, 255.0, 255.0)
SIZES_MM = {
    "round": (30, 30),
    "oval": (42, 27),
    "frame": (44, 17),
    "lozenge": (42, 24),
    "words": (46, 9),
    "lines": (60, 16),
}


class Print(NamedTuple):
    """Ink (h, w, 3), alpha (h, w), the outline in mm round the centre, and the words."""

    ink: Pixels
    alpha: Pixels
    outline: Array
    text: str


def stamp(k: float, rng: Generator, *, plain: bool) -> Print:
    """A stamp; the plain style's is round and clear."""
    form = "round" if plain else str(rng.choice(list(SIZES_MM)))
    grown = 1.0 if plain else float(rng.uniform(0.6, 1.3))
    w_mm, h_mm = (side * grown for side in SIZES_MM[form])
    mask = np.zeros((round(h_mm * k), round(w_mm * k), 3), np.uint8)
    words = words_for(form, rng)
    if form in ("round", "oval"):
        ring(mask, words, k, rng, plain=plain)
    else:
        block(mask, words, form, k, rng)
    faint = 1.0 if plain else float(rng.choice([rng.uniform(0.5, 1), rng.uniform(0.1, 0.3)], p=[0.88, 0.12]))
    alpha = worn(mask[..., 0], faint, rng, plain=plain)
    ink = np.full_like(mask, INKS[0 if plain else int(rng.integers(len(INKS)))])
    return Print(ink, alpha, outline(form, w_mm, h_mm), "\n".join(words))


def words_for(form: str, rng: Generator) -> list[str]:
    """What the stamp says."""
    house = pick(rng, HOUSES)
    if form in ("round", "oval"):
        return [f"{house} * {pick(rng, PLACES).upper()} *", pick(rng, ["HB", "BOT", date(rng), "KM", ""])]
    if form == "words":
        return [
            pick(
                rng,
                [f"No {int(rng.integers(1_000_000))}", "Ex herb. " + pick(rng, NAMES), date(rng).upper(), "HERB. MUS."],
            )
        ]
    return [house, pick(rng, PLACES), f"No. {int(rng.integers(1, 1_000_000))}"][: int(rng.integers(2, 4))]


def ring(mask: Pixels, words: list[str], k: float, rng: Generator, *, plain: bool) -> None:
    """Two rings with words running round between them, and a word in the middle."""
    h, w = mask.shape[:2]
    pen = max(1, round((0.4 if plain else rng.uniform(0.25, 0.8)) * k))
    inner = 0.62 if plain else rng.uniform(0.55, 0.7)
    for part in (1.0, inner):
        axes = (max(1, round(w * part / 2) - pen), max(1, round(h * part / 2) - pen))
        cv2.ellipse(mask, (w // 2, h // 2), axes, 0, 0, 360, WHITE, pen, cv2.LINE_AA)
    high = max(8, round(h * (1 - inner) / 2))
    strip = np.zeros((high, max(32, round(0.8 * np.pi * (w + h) / 2)), 3), np.uint8)
    size = min(0.62 * high, 1.6 * strip.shape[1] / len(words[0]))
    printed(strip, words[:1], None if plain else any_face(rng), size, WHITE, (0, 0.5 * high - 0.6 * size), centred=True)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    x, y = (x - w / 2) / (w / 2), (y - h / 2) / (h / 2)
    radius, around = np.hypot(x, y), (np.arctan2(x, -y) / (2 * np.pi) + 0.5) * strip.shape[1]
    depth = (1 - radius) / (1 - inner) * high
    bent = cv2.remap(
        strip, around.astype(np.float32), depth.astype(np.float32), cv2.INTER_LINEAR, borderValue=(0, 0, 0)
    )
    np.maximum(mask, bent, out=mask)
    size = min(0.3 * h, 0.8 * w / max(len(words[1]), 2))
    printed(mask, words[1:], None, size, WHITE, (0, h / 2 - 0.6 * size), centred=True)


def block(mask: Pixels, words: list[str], form: str, k: float, rng: Generator) -> None:
    """Lines of words, framed or not."""
    h, w = mask.shape[:2]
    pen = max(1, round(rng.uniform(0.25, 0.8) * k))
    if form == "frame":
        cv2.rectangle(mask, (pen, pen), (w - pen - 1, h - pen - 1), WHITE, pen)
    elif form == "lozenge":
        corners = np.array([[pen, h // 2], [w // 2, pen], [w - pen, h // 2], [w // 2, h - pen]], np.int32)
        cv2.polylines(mask, [corners], True, WHITE, pen, cv2.LINE_AA)
    room = {"lozenge": 0.5, "frame": 0.8}.get(form, 0.95)
    size = min(room * h / (1.35 * len(words)), 1.6 * room * w / max(len(word) for word in words))
    printed(mask, words, any_face(rng), size, WHITE, (0, h / 2 - 0.65 * size * len(words)), centred=True)


def worn(mask: Pixels, strength: float, rng: Generator, *, plain: bool) -> Pixels:
    """The print with ink missing here and there."""
    h, w = mask.shape
    y, x = rng.integers(0, 512, 2)
    field = grain()[np.ix_((np.arange(h) // 2 + y) % 512, (np.arange(w) // 2 + x) % 512)]
    gaps = np.clip(1 + (0.1 if plain else rng.uniform(0, 0.5)) * field, 0.1, 1)
    return np.asarray(mask * gaps * strength, np.uint8)


def outline(form: str, w_mm: float, h_mm: float) -> Array:
    """The outline that counts as the stamp."""
    if form in ("round", "oval"):
        a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        return np.stack([np.cos(a) * w_mm / 2, np.sin(a) * h_mm / 2], axis=1).astype(np.float32)
    if form == "lozenge":
        return np.array([[-w_mm / 2, 0], [0, -h_mm / 2], [w_mm / 2, 0], [0, h_mm / 2]], np.float32)
    return rectangle(w_mm, h_mm)
