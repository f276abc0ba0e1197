"""The calm scenes: one slide of a well kept collection on a well kept stand, or a small tray of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from engines.drawing import barcode, clutter, glass, label, mount
from engines.drawing.bench import Bench
from engines.drawing.canvas import Array, Pixels, moved, rectangle, through
from engines.drawing.glass import Pane
from engines.drawing.leaf import smooth, stroke, wander
from engines.drawing.tray import Place

SLIDE_MM = (26.0, 76.0)
MARGIN_MM = 9.0
SLOT_MM = (33.0, 86.0)
PANE = Pane((228, 234, 232), 0.5, 0.5, 0.7, 0.5, 0.7)
FINE = 3.0
"""Legible print is this much finer than on sheets: its small letters are 1 mm high."""


def one(
    bench: Bench,
    number: str,
    *,
    with_label: bool = True,
    with_code: bool = True,
    blur_mm: float = 0.0,
    cracked: bool = False,
    covered: bool = False,
) -> Array:
    """A slide on the pose `bench.sheet`, labels top and bottom, round coverslip, DataMatrix. Answers its corners."""
    rng, canvas = bench.rng, bench.canvas
    w, h = SLIDE_MM
    corners = glass.slide(canvas, bench.sheet, SLIDE_MM, PANE, rng)
    if not covered:
        mounted(bench, -4.0)
    if cracked:
        crack(bench, rng)
    blur = blur_mm * canvas.px_per_mm
    if with_label:
        tile, text = fine_label(w - 2.5, 20, bench.k, rng)
        bench.put(tile, "label", 0, -h / 2 + 12, float(rng.normal(0, 0.4)), text=text, lift_mm=0.15, blur_px=blur)
        tile, text = fine_label(w - 2.5, 14, bench.k, rng)
        bench.put(tile, "label", 0, h / 2 - 8.5, float(rng.normal(0, 0.4)), text=text, lift_mm=0.15)
    if with_code:
        bench.put(
            code(number, bench.k), "barcode", 7.5, h / 2 - 21.5, float(rng.normal(0, 1)), text=number, lift_mm=0.1
        )
    if covered:  # the coverslip came last and reaches 8 mm over the upper label
        mounted(bench, -16.5)
    return corners


def mounted(bench: Bench, y_mm: float) -> None:
    """A round coverslip with a specimen under it, `y_mm` below the slide's middle."""
    slip = bench.sheet @ moved(0.0, y_mm)
    glass.coverslip(bench.canvas, slip, mount.outline(17, 17, round_=True), bench.rng)
    mount.lay(bench, slip, (10, 10), int(bench.rng.integers(3)), bench.rng)


def fine_label(w_mm: float, h_mm: float, k: float, rng: Generator) -> tuple[Pixels, str]:
    """A legible printed label of slide size, with its text."""
    return label.legible(w_mm * FINE, h_mm * FINE, k / FINE, rng)


def code(number: str, k: float) -> Pixels:
    """A DataMatrix of 5 mm on a white sticker of 7 mm."""
    side, edge = round(5 * k), round(k)
    tile = np.full((side + 2 * edge, side + 2 * edge, 3), 250, np.uint8)
    symbol = barcode.enlarged(barcode.modules("DataMatrix", number), side, side)
    tile[edge : edge + side, edge : edge + side] = np.minimum(symbol, 250)[..., None]
    return tile


def crack(bench: Bench, rng: Generator) -> None:
    """A crack across the free glass below the coverslip."""
    y = float(rng.uniform(9, 12))
    points = np.array([(x, y + float(rng.normal(0, 0.6)) + 0.12 * x) for x in np.linspace(-12.6, 12.6, 8)], np.float32)
    line = through(bench.sheet, points)
    glass.line(bench.canvas, line + np.float32(0.25 * bench.canvas.px_per_mm), 0.3, (70, 70, 68), 0.6, closed=False)
    glass.line(bench.canvas, line, 0.4, (250, 250, 248), 1.0, closed=False)


def finger(bench: Bench) -> None:
    """A gloved finger that reaches over the lower right corner."""
    start = np.array([bench.frame_mm[0] / 2 + 8, 24], np.float32)
    line = wander(start, 285.0, 24, bench.rng, 6, 12)
    outline = smooth(smooth(stroke(line, 16, 13)))
    clutter.shape(bench.canvas, bench.bench, outline, (76, 112, 186), 2.0, bench.rng)


def tray(bench: Bench, number: str, rows: int, columns: int, empty: set[int]) -> list[Place]:
    """Slides in places, those in `empty` (counted in reading order from 0) left out."""
    places = []
    for n in range(rows * columns):
        x = (n % columns + 0.5 - columns / 2) * SLOT_MM[0]
        y = (n // columns + 0.5 - rows / 2) * SLOT_MM[1]
        floor = through(bench.bench @ moved(x, y), rectangle(SLIDE_MM[0] + 2.4, SLIDE_MM[1] + 2.4))
        bench.canvas.fill(floor, (96, 98, 102), None)
        pose = bench.bench @ moved(x, y, float(bench.rng.normal(0, 0.4)))
        own = f"{number[:-2]}{(int(number[-2:]) + n) % 100:02}"
        corners = through(pose, rectangle(*SLIDE_MM)) if n in empty else one(replace(bench, sheet=pose, taken=[]), own)
        places.append(Place(n // columns, n % columns, corners, n in empty))
    return places
