"""Charts of one figure over another, for the reports of benchmarks and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from station.diagrams.picture import SERIES, Box, Dot, Label, Line, Mark, Picture
from station.diagrams.scales import Scale, decimals, ticks

WIDE, HIGH = 420.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 48.0, 42.0
DASHED = (4.0, 3.0)
ALIKE = 1e-9
"""Of their size: values nearer to each other than this are one."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (x, y), or (x, low, y, high) with a bar from low to high. `line` joins them."""

    name: str
    points: Sequence[tuple[float, ...]]
    line: bool = True


@dataclass(frozen=True, slots=True)
class Axes:
    """What the axes say and how far they reach; `marks` are dashed uprights (x, text), `levels` dashed lines at y.
    Names stand where curves leave room: top right, or bottom right if they are `rising`."""

    title: str
    x: str
    y: str
    x_range: tuple[float, float]
    y_range: tuple[float, float] = (0.0, 1.0)
    marks: Sequence[tuple[float, str]] = ()
    levels: Sequence[tuple[float, str]] = ()
    rising: bool = False

    @property
    def across(self) -> Scale:
        """From x to a place."""
        return Scale(*self.x_range, LEFT, WIDE - RIGHT)

    @property
    def up(self) -> Scale:
        """From y to a place."""
        return Scale(*self.y_range, HIGH - BOTTOM, TOP)


def around(values: Iterable[float], share: float = 0.05) -> tuple[float, float]:
    """A range that holds the values with a little room; one of width 1 round a single one, or ones that no axis could
    tell apart."""
    held = list(values) or [0.0]
    low, high = min(held), max(held)
    room = share * (high - low) if high - low > ALIKE * (1 + abs(low) + abs(high)) else 0.5
    return low - room, high + room


def curves(axes: Axes, several: Sequence[Curve]) -> Picture:
    """One chart; several curves have their names at the right."""
    marks = [Label(WIDE / 2, 16, axes.title, "text", 12, "middle", bold=True), *_frame(axes)]
    for number, one in enumerate(several):
        ink = SERIES[number % len(SERIES)]
        marks += _drawn(axes, one, ink)
        if len(several) > 1:
            first = HIGH - BOTTOM - 8 - 14 * (len(several) - 1) if axes.rising else TOP + 8
            x, y = WIDE - RIGHT - 8, first + 14 * number
            marks += [Dot(x, y, 4, ink), Label(x - 8, y + 4, one.name, "quiet", 11, "end")]
    return Picture(WIDE, HIGH, tuple(marks), f"{axes.title}: {axes.y} over {axes.x}")


def lying(title: str, unit: str, rows: Sequence[tuple[str, float, str]]) -> Picture:
    """Lying bars, one a (name, value, what is written behind it), from 0 to the largest value."""
    wide, names, step = 2 * WIDE, 260.0, 26.0
    along = Scale(0, max((value for _, value, _ in rows), default=0.0) or 1.0, names, wide - 240)
    marks: list[Mark] = [Label(8, 20, title, "text", 12, bold=True)]
    for number, (name, value, behind) in enumerate(rows):
        y = 36 + number * step
        said = f"{value:.3g} {unit}" + (f", {behind}" if behind else "")
        marks.append(Label(names - 8, y + 14, name, "text", 12, "end"))
        marks.append(Box(names, y, along(value) - names, step - 8, SERIES[0]))
        marks.append(Label(along(value) + 6, y + 14, said, "text", 12))
    return Picture(wide, 44 + len(rows) * step, tuple(marks), title)


def _frame(axes: Axes) -> list[Mark]:
    bottom, right, across, up = HIGH - BOTTOM, WIDE - RIGHT, axes.across, axes.up
    made: list[Mark] = []
    for value in (rungs := ticks(*axes.y_range)):
        made.append(Line(((LEFT, up(value)), (right, up(value))), "grid", 1))
        made.append(Label(LEFT - 5, up(value) + 4, f"{value:.{decimals(rungs)}f}", size=11, anchor="end"))
    for value in (steps := ticks(*axes.x_range)):
        made.append(Label(across(value), bottom + 15, f"{value:.{decimals(steps)}f}", size=11, anchor="middle"))
    made.append(Line(((LEFT, TOP), (LEFT, bottom), (right, bottom)), "limit", 1))
    made.append(Label((LEFT + right) / 2, HIGH - 8, axes.x, size=11, anchor="middle"))
    made.append(Label(8, TOP - 12, axes.y, size=11))
    for x, text in axes.marks:
        made.append(Line(((across(x), TOP), (across(x), bottom)), "limit", 1, DASHED))
        made.append(Label(across(x) + 3, TOP + 10, text, size=11))
    for y, text in axes.levels:
        made.append(Line(((LEFT, up(y)), (right, up(y))), "limit", 1, DASHED))
        made.append(Label(right, up(y) - 3, text, size=11, anchor="end"))
    return made


def _drawn(axes: Axes, one: Curve, ink: str) -> list[Mark]:
    across, up = axes.across, axes.up
    at = [(across(p[0]), up(p[2] if len(p) == 4 else p[1])) for p in one.points]
    made: list[Mark] = [Line(tuple(at), ink, 1)] if one.line and len(at) > 1 else []
    for (x, y), point in zip(at, one.points, strict=True):
        if len(point) == 4:
            made.append(Line(((x, up(point[1])), (x, up(point[3]))), ink, 1))
        made.append(Dot(x, y, 2.5, ink))
    return made
