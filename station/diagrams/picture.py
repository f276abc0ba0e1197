"""The marks of a picture. Lengths are pixels from the top left; `ink` is a role, never a colour: `text`, `quiet`,
`grid`, `band`, `limit`, `centre`, `bad`, the outcomes `PASS` `WARN` `UNKNOWN` `FAIL`, and `series-1` to `series-6`."""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[float, float]
SERIES = tuple(f"series-{number}" for number in range(1, 7))


@dataclass(frozen=True, slots=True)
class Line:
    """Through its points; `dash` as in SVG."""

    points: tuple[Place, ...]
    ink: str
    width: float = 2.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Filled, without an edge."""

    points: tuple[Place, ...]
    ink: str


@dataclass(frozen=True, slots=True)
class Box:
    """Filled; `title` is told when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    ink: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point; `diamond`: told from the others without colour."""

    x: float
    y: float
    radius: float
    ink: str
    title: str = ""
    diamond: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text, `y` is its base line; `anchor` as in SVG: start, middle, end."""

    x: float
    y: float
    text: str
    ink: str = "quiet"
    size: float = 13
    anchor: str = "start"
    bold: bool = False


Mark = Line | Area | Box | Dot | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """Marks from back to front. `about` says in words what is to be seen, for those who do not see it."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    about: str
