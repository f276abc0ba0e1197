"""What a pressed plant is made of: blades (filled outlines in millimetres), stems, leaves, flowers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from engines.drawing.leaf import Array, Floats, blob, placed, ribs, squeezed, stroke, veins

Colour = tuple[float, float, float]
PETAL = np.array(
    [[0, 0], [0.2, -0.35], [0.24, -0.7], [0.1, -0.97], [-0.1, -0.97], [-0.24, -0.7], [-0.2, -0.35]], np.float32
)
MOST = 1500
"""No plant has more blades; keeps the slowest picture quick."""


@dataclass(frozen=True, slots=True)
class Blade:
    """One filled outline. `opacity` below 1 lets the paper shine through."""

    outline: Array
    colour: Colour
    opacity: float = 1.0


@dataclass(slots=True)
class Plant:
    """What has grown so far, in painting order, and the colours it grows in."""

    rng: Generator
    colour: Colour
    wood: Colour
    petal: Colour
    pattern: Array
    blades: list[Blade] = field(default_factory=list)

    def add(self, outlines: Array | list[Array], colour: Colour, spread: float = 0.12, opacity: float = 1.0) -> None:
        """Outlines, each a little lighter or darker and redder or greener than the colour."""
        n = min(len(outlines), MOST - len(self.blades))
        light = np.exp(self.rng.normal(0, spread, (n, 1))) * np.exp(self.rng.normal(0, 0.03, (n, 3)))
        tints = np.minimum(np.array(colour) * light, 255)
        for outline, tint in zip(outlines[:n], tints.tolist(), strict=True):
            self.blades.append(Blade(outline, (tint[0], tint[1], tint[2]), opacity))

    def stem(self, line: Array, start_mm: float, end_mm: float) -> None:
        """A stem along a line."""
        self.add([stroke(line, start_mm, end_mm)], self.wood, 0.08)

    def leaves(self, at: Array, heading: Floats, length: Floats, pattern: Array | None = None) -> None:
        """Leaves with midribs; large ones with side veins. Some show their paler lower side."""
        used = self.pattern if pattern is None else pattern
        width = squeezed(len(at), self.rng)
        outlines = placed(used, at, heading, length, self.rng, width)
        pale = self.rng.random(len(at)) < 0.2
        under = tuple(c * 0.7 + 60 for c in self.colour)
        rib = tuple(min(c * 1.25 + 12, 255) for c in self.colour)
        middle = ribs(at, heading, length)
        for n in range(len(at)):
            self.add(outlines[n : n + 1], under if pale[n] else self.colour)  # type: ignore[arg-type]
            if length[n] > 9:
                self.add(middle[n : n + 1], rib, 0.08)  # type: ignore[arg-type]
            if length[n] > 32:
                self.add(veins(used, at[n], heading[n], length[n], width[n]), rib, 0.08, 0.45)  # type: ignore[arg-type]

    def flower(self, at: Array, size_mm: float) -> None:
        """Petals round a centre, or a ball of florets."""
        rng = self.rng
        if rng.random() < 0.3:
            spots = at + rng.normal(0, size_mm / 5, (14, 2)).astype(np.float32)
            self.add([blob(spot, size_mm / 8, rng, 7) for spot in spots], self.petal, 0.2)
            return
        count = int(rng.integers(4, 12))
        turn = np.linspace(0, 360, count, endpoint=False) + rng.normal(0, 14, count)
        each = np.repeat(np.asarray(at, np.float32)[None], count, axis=0)
        petals = placed(PETAL, each, turn, np.full(count, size_mm / 2) * rng.uniform(0.7, 1.1, count), rng)
        self.add(petals, self.petal, 0.1, float(rng.uniform(0.5, 0.95)))
        self.add([blob(at, size_mm * 0.12, rng, 12)], (90, 66, 36))


def fitted(blades: list[Blade], w_mm: float, h_mm: float) -> list[Blade]:
    """The blades centred on the origin, turned to lie along the room and sized to fill it (at most doubled)."""
    every = np.concatenate([blade.outline for blade in blades])
    low, high = every.min(axis=0), every.max(axis=0)
    scale = np.float32(min(2.0, float(np.min(np.array([w_mm, h_mm]) / np.maximum(high - low, 1e-3)))))
    middle = (low + high) / 2
    return [Blade((b.outline - middle) * scale, b.colour, b.opacity) for b in blades]
