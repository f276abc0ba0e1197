"""A report before it is HTML or PDF: facts, pictures, tables, all in words."""

from __future__ import annotations

from dataclasses import dataclass

from station.diagrams.picture import Picture


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure in large type."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """One chart with its caption; `picture` None: there is nothing to show."""

    title: str
    note: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Grid:
    """One table; the first column names the row, the others are figures."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """`about`: lines under the title, e.g. who worked when; `foot`: where the figures come from."""

    title: str
    about: tuple[str, ...]
    facts: tuple[Fact, ...]
    plates: tuple[Plate, ...]
    grids: tuple[Grid, ...]
    nothing: str
    foot: str
