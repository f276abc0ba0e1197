"""Labels: printed, typed, handwritten, ruled forms, slips, red type labels, notes written on the sheet itself."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.paper import cream, textured
from engines.drawing.writing import any_face, date, handwritten, label_lines, pick, printed, taxon, wrapped

Pixels = NDArray[np.uint8]
Colour = tuple[float, float, float]
BLACK: Colour = (25.0, 25.0, 28.0)
STATUS = ("TYPE", "ISOTYPE", "HOLOTYPE", "SYNTYPE", "LECTOTYPE", "DUPLICATE", "IMAGED", "VOUCHER")


def legible(w_mm: float, h_mm: float, k: float, rng: Generator) -> tuple[Pixels, str]:
    """A printed label on white, with its text; the x-height is 2.9 mm."""
    w, h = round(w_mm * k), round(h_mm * k)
    tile = textured(h, w, (246.0, 245.0, 241.0), rng, 1.0)
    size = 5.6 * k
    lines = label_lines(rng, max(2, int((h - 0.3 * size) / (1.36 * size))))
    if h_mm < 25:
        lines = [taxon(rng), f"det. {date(rng)}"][: len(lines)]
    printed(tile, lines[:1], None, size, BLACK, (0, 0.25 * size), centred=True)
    printed(tile, lines[1:], None, size, BLACK, (size, 1.6 * size))
    cv2.rectangle(tile, (0, 0), (w - 1, h - 1), (205, 203, 196), max(1, round(0.25 * k)))
    return tile, "\n".join(lines)


def varied(w_mm: float, h_mm: float, k: float, rng: Generator) -> tuple[Pixels, str]:
    """Any label of any time, with its text."""
    w, h = round(w_mm * k), round(h_mm * k)
    tile = textured(h, w, label_colour(rng), rng, rng.uniform(0.5, 4))
    ink = any_ink(rng)
    size_mm = min(float(rng.uniform(1.8, 4.2)), h_mm / 1.6)
    lines = label_lines(rng, max(1, int((h_mm - 0.6 * size_mm) / (1.5 * size_mm))))
    if rng.random() < 0.35:
        border(tile, ink, k, rng)
    style = rng.random()
    size = size_mm * k
    if len(lines) > 4 and rng.random() < 0.6:
        letters = int(w_mm / size_mm / rng.uniform(0.5, 0.7))
        lines = [*lines[:2], *wrapped(rng, len(lines) - 4, letters), *lines[-2:]]
    if style < 0.45 or len(lines) < 2:
        typeset(tile, lines, size, ink, rng)
    elif style < 0.75:
        if rng.random() < 0.7:
            printed(tile, lines[:1], any_face(rng), size * rng.uniform(1, 1.4), ink, (0, 0.4 * size), centred=True)
        pen = any_ink(rng)
        kept = lines[1 : max(2, int(len(lines) * 0.72))]
        handwritten(tile, kept, size * rng.uniform(0.9, 1.3), pen, (1.2 * size, 1.2 * size), rng)
    else:
        filled_form(tile, lines, size, ink, rng)
    if rng.random() < 0.06 and min(w_mm, h_mm) > 25:
        sketch(tile, ink, rng)
    return tile, "\n".join(lines)


def typeset(tile: Pixels, lines: list[str], size: float, ink: Colour, rng: Generator) -> None:
    """Heading, then lines flush left or centred, the taxon perhaps larger; a short label leaves paper free."""
    body, heading = any_face(rng), any_face(rng)
    top = rng.uniform(0.3, 0.8) * size
    kept = lines[: max(2, int(len(lines) * rng.uniform(0.5, 1)))]
    printed(tile, kept[:1], heading, size * rng.uniform(1, 1.5), ink, (0, top), centred=rng.random() < 0.7)
    left = size * rng.uniform(0.8, 2)
    printed(tile, kept[1:], body, size, ink, (left, top + 1.8 * size), centred=rng.random() < 0.2)


def filled_form(tile: Pixels, lines: list[str], size: float, ink: Colour, rng: Generator) -> None:
    """A printed form: names of fields, dotted or ruled lines, filled in by pen or typewriter."""
    h, w = tile.shape[:2]
    names = ["Family", "Name", "Locality", "Habitat", "Coll.", "Date", "No.", "Det."][: len(lines)]
    printed(tile, lines[:1], any_face(rng), size * 1.1, ink, (0, 0.4 * size), centred=True)
    step = 1.5 * size
    printed(tile, names, any_face(rng), size * 0.75, ink, (0.8 * size, 2.1 * size), leading=step / (0.75 * size))
    for n in range(len(names)):
        y = round(2.1 * size + (n + 0.75) * step)
        if y < h - 2:
            cv2.line(
                tile, (round(4.5 * size), y), (round(w - size), y), tuple(c + 60 for c in ink), max(1, round(size / 20))
            )
    answers = lines[1 : len(names)]
    if rng.random() < 0.6:
        handwritten(tile, answers, size, any_ink(rng), (5 * size, 1.7 * size), rng)
    else:
        printed(
            tile, answers, any_face(rng), size * 0.9, any_ink(rng), (5 * size, 2.1 * size), leading=step / (0.9 * size)
        )


def sketch(tile: Pixels, ink: Colour, rng: Generator) -> None:
    """A map or drawing: a wandering line in a corner of the label."""
    h, w = tile.shape[:2]
    a = np.linspace(0, 2 * np.pi, 30)
    r = 0.3 * min(h, w) * (1 + 0.35 * np.cumsum(rng.normal(0, 0.25, 30)).clip(-1, 1))
    points = np.stack([0.75 * w + r * np.cos(a), 0.5 * h + r * np.sin(a)], axis=1)
    cv2.polylines(tile, [points.astype(np.int32)], True, ink, max(1, h // 150), cv2.LINE_AA)


def status(k: float, rng: Generator) -> tuple[Pixels, str]:
    """A small label with one loud word, often red and framed."""
    word = STATUS[int(rng.integers(len(STATUS)))]
    w_mm = rng.uniform(22, 55)
    w, h = round(w_mm * k), round(w_mm * rng.uniform(0.3, 0.6) * k)
    tile = textured(h, w, cream(rng), rng, 1.5)
    ink: Colour = (float(rng.uniform(170, 230)), 40.0, 35.0) if rng.random() < 0.75 else BLACK
    cv2.rectangle(tile, (0, 0), (w - 1, h - 1), ink, max(1, round(rng.uniform(0.5, 2) * k)))
    size = min(0.5 * h, 1.35 * w / len(word))
    printed(tile, [word], any_face(rng), size, ink, (0, h / 2 - 0.6 * size), centred=True)
    return tile, word


def note(k: float, rng: Generator) -> tuple[Pixels, Pixels, str]:
    """A few words or a number written on the sheet itself: (ink, alpha, text)."""
    text = pick(rng, [str(int(rng.integers(1, 99999))), date(rng), taxon(rng), "No. " + str(int(rng.integers(1, 999)))])
    size = rng.uniform(3, 9) * k
    w, h = round(size * (0.62 * len(text) + 1)), round(size * 1.7)
    mask = np.zeros((h, w, 3), np.uint8)
    handwritten(mask, [text], size, (255.0, 255.0, 255.0), (0.3 * size, 0.1 * size), rng)
    ink = np.full((h, w, 3), any_ink(rng), np.uint8)
    return ink, (mask[..., 0] * rng.uniform(0.45, 1)).astype(np.uint8), text


def any_ink(rng: Generator) -> Colour:
    """Black, sepia, blue, pencil."""
    inks: tuple[Colour, ...] = (BLACK, BLACK, BLACK, (70, 45, 25), (35, 45, 110), (95, 95, 98), (50, 40, 90))
    return inks[int(rng.integers(len(inks)))]


def label_colour(rng: Generator) -> Colour:
    """White, aged, or coloured paper."""
    if rng.random() < 0.87:
        return cream(rng)
    r, g, b = rng.uniform(120, 245, 3)
    return float(r), float(g), float(b)


def border(tile: Pixels, ink: Colour, k: float, rng: Generator) -> None:
    """A printed frame, single or double."""
    h, w = tile.shape[:2]
    for inset in (0.02, 0.045)[: int(rng.integers(1, 3))]:
        d = round(inset * min(h, w) + rng.uniform(0.2, 1.2) * k)
        cv2.rectangle(tile, (d, d), (w - d, h - d), ink, max(1, round(rng.uniform(0.15, 0.5) * k)), cv2.LINE_AA)
