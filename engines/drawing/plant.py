"""Pressed plants as polygons in millimetres, grown by simple rules; the root of a plant is its origin, up is -y."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float32]
Colour = tuple[float, float, float]

HUES: tuple[Colour, ...] = (
    (96, 92, 48), (110, 100, 60), (74, 80, 42), (60, 74, 44), (88, 66, 40), (120, 92, 54), (64, 48, 34), (52, 46, 36),
    (130, 112, 70), (92, 104, 62), (70, 92, 58), (140, 124, 86), (48, 40, 30), (104, 74, 44), (84, 88, 72),
)  # fmt: skip
PETALS: tuple[Colour, ...] = (
    (214, 196, 150), (196, 120, 150), (150, 110, 170), (226, 206, 110), (190, 150, 90), (120, 80, 110), (222, 214, 200),
    (160, 70, 60), (110, 110, 180),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blade:
    """One filled outline. `opacity` below 1 lets the paper shine through."""

    outline: Array
    colour: Colour
    opacity: float = 1.0


@dataclass(slots=True)
class Plant:
    """What grew: blades in painting order."""

    blades: list[Blade] = field(default_factory=list)


def shaded(colour: Colour, rng: Generator, spread: float = 0.12) -> Colour:
    """The colour made a little lighter or darker, and a little redder or greener."""
    light = float(np.exp(rng.normal(0, spread)))
    r, g, b = colour
    return min(r * light * (1 + rng.normal(0, 0.03)), 255), min(g * light, 255), min(b * light, 255)


def stroke(points: Array, start_mm: float, end_mm: float) -> Array:
    """The outline of a line drawn with a pen that tapers from one width to the other."""
    step = np.gradient(points, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.maximum(np.hypot(*step.T), 1e-6)[:, None]
    half = np.linspace(start_mm, end_mm, len(points), dtype=np.float32)[:, None] / 2
    return np.concatenate([points + normal * half, (points - normal * half)[::-1]]).astype(np.float32)


def wander(
    start: Array, heading_deg: float, length_mm: float, rng: Generator, bend: float = 25.0, count: int = 10
) -> Array:
    """A gently bending line. Heading 0 is up, clockwise positive."""
    turns = (
        np.cumsum(rng.normal(0, bend / np.sqrt(count), count))
        + heading_deg
        + np.linspace(0, rng.normal(0, bend), count)
    )
    a = np.radians(turns)
    steps = np.stack([np.sin(a), -np.cos(a)], axis=1) * (length_mm / count)
    return np.concatenate([start[None], start + np.cumsum(steps, axis=0)]).astype(np.float32)


def leaf_form(rng: Generator) -> Array:
    """A leaf outline of length 1 from the origin upwards; one form serves a whole plant."""
    t = np.linspace(0, 1, 24)
    peak, fat = rng.uniform(0.3, 0.65), rng.uniform(0.08, 0.5)
    power = np.log(0.5) / np.log(peak)
    width = fat * np.sin(np.pi * t**power) ** rng.uniform(0.6, 1.4)
    kind = rng.integers(5)
    if kind == 1:
        width *= 1 + rng.uniform(0.1, 0.35) * np.abs(np.sin(np.pi * t * rng.integers(4, 12)))
    elif kind == 2:
        width = fat * 1.3 * np.sin(np.pi * t**power) * (0.35 + 0.65 * np.abs(np.cos(np.pi * t * rng.integers(2, 5))))
    bow = rng.normal(0, 0.08) * np.sin(np.pi * t)
    heart = -rng.uniform(0, 0.15) * (kind == 3)
    right = np.stack([width / 2 + bow, -(t + heart * np.sin(np.pi * t * 4) * (t < 0.25))], axis=1)
    left = np.stack([-width / 2 + bow, -t], axis=1)[::-1]
    return np.concatenate([right, left]).astype(np.float32)


def leaf(
    plant: Plant, form: Array, at: Array, heading_deg: float, length_mm: float, colour: Colour, rng: Generator
) -> None:
    """One leaf with its midrib; each is squeezed and turned a little differently."""
    a = np.radians(heading_deg)
    squeeze = rng.uniform(0.6, 1.1) if rng.random() < 0.8 else rng.uniform(0.2, 0.6)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    shape = (form * (squeeze, 1.0)) * length_mm @ turn + at
    tint = shaded(colour, rng)
    plant.blades.append(Blade(shape.astype(np.float32), tint))
    if length_mm > 12:
        rib = np.stack([np.zeros(5), -np.linspace(0, 0.93, 5)], axis=1) * length_mm @ turn + at
        pale = shaded((min(tint[0] * 1.3, 255), min(tint[1] * 1.25, 255), tint[2] * 1.2), rng, 0.05)
        plant.blades.append(Blade(stroke(rib.astype(np.float32), length_mm * 0.022, 0.1), pale))


def flower(plant: Plant, at: Array, size_mm: float, colour: Colour, rng: Generator) -> None:
    """Petals round a centre, thin enough for the paper to shine through."""
    form = leaf_form(rng)
    count = int(rng.integers(4, 14))
    for n in range(count):
        a = np.radians(360 * n / count + rng.normal(0, 14))
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        shape = form * (1.3, 1) * size_mm / 2 * rng.uniform(0.7, 1.1) @ turn + at
        plant.blades.append(Blade(shape.astype(np.float32), shaded(colour, rng), float(rng.uniform(0.5, 0.95))))
    plant.blades.append(Blade(blob(at, size_mm * 0.13, rng), shaded((90, 66, 36), rng)))


def blob(at: Array, radius_mm: float, rng: Generator, count: int = 10) -> Array:
    """An uneven round."""
    a = np.linspace(0, 2 * np.pi, count, endpoint=False)
    r = radius_mm * np.exp(rng.normal(0, 0.15, count))
    return (np.stack([np.cos(a) * r, np.sin(a) * r], axis=1) + at).astype(np.float32)


def leafy(
    plant: Plant, at: Array, height: float, heading: float, colour: Colour, rng: Generator, depth: int = 2
) -> None:
    """A stem with leaves and side branches."""
    form, size = leaf_form(rng), height * rng.uniform(0.08, 0.3)
    compound = rng.random() < 0.2
    bark = shaded((84, 66, 44), rng, 0.25)
    petal = PETALS[int(rng.integers(len(PETALS)))] if rng.random() < 0.5 else None
    opposite, angle = rng.random() < 0.5, rng.uniform(25, 75)

    def branch(start: Array, direction: float, length: float, level: int) -> None:
        line = wander(start, direction, length, rng, 18, 14)
        plant.blades.append(Blade(stroke(line, max(0.5, length * 0.014), 0.35), shaded(bark, rng, 0.06)))
        side = 1.0
        for n in range(2 if level == depth else 1, len(line)):
            ahead = float(np.degrees(np.arctan2(*(line[n] - line[n - 1]) * (1, -1))))
            if level > 0 and rng.random() < 0.35:
                branch(line[n], ahead + side * rng.uniform(25, 60), length * rng.uniform(0.25, 0.6), level - 1)
            for s in (side, -side) if opposite else (side,):
                if rng.random() < 0.75:
                    grown = size * rng.uniform(0.45, 1.1) * (1 - 0.4 * n / len(line))
                    if compound:
                        frond(plant, line[n], ahead + s * angle, grown * 1.5, form, colour, rng)
                    else:
                        leaf(plant, form, line[n], ahead + s * angle * rng.uniform(0.7, 1.3), grown, colour, rng)
            side = -side
        if petal is not None and rng.random() < 0.6:
            flower(plant, line[-1], size * rng.uniform(0.3, 0.8), petal, rng)

    branch(at, heading, height, depth)


def frond(plant: Plant, at: Array, heading: float, length: float, form: Array, colour: Colour, rng: Generator) -> None:
    """A pinnate leaf: leaflets on both sides of a rachis."""
    count = int(np.clip(length / 4, 5, 26))
    line = wander(at, heading, length, rng, 10, count)
    plant.blades.append(Blade(stroke(line, max(0.5, length * 0.012), 0.25), shaded(colour, rng, 0.2)))
    for n in range(1, count + 1):
        ahead = float(np.degrees(np.arctan2(*(line[n] - line[n - 1]) * (1, -1))))
        reach = length * 0.28 * np.sin(np.pi * (0.15 + 0.8 * n / count)) * rng.uniform(0.85, 1.1)
        for s in (1, -1):
            leaf(plant, form, line[n], ahead + s * rng.uniform(50, 75), reach, colour, rng)


def fern(plant: Plant, at: Array, height: float, heading: float, colour: Colour, rng: Generator) -> None:
    """A few fronds from one stock; small ones are twice pinnate."""
    form = leaf_form(rng) * (0.7, 1)
    for _ in range(int(rng.integers(1, 6))):
        frond(plant, at, heading + rng.normal(0, 22), height * rng.uniform(0.6, 1), form, colour, rng)


def grass(plant: Plant, at: Array, height: float, heading: float, colour: Colour, rng: Generator) -> None:
    """A tuft of narrow blades, some culms with spikelets."""
    width = height * rng.uniform(0.004, 0.02)
    for _ in range(int(rng.integers(8, 45))):
        start = at + rng.normal(0, (height * 0.02, 1.0)).astype(np.float32)
        line = wander(start, heading + rng.normal(0, 14), height * rng.uniform(0.3, 1), rng, 22, 16)
        thin = width * rng.uniform(0.3, 1.2)
        plant.blades.append(Blade(stroke(line, thin, 0.15), shaded(colour, rng, 0.18)))
        if rng.random() < 0.25:
            for point in line[-int(rng.integers(3, 8)) :]:
                for _ in range(3):
                    leaf(plant, SEED, point, float(rng.normal(heading, 45)), height * 0.025, (150, 124, 80), rng)


def needles(plant: Plant, at: Array, height: float, heading: float, colour: Colour, rng: Generator) -> None:
    """A twig with needles or scales."""
    size = height * rng.uniform(0.03, 0.09)

    def twig(start: Array, direction: float, length: float, level: int) -> None:
        line = wander(start, direction, length, rng, 14, int(np.clip(length / 3, 8, 50)))
        plant.blades.append(Blade(stroke(line, max(0.8, length * 0.02), 0.6), shaded((90, 68, 46), rng)))
        for n in range(1, len(line)):
            ahead = float(np.degrees(np.arctan2(*(line[n] - line[n - 1]) * (1, -1))))
            for s in (-1, 1):
                end = wander(line[n], ahead + s * rng.uniform(25, 65), size * rng.uniform(0.6, 1.1), rng, 6, 3)
                plant.blades.append(Blade(stroke(end, 0.9, 0.4), shaded(colour, rng)))
            if level and n % 5 == 0:
                twig(
                    line[n],
                    ahead + rng.choice([-1, 1]) * rng.uniform(30, 60),
                    length * rng.uniform(0.25, 0.5),
                    level - 1,
                )

    twig(at, heading, height, 1)


def moss(plant: Plant, at: Array, height: float, heading: float, colour: Colour, rng: Generator) -> None:
    """A cushion of tiny shoots."""
    reach = height * rng.uniform(0.12, 0.3)
    centre = at + np.array([0, -height * 0.4], np.float32)
    plant.blades.append(Blade(blob(centre, reach * 0.75, rng, 16), shaded(colour, rng)))
    for _ in range(int(rng.integers(120, 350))):
        a, r = rng.uniform(0, 2 * np.pi), reach * np.sqrt(rng.uniform(0.05, 1))
        start = centre + np.array([np.cos(a) * r, np.sin(a) * r], np.float32)
        line = wander(start, np.degrees(a) + 90 + rng.normal(0, 40), reach * rng.uniform(0.1, 0.4), rng, 40, 4)
        plant.blades.append(Blade(stroke(line, rng.uniform(0.5, 1.6), 0.3), shaded(colour, rng, 0.3)))


def roots(plant: Plant, at: Array, length: float, heading: float, rng: Generator) -> None:
    """Fine brown roots below the origin."""
    colour = shaded((120, 92, 62), rng, 0.3)
    for _ in range(int(rng.integers(5, 28))):
        line = wander(at, heading + 180 + rng.normal(0, 45), length * rng.uniform(0.3, 1), rng, 60, 12)
        plant.blades.append(Blade(stroke(line, length * 0.02 + 0.3, 0.12), shaded(colour, rng)))


SEED = np.array([[0, 0], [0.22, -0.4], [0.12, -0.85], [0, -1], [-0.12, -0.85], [-0.22, -0.4]], np.float32)
HABITS = (leafy, leafy, leafy, fern, grass, needles, moss)


def grow(height_mm: float, rng: Generator) -> Plant:
    """One pressed plant of a random habit, about `height_mm` high, its root at the origin."""
    plant = Plant()
    colour = shaded(HUES[int(rng.integers(len(HUES)))], rng, 0.2)
    origin, heading = np.zeros(2, np.float32), float(rng.normal(0, 12))
    if rng.random() < 0.35:
        roots(plant, origin, height_mm * rng.uniform(0.08, 0.22), heading, rng)
    HABITS[int(rng.integers(len(HABITS)))](plant, origin, height_mm, heading, colour, rng)
    return plant


def fitted(plant: Plant, w_mm: float, h_mm: float) -> list[Blade]:
    """The blades moved so that they are centred on the origin, and shrunk so that they fit into w x h mm."""
    every = np.concatenate([blade.outline for blade in plant.blades])
    low, high = every.min(axis=0), every.max(axis=0)
    scale = min(1.0, float(np.min(np.array([w_mm, h_mm]) / np.maximum(high - low, 1e-3))))
    middle = (low + high) / 2
    return [Blade((b.outline - middle) * np.float32(scale), b.colour, b.opacity) for b in plant.blades]
