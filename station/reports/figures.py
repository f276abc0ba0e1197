"""Counts -> figures: yield, control charts, drift, defects, and the same by rig, operator and job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from station.diagrams.plots import Series
from station.measure.shares import wilson
from station.statistics.charts import ewma, p_chart, spread
from station.statistics.pareto import Bar, pareto
from station.types import Cell, Count, Mean, Span, Tallies

MEASURES = ("sharpness", "skew", "colour")
LEAST = 5
"""Fewer captures in a bucket are no sample: they say nothing, and their limits would dwarf the others."""
Worked = Mapping[int, tuple[str, str]]
"""Session number -> (operator, job)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a page or a report shows of one span. `certain`: 95 % interval of the first-pass yield; `groups`: by
    "rig", "operator" and "job", most captures first; `course`: captures of each bucket by outcome; `retake_s`: mean
    seconds from a photograph to the one that replaced it."""

    span: Span
    total: Count
    certain: tuple[float, float] | None
    groups: Mapping[str, tuple[tuple[str, Count], ...]]
    course: tuple[tuple[datetime, tuple[int, int, int, int]], ...]
    faults: tuple[Series, ...]
    drift: Mapping[str, tuple[Series, ...]]
    defects: tuple[Bar[tuple[str, str, str]], ...]
    retake_s: float | None


def figures(span: Span, tallies: Tallies, worked: Worked) -> Figures:
    """Pure arithmetic on what was counted; names of operators and jobs from `worked`."""
    cells = tallies.cells
    total = sum((cell.count for cell in cells), Count())
    return Figures(
        span=span,
        total=total,
        certain=wilson(total.passed_at_once, total.first),
        groups={
            "rig": _grouped(cells, lambda cell: stand(cell.station, cell.rig)),
            "operator": _grouped(cells, lambda cell: worked.get(cell.session, ("", ""))[0]),
            "job": _grouped(cells, lambda cell: worked.get(cell.session, ("", ""))[1]),
        },
        course=tuple((at, _outcomes(count)) for at, count in _by_bucket(cells).items()),
        faults=_faults(cells),
        drift={measure: _drift(tallies.means, measure) for measure in MEASURES},
        defects=pareto({(one.check, one.code, one.outcome): one.count for one in tallies.defects}),
        retake_s=_mean([one for one in tallies.means if one.measure == "retake"]),
    )


def stand(station: str, rig: str) -> str:
    """The name of a camera stand for people: the station's, and its rig's where that is not the usual one."""
    return station if rig in ("default", station) else f"{station}, {rig}"


def _mean(means: Sequence[Mean]) -> float | None:
    number = sum(one.count for one in means)
    return sum(one.count * one.mean for one in means) / number if number else None


def _grouped(cells: Iterable[Cell], name: Callable[[Cell], str]) -> tuple[tuple[str, Count], ...]:
    found: dict[str, Count] = defaultdict(Count)
    for cell in cells:
        found[name(cell)] += cell.count
    return tuple(sorted(found.items(), key=lambda item: (-item[1].captures, item[0])))


def _by_bucket(cells: Iterable[Cell]) -> dict[datetime, Count]:
    found: dict[datetime, Count] = defaultdict(Count)
    for cell in cells:
        found[cell.at] += cell.count
    return dict(sorted(found.items()))


def _outcomes(count: Count) -> tuple[int, int, int, int]:
    return count.passed, count.warned, count.unknown, count.failed


def _faults(cells: Iterable[Cell]) -> tuple[Series, ...]:
    """The share of captures that were not right the first time, all stands together."""
    some = {at: count for at, count in _by_bucket(cells).items() if count.first >= LEAST}
    chart = p_chart([(count.first - count.passed_at_once, count.first) for count in some.values()])
    return () if chart is None else (Series("", tuple(some), chart),)


def _drift(means: Iterable[Mean], measure: str) -> tuple[Series, ...]:
    """For each stand the EWMA of its means, about their own mean and moving range: at rest it stays within."""
    stands: dict[str, list[Mean]] = defaultdict(list)
    for mean in means:
        if mean.measure == measure and mean.count >= LEAST:
            stands[stand(mean.station, mean.rig)].append(mean)
    found = []
    for name, own in sorted(stands.items()):
        values = [mean.mean for mean in own]
        centre = sum(values) / len(values)
        chart = ewma(values, centre=centre, sigma=spread(values))
        found.append(Series(name, tuple(mean.at for mean in own), chart))
    return tuple(found)
