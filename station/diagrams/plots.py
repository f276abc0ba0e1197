"""The charts of the supervisor's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from station.diagrams.picture import SERIES, Area, Box, Dot, Label, Line, Mark, Picture
from station.diagrams.scales import Scale, decimals, ticks, times
from station.statistics.charts import Chart

WIDTH, HEIGHT = 600.0, 236.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 12.0, 28.0
NAMES = 84.0
"""At the right, for the names of several lines."""
OUTCOMES = ("PASS", "WARN", "UNKNOWN", "FAIL")


@dataclass(frozen=True, slots=True)
class Course:
    """What the time axis shows: [since, until], local times of `zone`, columns of `bucket` width."""

    since: datetime
    until: datetime
    bucket: timedelta
    zone: tzinfo | None = None
    right: float = RIGHT

    @property
    def end(self) -> float:
        """Where the time axis ends."""
        return WIDTH - self.right

    @property
    def scale(self) -> Scale:
        return Scale(self.since.timestamp(), self.until.timestamp(), LEFT, self.end)

    def middle(self, at: datetime) -> float:
        """Where the bucket that begins at a moment has its middle."""
        return self.scale((at + self.bucket / 2).timestamp())

    def local(self, at: datetime) -> str:
        """The moment for people."""
        return f"{at.astimezone(self.zone):%d.%m. %H:%M}"


@dataclass(frozen=True, slots=True)
class Series:
    """A control chart's points with their moments; `name` is written at its end when there are several."""

    name: str
    at: Sequence[datetime]
    chart: Chart


def control(
    course: Course,
    series: Sequence[Series],
    about: str,
    *,
    shown: Callable[[float], str] | None = None,
    floor: float | None = None,
) -> Picture:
    """Lines with their limits, for one series as a band; several have their names at their ends instead. Points beyond
    their limits are diamonds. `shown`: numbers for people; `floor`: where the axis begins at the latest."""
    every = [p for one in series for p in one.chart.points]
    lone = len(series) < 2
    course = course if lone else replace(course, right=NAMES)
    values = [v for p in every for v in ((p.value, p.low, p.high) if lone else (p.value,))] or [0.0, 1.0]
    values += [] if floor is None else [floor]
    up = _upright(min(values), max(values))
    shown = shown or plain(up.low, up.high)
    marks: list[Mark] = [] if lone else _names(series, up)
    for number, one in enumerate(series):
        marks += _controlled(course, one, _ink(number), up, shown, lone)
    return Picture(WIDTH, HEIGHT, (*_frame(course, up, shown), *marks), about)


def columns(course: Course, counts: Sequence[tuple[datetime, Sequence[int]]], about: str) -> Picture:
    """Captures of each bucket, stacked by outcome (in the order of OUTCOMES), the faults on top."""
    most = max((sum(one) for _, one in counts), default=0)
    up = Scale(0, max(most, 1) * 1.05, HEIGHT - BOTTOM, TOP)
    width = max(1.5, course.scale((course.since + course.bucket).timestamp()) - LEFT - 2)
    marks: list[Mark] = []
    for at, one in counts:
        so_far = 0
        for outcome, count in zip(OUTCOMES, one, strict=True):
            top, bottom = up(so_far + count), up(so_far)
            if count:
                title = f"{course.local(at)}: {count} {outcome}"
                marks.append(Box(course.middle(at) - width / 2, top, width, bottom - top, outcome, title))
            so_far += count
    return Picture(WIDTH, HEIGHT, (*_frame(course, up, lambda v: f"{v:.0f}"), *marks), about)


def bars(rows: Sequence[tuple[str, int, str, str]], about: str, most: int = 7) -> Picture:
    """(name, count, ink, note at the end): the first `most` as lying bars, all to one scale."""
    marks: list[Mark] = []
    start, end, step = 216.0, WIDTH - 96.0, (HEIGHT - 12) / most
    along = Scale(0, max((count for _, count, *_ in rows), default=0) or 1, start, end)
    for number, (name, count, ink, note) in enumerate(rows[:most]):
        y = 8 + number * step
        marks.append(Label(start - 10, y + step * 0.62, _short(name, 29), "text", 13, "end"))
        marks.append(Box(start, y + step * 0.16, max(1.5, along(count) - start), step * 0.64, ink, f"{name}: {count}"))
        marks.append(Label(along(count) + 8, y + step * 0.62, f"{count}", "text", 13, bold=True))
        marks.append(Label(WIDTH - 4, y + step * 0.62, note, "quiet", 12, "end"))
    return Picture(WIDTH, HEIGHT, tuple(marks), about)


def plain(low: float, high: float) -> Callable[[float], str]:
    """Numbers of an axis from low to high, with as many digits as its ticks need."""
    digits = decimals(ticks(low, high))
    return lambda value: f"{value:.{digits}f}"


def _upright(low: float, high: float) -> Scale:
    room = 0.06 * (high - low) if high - low > 1e-6 * (abs(high) + abs(low) + 1e-3) else 0.5 + abs(high) / 10
    return Scale(low - room, high + room, HEIGHT - BOTTOM, TOP)


def _frame(course: Course, up: Scale, shown: Callable[[float], str]) -> list[Mark]:
    marks: list[Mark] = []
    for value in ticks(up.low, up.high):
        y = up(value)
        marks.append(Line(((LEFT, y), (course.end, y)), "grid", 1))
        marks.append(Label(LEFT - 8, y + 4.5, shown(value), anchor="end"))
    for at, text in times(course.since, course.until, course.zone):
        x = course.scale(at.timestamp())
        marks.append(Line(((x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 4)), "grid", 1))
        if x < WIDTH - 18:
            marks.append(Label(x, HEIGHT - 8, text, anchor="middle"))
    return marks


def _controlled(
    course: Course, one: Series, ink: str, up: Scale, shown: Callable[[float], str], lone: bool
) -> list[Mark]:
    xs, points = [course.middle(at) for at in one.at], one.chart.points
    marks: list[Mark] = []
    if lone and points:
        lows = tuple((x, up(p.low)) for x, p in zip(xs, points, strict=True))
        highs = tuple((x, up(p.high)) for x, p in zip(xs, points, strict=True))
        centre = up(one.chart.centre)
        marks += [Area((*highs, *reversed(lows)), "band"), Line(highs, "limit", 1), Line(lows, "limit", 1)]
        marks.append(Line(((LEFT, centre), (WIDTH - RIGHT, centre)), "centre", 1.2, (6, 5)))
    places = [(x, up(p.value)) for x, p in zip(xs, points, strict=True)]
    marks.append(Line(tuple(places), ink))
    for (x, y), at, point in zip(places, one.at, points, strict=True):
        title = f"{one.name} {course.local(at)}: {shown(point.value)} ({shown(point.low)} - {shown(point.high)})"
        marks.append(Dot(x, y, 5.5 if point.out else 2.6, "bad" if point.out else ink, title.strip(), point.out))
    return marks


def _names(series: Sequence[Series], up: Scale) -> list[Mark]:
    """At the height of each line's end, moved apart where lines end close together."""
    ends = sorted((up(one.chart.points[-1].value), number) for number, one in enumerate(series) if one.chart.points)
    heights: list[float] = []
    for y, _ in ends:
        heights.append(max(y, heights[-1] + 15 if heights else TOP))
    over = max(0.0, heights[-1] - (HEIGHT - BOTTOM)) if heights else 0.0
    return [
        Label(
            WIDTH - NAMES + 8,
            y - over + 4,
            _short(series[number].name, 10),
            SERIES[number % len(SERIES)],
            12,
            bold=True,
        )
        for y, (_, number) in zip(heights, ends, strict=True)
    ]


def _ink(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
