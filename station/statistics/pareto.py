"""Which few causes make most of the trouble (J. M. Juran, Quality Control Handbook, 1951)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Cause = TypeVar("Cause", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Bar(Generic[Cause]):
    """One cause; `cumulative` is the share of all that it and the greater ones make, 0..1."""

    cause: Cause
    count: int
    cumulative: float


def pareto(counts: Mapping[Cause, int]) -> tuple[Bar[Cause], ...]:
    """The greatest first; equal ones in the order of their names. Causes that never came are left out."""
    total, so_far, bars = sum(counts.values()), 0, []
    for cause, count in sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))):
        if count > 0:
            so_far += count
            bars.append(Bar(cause, count, so_far / total))
    return tuple(bars)
