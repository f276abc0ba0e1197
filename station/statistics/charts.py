"""Control charts: is what we see more than chance?

Formulas: D. C. Montgomery, Introduction to Statistical Quality Control, 8th ed., 2019 (7.2 p-chart with samples of
unequal size, 9.2 EWMA, 6.4 moving range); the same in NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SIGMAS = 3.0
"""Width of the limits: one false alarm in 370 points of a normal process (Shewhart)."""
D2 = 1.128
"""Mean range of two values of a normal process, in standard deviations."""
WEIGHT = 0.2
"""Of the newest value in an EWMA; 0.05 to 0.25 work well, small values find small shifts (Montgomery 9.2.2)."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value with the limits at its place; `low` <= centre line <= `high`."""

    value: float
    low: float
    high: float

    @property
    def out(self) -> bool:
        """Beyond its limits."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True, slots=True)
class Chart:
    """A centre line and the points, oldest first."""

    centre: float
    points: tuple[Point, ...]


def p_chart(counts: Sequence[tuple[int, int]]) -> Chart | None:
    """Shares of (faulty, of) with limits p +- 3 sqrt(p (1 - p) / n), cut to 0..1; None when nothing was counted.

    Samples of nothing are left out: they have no share.
    """
    some = [(faulty, of) for faulty, of in counts if of > 0]
    if not some:
        return None
    centre = sum(faulty for faulty, _ in some) / sum(of for _, of in some)
    points = []
    for faulty, of in some:
        reach = SIGMAS * math.sqrt(centre * (1 - centre) / of)
        points.append(Point(faulty / of, max(0.0, centre - reach), min(1.0, centre + reach)))
    return Chart(centre, tuple(points))


def spread(values: Sequence[float]) -> float:
    """Standard deviation from the mean moving range, which a slow drift hardly widens; 0 for fewer than two."""
    ranges = [abs(after - before) for before, after in pairwise(values)]
    return sum(ranges) / len(ranges) / D2 if ranges else 0.0


def ewma(
    values: Sequence[float], *, centre: float, sigma: float, weight: float = WEIGHT, sigmas: float = SIGMAS
) -> Chart:
    """z_i = w x_i + (1 - w) z_(i-1) from z_0 = centre, with limits
    centre +- L sigma sqrt(w / (2 - w) (1 - (1 - w)^(2 i))).

    `weight` in (0, 1]; `sigma` >= 0 is that of the single values. Raises ValueError outside.
    """
    if not 0 < weight <= 1 or sigma < 0:
        raise ValueError(f"weight {weight} is not in (0, 1], or sigma {sigma} is negative")
    smoothed, points = centre, []
    for number, value in enumerate(values, 1):
        smoothed = weight * value + (1 - weight) * smoothed
        reach = sigmas * sigma * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * number)))
        points.append(Point(smoothed, centre - reach, centre + reach))
    return Chart(centre, tuple(points))
