"""What lies under a coverslip: sections, insects, plants, a strew of small things, slices of rock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from engines.drawing import habits, plant
from engines.drawing.bench import Bench, Matrix
from engines.drawing.canvas import Colour
from engines.drawing.glass import ellipse
from engines.drawing.leaf import Array, blob, smooth, stroke, wander
from engines.drawing.plant import Blade

STAINS: tuple[Colour, ...] = (
    (196, 96, 150), (150, 70, 130), (110, 60, 120), (214, 130, 150), (120, 130, 170), (90, 120, 90), (150, 110, 60),
    (70, 50, 36), (40, 36, 34), (190, 160, 110), (222, 206, 170), (206, 206, 200), (60, 76, 62), (130, 90, 110),
)  # fmt: skip
JOIN_MM = 0.5
"""Pieces this near count as one specimen."""


def tinted(colour: Colour, rng: Generator) -> Colour:
    """The colour, a little off."""
    r, g, b = np.clip(np.array(colour) * np.exp(rng.normal(0, 0.12, 3)), 5, 250)
    return float(r), float(g), float(b)


def section(w: float, h: float, rng: Generator) -> list[Blade]:
    """One stained slice, paler and darker in parts."""
    size = rng.uniform(0.3, 0.95)
    outline = smooth(blob(np.zeros(2, np.float32), 0.5, rng, int(rng.integers(7, 16)))) * np.array([w, h], np.float32)
    outline = (outline * size).astype(np.float32)
    colour = tinted(STAINS[int(rng.integers(len(STAINS)))], rng)
    opacity = float(rng.uniform(0.25, 1))
    blades = [Blade(outline, colour, opacity)]
    for _ in range(int(rng.integers(0, 6))):
        at = rng.uniform(-0.25, 0.25, 2) * (w, h) * size
        part = smooth(blob(at.astype(np.float32), float(rng.uniform(0.05, 0.2)) * min(w, h) * size, rng))
        blades.append(Blade(part, tinted(colour, rng), opacity))
    return blades


def series(w: float, h: float, rng: Generator) -> list[Blade]:
    """Serial sections in rows."""
    columns, rows = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    one = section(0.8 * w / columns, 0.8 * h / rows, rng)
    made = []
    for n in range(columns * rows):
        at = np.array([((n % columns) + 0.5) / columns - 0.5, ((n // columns) + 0.5) / rows - 0.5]) * (w, h)
        made += [Blade((b.outline + at + rng.normal(0, 0.1, 2)).astype(np.float32), b.colour, b.opacity) for b in one]
    return made


def insect(w: float, h: float, rng: Generator) -> list[Blade]:
    """Body, legs, perhaps wings, of any size."""
    reach = min(w, h) * float(rng.uniform(0.12, 0.9))
    colour = tinted(((120, 84, 40), (60, 44, 30), (170, 130, 70), (206, 180, 130))[int(rng.integers(4))], rng)
    blades = []
    if rng.random() < 0.4:
        wing = ellipse(reach * 0.35, reach * 0.8)
        for side in (-1, 1):
            placed = wing + np.array([side * reach * 0.25, 0], np.float32)
            blades.append(Blade(placed.astype(np.float32), tinted(colour, rng), float(rng.uniform(0.2, 0.5))))
    for n in range(6):
        start = np.array([0, (n // 2 - 1) * 0.12 * reach], np.float32)
        heading = (90 if n % 2 else -90) + rng.normal(0, 25)
        leg = wander(start, float(heading), reach * float(rng.uniform(0.3, 0.5)), rng, 40, 5)
        blades.append(Blade(stroke(leg, 0.05 * reach, 0.02 * reach), colour))
    for at, size in ((-0.28, 0.2), (-0.1, 0.26), (0.2, 0.34)):
        body = ellipse(size * reach * 0.8, size * reach * 1.3) + np.array([0, at * reach], np.float32)
        blades.append(Blade(body.astype(np.float32), tinted(colour, rng), float(rng.uniform(0.6, 1))))
    return turned(blades, float(rng.uniform(0, 360)))


def grown(w: float, h: float, rng: Generator) -> list[Blade]:
    """A small plant, moss or alga."""
    return plant.fitted(habits.grow(10 * min(w, h), rng)[:120], w * 0.9, h * 0.9)


def strew(w: float, h: float, rng: Generator) -> list[Blade]:
    """Pollen, diatoms, mites: dots all over, near enough to be one."""
    colour = tinted(STAINS[int(rng.integers(len(STAINS)))], rng)
    spots = (rng.normal(0, 0.17, (int(rng.integers(20, 90)), 2)) * (w, h)).astype(np.float32)
    return [Blade(blob(spot, float(rng.uniform(0.1, 0.35)), rng, 6), tinted(colour, rng), 0.8) for spot in spots]


def rock(w: float, h: float, rng: Generator) -> list[Blade]:
    """A thin section of rock: straight and broken sides, often dark, veins in it."""
    count = int(rng.integers(4, 9))
    a = np.sort(rng.uniform(0, 2 * np.pi, count))
    r = rng.uniform(0.75, 1.35, count)
    outline = np.clip(np.stack([np.cos(a) * r, np.sin(a) * r], axis=1), -0.95, 0.95) * (w / 2, h / 2)
    if rng.random() < 0.3:
        outline = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (w / 2, h / 2) * rng.uniform(0.8, 1, (4, 2))
    greys = ((44, 40, 38), (62, 58, 52), (96, 88, 76), (140, 130, 116), (176, 160, 120), (150, 120, 50), (70, 76, 66))
    colour = tinted(greys[int(rng.integers(len(greys)))], rng)
    opacity = float(rng.uniform(0.2, 0.95))
    blades = [Blade(outline.astype(np.float32), colour, opacity)]
    for _ in range(int(rng.integers(0, 5))):
        at = (rng.uniform(-0.3, 0.3, 2) * (w, h)).astype(np.float32)
        part = blob(at, float(rng.uniform(0.05, 0.2)) * min(w, h), rng, 8)
        blades.append(Blade(part, tinted(colour, rng), opacity * 0.6))
    return blades


def turned(blades: list[Blade], deg: float) -> list[Blade]:
    """All of it turned round the origin."""
    a = np.radians(deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]], np.float32)
    return [Blade((b.outline @ turn).astype(np.float32), b.colour, b.opacity) for b in blades]


KINDS: tuple[Callable[[float, float, Generator], list[Blade]], ...] = (section, series, insect, grown, strew, rock)


def lay(bench: Bench, pose: Matrix, room_mm: tuple[float, float], kind: int, rng: Generator) -> None:
    """Lay a specimen of one of KINDS into a room (mm) round the pose."""
    blades = KINDS[kind](*room_mm, rng)
    if blades:
        bench.press(blades, pose, JOIN_MM)


def outline(w_mm: float, h_mm: float, *, round_: bool) -> Array:
    """A coverslip's outline round the origin."""
    return (
        ellipse(w_mm, h_mm)
        if round_
        else (np.array([[-w_mm, -h_mm], [w_mm, -h_mm], [w_mm, h_mm], [-w_mm, h_mm]]) / 2).astype(np.float32)
    )
