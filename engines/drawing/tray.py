"""Scenes with slides: one on the copy stand, close crops, rows on a board, trays and drawers with empty places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from engines.drawing import carrier, clutter, glass, slide
from engines.drawing.bench import Bench
from engines.drawing.canvas import Array, Colour, moved, rectangle, through
from engines.drawing.slide import Habit

FLOORS: tuple[Colour, ...] = (
    (236, 238, 240), (246, 246, 244), (222, 226, 226), (30, 30, 32), (60, 62, 66), (130, 92, 66), (170, 130, 96),
    (96, 60, 44), (196, 178, 150), (120, 122, 126), (70, 100, 130), (150, 150, 148), (90, 40, 42), (206, 214, 218),
)  # fmt: skip
"""White and grey card, light table, black velvet, wood, cork, blue plastic."""
GLOVES: tuple[Colour | None, ...] = (
    None,
    (70, 110, 190),
    (236, 236, 238),
    (60, 62, 66),
    (120, 90, 170),
    (200, 214, 160),
)


@dataclass(slots=True)
class Place:
    """One position of a tray: `row` and `col` from 0 as people read; `corners` of the slide or of the empty place."""

    row: int
    col: int
    corners: Array
    empty: bool = False


@dataclass(slots=True)
class Layout:
    """What a scene is made for: frame and middle points of its slides, mm round the frame's middle."""

    frame_mm: tuple[float, float]
    spots: list[tuple[int, int, float, float]]
    kind: str
    slot_mm: tuple[float, float]
    places: list[Place] = field(default_factory=list)


def upright_mm(habit: Habit) -> tuple[float, float]:
    """(width, height) of a slide as its labels are read."""
    short, long = habit.size_mm
    return (short, long) if habit.long_upright else (long, short)


def close(habit: Habit, rng: Generator) -> Layout:
    """One slide fills the frame, perhaps a little more than that; neighbours may reach in."""
    w, h = upright_mm(habit)
    left, right, top, bottom = (float(v) for v in rng.choice([-1, 0, 0.5, 2, 6], 4) * rng.uniform(0.5, 1.3, 4))
    frame = (w + left + right, h + top + bottom)
    x, y = (left - right) / 2, (top - bottom) / 2
    gap = float(rng.uniform(-1, 6))
    spots = [(0, 0, x, y)]
    if rng.random() < 0.5:
        spots = [(0, n, x + (n - 1) * (w + gap), y) for n in range(3)]
    return Layout(frame, spots, "close", (w + gap, h + gap))


def single(habit: Habit, rng: Generator) -> Layout:
    """One slide on the copy stand with room round it."""
    w, h = upright_mm(habit)
    left, right, top, bottom = (float(v) for v in rng.uniform(4, 60, 4))
    return Layout(
        (w + left + right, h + top + bottom), [(0, 0, (left - right) / 2, (top - bottom) / 2)], "single", (w, h)
    )


def grid(habit: Habit, rng: Generator, rows: int, columns: int, *, walls: bool) -> Layout:
    """Rows and columns of slides, in places of a tray or loose on a board."""
    w, h = upright_mm(habit)
    gap = rng.uniform(2, 10, 2) if walls else rng.uniform(-1.0, 4, 2)
    slot = (w + float(gap[0]), h + float(gap[1]) + (float(rng.uniform(0, 14)) if rng.random() < 0.4 else 0.0))
    margin = rng.uniform(-2, 18, 2)
    frame = (columns * slot[0] + 2 * float(margin[0]), rows * slot[1] + 2 * float(margin[1]))
    spots = [
        (r, c, (c + 0.5 - columns / 2) * slot[0], (r + 0.5 - rows / 2) * slot[1])
        for r in range(rows)
        for c in range(columns)
    ]
    return Layout(frame, spots, "tray" if walls else "board", slot)


def any_layout(habit: Habit, rng: Generator) -> Layout:
    """Close crops most often, for most photographs are of one slide; then trays."""
    kind = rng.random()
    if kind < 0.42:
        return close(habit, rng)
    if kind < 0.6:
        return single(habit, rng)
    if kind < 0.7:
        return grid(habit, rng, int(rng.integers(1, 3)), int(rng.integers(1, 4)), walls=bool(rng.random() < 0.5))
    many = (int(rng.integers(1, 8)), int(rng.integers(5, 22)))
    return grid(habit, rng, *(many if habit.long_upright else many[::-1]), walls=bool(rng.random() < 0.6))


def arrange(bench: Bench, layout: Layout, habit: Habit, number: str) -> None:
    """The floor's walls and holes, every slide of the layout, then what else lies about."""
    rng = bench.rng
    crowd = len(layout.spots) > 1 and layout.kind != "close"
    holes = rng.random() < (0.35 if layout.kind in ("close", "tray") else 0)
    if layout.kind == "tray" or (layout.kind == "close" and rng.random() < 0.4):
        walls(bench, layout)
    if layout.kind in ("single", "board") and rng.random() < 0.5:
        charted(bench, layout)
    loose = 0.4 if layout.kind == "tray" else 1.2
    emptiness = float(rng.choice([0, 0.05, 0.3])) if crowd else 0.0
    shift = min(layout.slot_mm[0] - upright_mm(habit)[0], 3.0) * 0.25 if layout.kind == "tray" else 0.5
    hole = float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.3, 0.8))
    ground = FLOORS[int(rng.integers(3))] if rng.random() < 0.8 else (40, 40, 42)
    for n, (row, col, x, y) in enumerate(layout.spots):
        if holes:
            finger_hole(bench, x, y - upright_mm(habit)[1] / 2, upright_mm(habit)[0], hole, ground)
        if rng.random() < emptiness:
            empty = through(bench.bench @ moved(x, y), rectangle(*upright_mm(habit)))
            layout.places.append(Place(row, col, empty, empty=True))
            continue
        turn = float(rng.normal(0, loose)) + (180.0 if crowd and rng.random() < 0.03 else 0.0)
        dx, dy = rng.normal(0, 0.5, 2) * max(shift, 0)
        pose = bench.bench @ moved(x + float(dx), y + float(dy), turn)
        own = (
            habit
            if not crowd or rng.random() < 0.9
            else replace(habit, ends=habit.ends[::-1], kind=int(rng.integers(5)))
        )
        made = slide.make(replace(bench, sheet=pose), own, f"{number[:-3]}{(int(number[-3:]) + n) % 1000:03}")
        layout.places.append(Place(row, col, made.corners))
    if layout.kind == "board" and rng.random() < 0.5:
        band(bench, layout)
    strange(bench, layout)


def walls(bench: Bench, layout: Layout) -> None:
    """The ridges between the places of a tray, lit from one side."""
    rng, canvas = bench.rng, bench.canvas
    thick = float(rng.uniform(0.6, 5))
    grey = float(rng.choice([25, 60, 150, 220, 245]))
    colour: Colour = (grey, grey * 0.98, grey * 0.95) if rng.random() < 0.7 else FLOORS[int(rng.integers(len(FLOORS)))]
    sides = rng.random() < 0.9, rng.random() < 0.7
    w, h = layout.slot_mm
    for _, _, x, y in layout.spots:
        for dx, dy, size in ((0.5, 0, (thick, h)), (-0.5, 0, (thick, h)), (0, 0.5, (w, thick)), (0, -0.5, (w, thick))):
            if sides[0] if dx else sides[1]:
                ridge = through(bench.bench @ moved(x + dx * w, y + dy * h), rectangle(*size))
                canvas.shade(ridge, 0.6, 0.25)
                canvas.fill(ridge, colour, None)


def finger_hole(bench: Bench, x: float, top: float, width: float, size: tuple[float, float], colour: Colour) -> None:
    """The round recess above a slide by which it is lifted out."""
    canvas = bench.canvas
    wide, deep = size[0] * width, size[1] * width
    dome = through(bench.bench @ moved(x, top), glass.ellipse(wide, 2 * deep))
    canvas.shade(dome, 0.5, 0.3)
    canvas.fill(dome, colour, "foreign_object")


def band(bench: Bench, layout: Layout) -> None:
    """A dark clear band of the drawer across the tops of a row."""
    rng = bench.rng
    rows = sorted({y for _, _, _, y in layout.spots})
    deep = float(rng.uniform(2, 9))
    for y in rows:
        strip = through(
            bench.bench @ moved(0, y - layout.slot_mm[1] / 2 + deep / 3), rectangle(layout.frame_mm[0] * 1.1, deep)
        )
        at = bench.canvas.window(strip)
        if at is not None:
            cover = bench.canvas.coverage([strip], at)
            bench.canvas.blend(at, (cover * np.float32(rng.uniform(0.1, 0.45))).astype(np.uint8), (60, 40, 36), None)


def charted(bench: Bench, layout: Layout) -> None:
    """Chart and ruler beside the slides, small as the stand is."""
    rng = bench.rng
    small = float(rng.uniform(0.3, 0.75)) if layout.kind == "single" else float(rng.uniform(0.6, 1.2))
    made = carrier.any_carrier(bench.k * small, rng)
    long, tall = (side * small for side in made.size_mm(bench.k * small))
    w, h = layout.frame_mm
    side = int(rng.integers(4))
    inset = tall / 2 + float(rng.uniform(0, 4))
    along = float(rng.uniform(-1, 1)) * max(0.0, (w if side < 2 else h) - long) / 2
    x, y = ((along, -h / 2 + inset), (along, h / 2 - inset), (-w / 2 + inset, along), (w / 2 - inset, along))[side]
    turn = float(rng.normal(0, 1)) + (0.0 if side < 2 else float(rng.choice([90, -90])))
    bench.put_carrier(made, bench.bench @ moved(float(x), float(y), turn))


def strange(bench: Bench, layout: Layout) -> None:
    """Fingers, gloves, tools; what else people leave in the frame."""
    rng = bench.rng
    often = 0.12 if layout.kind == "single" else 0.05
    if rng.random() < often:
        glove = GLOVES[int(rng.integers(len(GLOVES)))]
        clutter.hand(bench.canvas, bench.bench, layout.frame_mm, rng, glove)
    if rng.random() < often / 2:
        clutter.tool(bench.canvas, bench.bench, layout.frame_mm, rng)
    if rng.random() < often / 2:
        clutter.weight(bench.canvas, bench.bench, layout.frame_mm, rng)
