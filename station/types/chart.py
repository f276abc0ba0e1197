"""Colour charts and grey scales: what they look like and, where it is known, what their patches measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

Lab = tuple[float, float, float]
"""CIELAB, illuminant D50, 2 degree observer."""


class Share(NamedTuple):
    """A rectangle in shares of a whole, 0 to 1: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch: `look` tells it from others, `lab` is what it is compared with (None: not known), `place` where it
    lies on the card; `neutral`: its maker means it to be grey."""

    name: str
    look: Lab
    lab: Lab | None
    place: Share
    neutral: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A kind of chart, or one physical copy when it has a `serial`.

    `layout` names the kind whose patches lie the same way (itself, if none); `aspect` is the card's width over height,
    `length_mm` its long side, `width_mm` what the width that places are shares of measures; `values`: nominal (the
    maker's), approximate (another copy's or a third party's), none, photographed or measured (this copy's own, good
    until `due`).
    """

    name: str
    title: str
    layout: str
    aspect: float
    values: str
    patches: tuple[Patch, ...]
    length_mm: float | None = None
    serial: str = ""
    recorded: date | None = None
    due: date | None = None
    width_mm: float | None = None

    def __hash__(self) -> int:
        """Quick: a chart has up to 140 patches, and stands as a key in caches."""
        return hash((self.name, self.serial))

    @property
    def grey(self) -> bool:
        """A chart without any coloured patch."""
        return all(patch.neutral for patch in self.patches)
