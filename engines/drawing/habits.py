"""How plants grow, a rule for each habit. The root is the origin, up is -y; heading 0 is up, clockwise positive."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from engines.drawing.leaf import Array, blob, form, headings, placed, smooth, stroke, wander
from engines.drawing.plant import PETAL, Blade, Colour, Plant

HUES: tuple[Colour, ...] = (
    (96, 92, 48), (110, 100, 60), (74, 80, 42), (60, 74, 44), (88, 66, 40), (120, 92, 54), (64, 48, 34), (52, 46, 36),
    (130, 112, 70), (92, 104, 62), (70, 92, 58), (140, 124, 86), (48, 40, 30), (104, 74, 44), (84, 88, 72),
    (58, 84, 46), (98, 120, 66), (122, 118, 104), (148, 146, 96), (84, 62, 54), (40, 44, 30), (150, 120, 80),
)  # fmt: skip
PETALS: tuple[Colour, ...] = (
    (214, 196, 150), (196, 120, 150), (150, 110, 170), (226, 206, 110), (190, 150, 90), (120, 80, 110), (222, 214, 200),
    (160, 70, 60), (110, 110, 180), (130, 60, 50), (170, 110, 70),
)  # fmt: skip
WOOD: Colour = (92, 72, 50)


NODES = 24
"""Steps of a stem."""


def branches(plant: Plant, heading: float, length: float, levels: int) -> list[tuple[Array, int]]:
    """A branching skeleton from the origin: (line, level) with level 0 the outermost."""
    rng = plant.rng
    lines: list[tuple[Array, int]] = []
    wait = [(np.zeros(2, np.float32), heading, length, levels)]
    bend, forks, angle = rng.uniform(6, 35), rng.uniform(0.08, 0.35), rng.uniform(20, 65)
    while wait and len(lines) < 45:
        start, direction, reach, level = wait.pop(0)
        line = wander(start, direction, reach, rng, bend, NODES)
        lines.append((line, level))
        if level:
            ahead = headings(line)
            for n in range(5, NODES - 2):
                if rng.random() < forks:
                    side = angle * rng.uniform(0.6, 1.3) * (1 if n % 2 else -1)
                    wait.append(
                        (line[n], ahead[n] + side, reach * rng.uniform(0.25, 0.6) * (1 - 0.6 * n / NODES), level - 1)
                    )
    return lines


def leafy(plant: Plant, height: float, heading: float) -> None:
    """Stems with simple or pinnate leaves, perhaps with flowers at the ends."""
    rng = plant.rng
    size = height * np.exp(rng.uniform(np.log(0.035), np.log(0.4)))
    compound, paired, angle = rng.random() < 0.15, rng.random() < 0.5, rng.uniform(25, 80)
    blooming = rng.random() < 0.4
    for line, level in branches(plant, heading, height, int(rng.choice([0, 1, 2], p=[0.2, 0.4, 0.4]))):
        reach = float(np.hypot(*(line[-1] - line[0])))
        plant.stem(line, max(0.5, reach * rng.uniform(0.008, 0.02)), 0.35)
        ahead, count = headings(line), int(np.clip(rng.uniform(1.5, 4) * reach / size, 3, NODES))
        spots = np.unique(np.linspace(2 + 2 * level, NODES, count).astype(int))
        sides = np.where(np.arange(len(spots)) % 2, 1.0, -1.0)
        if paired:
            spots, sides = np.repeat(spots, 2), np.tile([1.0, -1.0], len(spots))
        kept = rng.random(len(spots)) < 0.85
        spots, sides = spots[kept], sides[kept]
        turn = ahead[spots] + sides * angle * rng.uniform(0.6, 1.3, len(spots))
        length = size * rng.uniform(0.5, 1.1, len(spots)) * (1 - 0.35 * spots / NODES)
        if compound:
            for n, spot in enumerate(spots):
                frond(plant, line[spot], float(turn[n]), float(length[n]) * 1.6)
        else:
            plant.leaves(line[spots], turn, length)
        if blooming and rng.random() < 0.7:
            plant.flower(line[-1], min(size * rng.uniform(0.3, 0.9), 60))


def frond(plant: Plant, at: Array, heading: float, length: float) -> None:
    """A pinnate leaf: leaflets on both sides of a rachis."""
    rng = plant.rng
    count = int(np.clip(length / 5, 4, 24))
    line = wander(at, heading, length, rng, 10, count)
    plant.add([stroke(line, max(0.5, length * 0.012), 0.25)], plant.wood, 0.1)
    step = np.repeat(np.arange(1, count + 1), 2)
    side = np.tile([1.0, -1.0], count)
    reach = length * 0.28 * np.sin(np.pi * (0.15 + 0.8 * step / count)) * rng.uniform(0.85, 1.1, 2 * count)
    plant.leaves(line[step], headings(line)[step] + side * rng.uniform(45, 80), np.maximum(reach, 0.5))


def fern(plant: Plant, height: float, heading: float) -> None:
    """A few fronds from one stock."""
    narrow = plant.pattern * np.array((0.5, 1), np.float32)
    plant.pattern = narrow
    for _ in range(int(plant.rng.integers(1, 6))):
        frond(plant, np.zeros(2, np.float32), heading + plant.rng.normal(0, 22), height * plant.rng.uniform(0.5, 1))


def grass(plant: Plant, height: float, heading: float) -> None:
    """A tuft of narrow blades, some culms with spikelets."""
    rng = plant.rng
    width = height * rng.uniform(0.003, 0.02)
    for _ in range(int(rng.integers(8, 45))):
        start = rng.normal(0, (height * 0.02, 1.0)).astype(np.float32)
        line = wander(start, heading + rng.normal(0, 14), height * rng.uniform(0.3, 1), rng, 22, 16)
        plant.add([stroke(line, width * rng.uniform(0.3, 1.2), 0.15)], plant.colour, 0.18)
        if rng.random() < 0.25:
            tips = np.repeat(line[-int(rng.integers(3, 8)) :], 3, axis=0)
            seeds = placed(PETAL, tips, rng.normal(heading, 45, len(tips)), np.full(len(tips), height * 0.025), rng)
            plant.add(seeds, (150, 124, 80))


def needles(plant: Plant, height: float, heading: float) -> None:
    """A twig with needles or scales."""
    rng = plant.rng
    size = height * rng.uniform(0.02, 0.09)
    narrow = PETAL * np.array((rng.uniform(0.1, 0.5), 1), np.float32)
    for line, _level in branches(plant, heading, height, 1):
        reach = float(np.hypot(*(line[-1] - line[0])))
        plant.stem(line, max(0.8, reach * 0.02), 0.6)
        count = int(np.clip(reach / 1.6, 12, 140))
        t = np.sort(rng.uniform(0.5, NODES, count))
        spots = np.stack([np.interp(t, np.arange(NODES + 1), line[:, axis]) for axis in (0, 1)], axis=1).astype(
            np.float32
        )
        turn = np.interp(t, np.arange(NODES + 1), np.unwrap(headings(line), period=360)) + rng.choice(
            [-1, 1], count
        ) * rng.uniform(20, 70, count)
        plant.add(placed(narrow, spots, turn, size * rng.uniform(0.6, 1.1, count), rng), plant.colour)


def moss(plant: Plant, height: float, heading: float) -> None:
    """Cushions of tiny shoots."""
    rng = plant.rng
    for _ in range(int(rng.integers(1, 5))):
        reach = height * rng.uniform(0.06, 0.2)
        centre = (rng.normal(0, height * 0.2, 2)).astype(np.float32)
        n = int(rng.integers(120, 320))
        a, r = rng.uniform(0, 2 * np.pi, n), reach * np.sqrt(rng.uniform(0, 1, n))
        spots = (centre + np.stack([np.cos(a) * r, np.sin(a) * r], axis=1)).astype(np.float32)
        plant.add([smooth(blob(centre, reach * 0.7, rng, 12))], plant.colour, 0.2)
        shoots = placed(
            PETAL * np.array((0.8, 1), np.float32),
            spots,
            np.degrees(a) + 90 + rng.normal(heading, 50, n),
            reach * rng.uniform(0.1, 0.35, n),
            rng,
        )
        plant.add(shoots, plant.colour, 0.3)


def rosette(plant: Plant, height: float, heading: float) -> None:
    """Leaves on long stalks from one root, flowers between them."""
    rng = plant.rng
    flowers = int(rng.integers(0, 6))
    for n in range(int(rng.integers(3, 12)) + flowers):
        line = wander(
            np.zeros(2, np.float32), heading + rng.normal(0, 32), height * rng.uniform(0.35, 0.85), rng, 25, 12
        )
        plant.stem(line, max(0.6, height * 0.008), 0.5)
        if n < flowers:
            plant.flower(line[-1], height * rng.uniform(0.06, 0.16))
        else:
            length = height * rng.uniform(0.12, 0.32, 1)
            plant.leaves(line[-1:], headings(line)[-1:] + rng.normal(0, 40, 1), length)


def twigs(plant: Plant, height: float, heading: float) -> None:
    """Bare wood with buds or catkins."""
    rng = plant.rng
    fat = rng.uniform(0.012, 0.04)
    for line, level in branches(plant, heading, height, int(rng.integers(0, 2))):
        reach = float(np.hypot(*(line[-1] - line[0])))
        plant.stem(line, max(1.0, reach * fat), max(0.7, reach * fat * 0.6))
        for spot in line[int(rng.integers(2, 6)) :: int(rng.integers(1, 4))]:
            spots = spot + rng.normal(0, height * 0.012, (6, 2)).astype(np.float32)
            plant.add([blob(s, height * rng.uniform(0.004, 0.014), rng, 7) for s in spots], plant.petal, 0.3)
        if level == 0 and rng.random() < 0.5:
            tail = wander(line[-1], 180 + rng.normal(0, 30), height * 0.18, rng, 20, 10)
            plant.add([stroke(tail, height * 0.02, height * 0.012)], plant.colour)


def pads(plant: Plant, height: float, heading: float) -> None:
    """Succulent pieces with spines."""
    rng = plant.rng
    at = np.zeros(2, np.float32)
    for _ in range(int(rng.integers(2, 7))):
        radius = height * rng.uniform(0.06, 0.14)
        plant.add([smooth(blob(at, radius, rng, 9))], plant.colour, 0.15)
        spots = (at + rng.normal(0, radius * 0.36, (30, 2))).astype(np.float32)
        plant.add([blob(s, radius * 0.05, rng, 9) for s in spots], (70, 52, 36), 0.3)
        spines = [wander(s, rng.uniform(0, 360), radius * rng.uniform(0.3, 0.9), rng, 4, 3) for s in spots[:18]]
        plant.add([stroke(s, 0.6, 0.2) for s in spines], (120, 96, 64), 0.3)
        turn = np.radians(heading + rng.normal(0, 60))
        at = at + np.array([np.sin(turn), -np.cos(turn)], np.float32) * radius * np.float32(rng.uniform(1.2, 2.2))


def roots(plant: Plant, length: float, heading: float) -> None:
    """Fine brown roots below the origin."""
    rng = plant.rng
    start = np.zeros(2, np.float32)
    for _ in range(int(rng.integers(5, 28))):
        line = wander(start, heading + 180 + rng.normal(0, 45), length * rng.uniform(0.3, 1), rng, 60, 12)
        plant.add([stroke(line, length * 0.02 + 0.3, 0.12)], (124, 98, 68), 0.25)


Habit = Callable[[Plant, float, float], None]
HABITS: tuple[Habit, ...] = (*[leafy] * 6, *[rosette] * 2, *[grass] * 2, twigs, fern, needles, moss, pads)
COMELY: tuple[Habit, ...] = (leafy, leafy, leafy, rosette, fern, grass)
"""Habits of the calm pictures."""


def grow(height_mm: float, rng: Generator, habits: Sequence[Habit] = HABITS) -> list[Blade]:
    """One pressed plant of one of the habits, about `height_mm` high, its root at the origin."""
    colour, wood = (np.array(c) * np.exp(rng.normal(0, 0.2)) for c in (HUES[int(rng.integers(len(HUES)))], WOOD))
    petal = PETALS[int(rng.integers(len(PETALS)))]
    if rng.random() < 0.4:
        wood = colour * 1.1
    plant = Plant(rng, tuple(colour.tolist()), tuple(wood.tolist()), petal, form(rng))
    heading = float(rng.normal(0, 14))
    if rng.random() < 0.3:
        roots(plant, height_mm * rng.uniform(0.08, 0.22), heading)
    habits[int(rng.integers(len(habits)))](plant, height_mm, heading)
    return plant.blades
