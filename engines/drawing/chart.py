"""Colour charts, grey scales and rulers as tiles. A carrier may hold pieces of several classes side by side."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import yaml
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.writing import HOUSES, PLACES, any_face, lettered, pick, printed, wrapped

Pixels = NDArray[np.uint8]
Colour = tuple[float, float, float]
CHARTS = Path(__file__).parents[2] / "calibration" / "charts"
INKS: tuple[Colour, ...] = (
    (0, 128, 190), (60, 40, 130), (230, 20, 110), (220, 20, 40), (250, 225, 20), (10, 140, 60), (20, 140, 240),
    (20, 30, 140), (150, 110, 70), (40, 170, 160), (240, 130, 40), (160, 120, 200), (245, 245, 245), (20, 20, 20),
)  # fmt: skip


class Piece(NamedTuple):
    """A tile and its class; pieces of one carrier lie side by side along x. `None` = the carrier's own filling."""

    tile: Pixels
    name: str | None


class Layout(NamedTuple):
    """A chart of calibration/charts: patch colours in sRGB 0..255 row by row, and how it is laid out."""

    colours: tuple[Colour, ...]
    rows: int
    columns: int
    aspect: float
    frame: Colour
    gap: float


@cache
def layout(stem: str) -> Layout:
    """The chart in calibration/charts/<stem>.yaml. A patch without Lab values is drawn in its `rgb`."""
    data = yaml.safe_load((CHARTS / f"{stem}.yaml").read_text(encoding="utf-8"))
    colours = tuple(tuple(p["rgb"]) if p["lab"] is None else srgb_from_lab_d50(p["lab"]) for p in data["patches"])
    return Layout(colours, data["rows"], data["columns"], data["aspect"], tuple(data["frame"]), data["gap"])


def known(stem: str, k: float, width_mm: float) -> Pixels:
    """A chart of calibration/charts at a width."""
    made = layout(stem)
    size = (width_mm * k, width_mm * k / made.aspect)
    return grid(list(made.colours), made.rows, made.columns, *size, made.frame, made.gap)


def srgb_from_lab_d50(lab: tuple[float, float, float]) -> Colour:
    """CIELAB (D50, 2 degrees) -> sRGB 0..255, clipped. CIE 15:2004; Bradford D50 -> D65; IEC 61966-2-1."""
    l_star, a, b = lab
    fy = (l_star + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * np.array([0.96422, 1.0, 0.82521])
    to_linear = np.array(
        [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]]
    )  # Lindbloom, XYZ D50 -> linear sRGB with Bradford
    linear = np.clip(to_linear @ xyz, 0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return float(coded[0] * 255), float(coded[1] * 255), float(coded[2] * 255)


def sheet_of(h_px: float, w_px: float, colour: Colour) -> Pixels:
    """A flat tile."""
    return np.full((max(2, round(h_px)), max(2, round(w_px)), 3), np.array(colour), np.float32).astype(np.uint8)


def grid(colours: list[Colour], rows: int, columns: int, w_px: float, h_px: float, frame: Colour, gap: float) -> Pixels:
    """Patches row by row inside a frame; `gap` is the part of a cell between patches."""
    tile = sheet_of(h_px, w_px, frame)
    h, w = tile.shape[:2]
    edge = gap * min(w / columns, h / rows) / 2
    cw, ch = (w - 2 * edge) / columns, (h - 2 * edge) / rows
    inset = gap * min(cw, ch) / 2
    for n, colour in enumerate(colours[: rows * columns]):
        x, y = edge + n % columns * cw + inset, edge + n // columns * ch + inset
        a, b = (round(x), round(y)), (round(x + cw - 2 * inset) - 1, round(y + ch - 2 * inset) - 1)
        cv2.rectangle(tile, a, b, colour, -1)
    return tile


def mini_checker(k: float, width_mm: float, rng: Generator) -> Pixels:
    """A very small chart: colours round the rim, greys in the middle (as the smallest commercial charts)."""
    greys: list[Colour] = [(v, v, v) for v in np.linspace(245, 12, 12)]
    rim = [INKS[int(i)] for i in rng.permutation(12)] + [INKS[int(i)] for i in rng.integers(0, 12, 10)]
    cells: list[Colour] = []
    for n in range(30):
        inside = 1 <= n // 6 <= 3 and 1 <= n % 6 <= 4
        cells.append(greys[(n // 6 - 1) * 4 + n % 6 - 1] if inside else rim[n % 22])
    return grid(cells, 5, 6, width_mm * k, width_mm * k * 0.82, (15, 14, 14), 0.12)


def strip(
    k: float,
    length_mm: float,
    height_mm: float,
    rng: Generator,
    *,
    greys: bool,
    frame: Colour | None = None,
    with_greys: bool = False,
) -> Pixels:
    """A control strip along x: grey steps, or printing inks (with lighter tints below); `with_greys` joins both."""
    count = int(rng.integers(8, 21)) if greys else int(rng.integers(6, 13))
    if frame is None:
        frame = (245, 245, 245) if rng.random() < 0.5 else (40, 40, 42)
    values = np.linspace(1, 0, count) ** rng.uniform(1.0, 2.0) * rng.uniform(225, 250) + 4
    if rng.random() < 0.3:
        values = values[::-1]
    steps: list[Colour] = [(float(v), float(v), float(v)) for v in values]
    gap = float(rng.choice([0.0, 0.0, 0.1, 0.35])) if not with_greys else float(rng.uniform(0.1, 0.5))
    if greys:
        return grid(steps, 1, count, length_mm * k, height_mm * k, frame, gap)
    inks = [INKS[int(i)] for i in rng.permutation(len(INKS))[:count]]
    if with_greys:
        inks = [*inks, *steps]
    rows = 1 if with_greys else int(rng.integers(1, 4))
    tints: list[Colour] = [tint(ink, row / rows * 0.8) for row in rng.permutation(rows).tolist() for ink in inks]
    return grid(tints, rows, len(inks), length_mm * k, height_mm * k, frame, gap)


def tint(ink: Colour, white: float) -> Colour:
    """The ink mixed with `white` parts (0..1) of paper."""
    r, g, b = (c + (255 - c) * white for c in ink)
    return r, g, b


def ruler(
    k: float, centimetres: int, height_mm: float, rng: Generator, *, plain: bool, dark: bool | None = None
) -> Pixels:
    """A scale bar along x with true centimetres: checkered blocks or ticks, numbered."""
    dark = (plain or rng.random() < 0.6) if dark is None else dark
    paper, ink = ((28.0,) * 3, (235.0,) * 3) if dark else ((float(rng.uniform(200, 250)),) * 3, (25.0,) * 3)
    if not dark and rng.random() < 0.3:
        paper = (225.0, 205.0, 140.0)
    margin = 6.0
    tile = sheet_of(height_mm * k, (centimetres * 10 + 2 * margin + (22 if plain else 8)) * k, paper)
    h = tile.shape[0]
    top = 0.5
    if plain or rng.random() < 0.6:
        block(tile, k, centimetres, margin, ink)
    else:
        ticks(tile, k, centimetres * 10, margin, ink)
    size = 0.3 * h
    step = 1 if centimetres <= 15 or rng.random() < 0.5 else 5
    marks = [((margin + 10 * n) * k, top * h, str(n)) for n in range(0, centimetres + 1, step)]
    lettered(tile, [*marks, ((margin + 10 * centimetres + 4) * k + size, top * h, "cm")], None, size, ink, "ma")
    if not plain and rng.random() < 0.6:
        owner = pick(rng, ["copyright reserved", f"{pick(rng, HOUSES)} {pick(rng, PLACES).upper()}"])
        printed(
            tile, [owner], None, rng.uniform(0.15, 0.28) * h, ink, (rng.uniform(0.02, 0.5) * tile.shape[1], 0.77 * h)
        )
    return tile if plain or rng.random() < 0.75 else carded(tile, paper, ink, rng)


def carded(tile: Pixels, paper: Colour, ink: Colour, rng: Generator) -> Pixels:
    """The ruler as the upper part of a card that bears its owner's name: all of it is the scale bar."""
    h, w = tile.shape[:2]
    card = sheet_of(h * rng.uniform(0.5, 1.1), w, paper)
    size = min(rng.uniform(0.25, 0.5) * h, 1.2 * w / 30)
    words = [f"{pick(rng, HOUSES)} {pick(rng, PLACES).upper()}", *wrapped(rng, int(rng.integers(0, 3)), 30)]
    printed(card, words, any_face(rng), size, ink, (0.03 * w, 0.1 * h), centred=rng.random() < 0.5)
    return np.vstack([tile, card] if rng.random() < 0.7 else [card, tile])


def tape(k: float, length_mm: float, height_mm: float, paper: Colour, rng: Generator) -> Pixels:
    """A measuring tape over its whole length: ticks, numbers each centimetre, perhaps inches along the other edge."""
    tile = sheet_of(height_mm * k, length_mm * k, paper)
    ink: Colour = (20, 20, 22) if paper[0] > 110 else (225, 225, 225)
    ticks(tile, k, int(length_mm), 0.0, ink)
    if rng.random() < 0.3:
        ticks(tile[::-1], k * 25.4 / 16, int(length_mm * 16 / 25.4), 0.0, ink)
    size = 0.32 * height_mm * k
    marks = [(10 * n * k, 0.45 * height_mm * k, str(n)) for n in range(1, int(length_mm // 10))]
    lettered(tile, marks, None, size, ink, "ma")
    return tile


def block(tile: Pixels, k: float, centimetres: int, margin: float, ink: Colour) -> None:
    """Two rows of alternating centimetre blocks."""
    h = tile.shape[0]
    top, middle, bottom = round(0.14 * h), round(0.31 * h), round(0.48 * h)
    for n in range(centimetres):
        x0, x1 = round((margin + 10 * n) * k), round((margin + 10 * n + 10) * k)
        y0, y1 = (top, middle) if n % 2 else (middle, bottom)
        tile[y0:y1, x0:x1] = ink
        cv2.rectangle(tile, (x0, top), (x1, bottom), ink, max(1, round(0.03 * h)))


def ticks(tile: Pixels, k: float, millimetres: int, margin: float, ink: Colour) -> None:
    """Ticks every `1 / k` of the tile's pixels from the upper edge, longer ones at fives and tens."""
    h = tile.shape[0]
    width = max(1, round(0.18 * k))
    for n in range(millimetres + 1):
        x = round((margin + n) * k)
        long = 0.42 if n % 10 == 0 else 0.33 if n % 5 == 0 else 0.22
        tile[: round(long * h), x : x + width] = ink
