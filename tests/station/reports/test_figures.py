"""Figures are those of the counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from station.reports.figures import LEAST, figures, stand
from station.types import Cell, Count, Defects, Mean, Span, Tallies

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPAN = Span(START, START + 8 * HOUR, HOUR)


def cell(hour: int, station: str = "one", session: int = 0, **count: float) -> Cell:
    return Cell(START + hour * HOUR, station, "default", session, Count(**count))  # type: ignore[arg-type]


def test_nothing_counted_gives_no_figures_but_no_error() -> None:
    """An empty morning: no yield, no charts."""
    found = figures(SPAN, Tallies((), (), ()), {})
    assert found.total.first_pass_yield is None
    assert (found.certain, found.faults, found.defects, found.course) == (None, (), (), ())


def test_yield_counts_specimens_not_photographs() -> None:
    """Ten photographs, two of them retakes, six right at once: 6 of 8; what was not judged is not right."""
    tallies = Tallies((cell(0, captures=10, passed=7, unknown=1, failed=2, retakes=2, passed_at_once=6),), (), ())
    found = figures(SPAN, tallies, {})
    assert found.total.first_pass_yield == 0.75
    assert found.certain is not None
    low, high = found.certain
    assert 0 < low < 0.75 < high < 1


def test_groups_are_by_rig_operator_and_job() -> None:
    """The same captures three times over; those outside a session have no name; the greatest first."""
    cells = (cell(0, "one", 7, captures=5), cell(1, "two", 8, captures=9), cell(2, "two", 0, captures=1))
    found = figures(SPAN, Tallies(cells, (), ()), {7: ("Ada", "moss"), 8: ("Ada", "fern")})
    by = {kind: [(name, count.captures) for name, count in rows] for kind, rows in found.groups.items()}
    assert by == {
        "rig": [("two", 10), ("one", 5)],
        "operator": [("Ada", 14), ("", 1)],
        "job": [("fern", 9), ("moss", 5), ("", 1)],
    }


def test_tiny_samples_are_on_no_control_chart() -> None:
    """Two captures say nothing about a share; neither do they about a mean."""
    cells = (
        cell(0, captures=50, passed_at_once=40),
        cell(1, captures=LEAST - 1),
        cell(2, captures=60, passed_at_once=6),
    )
    means = tuple(Mean(START + n * HOUR, "one", "default", "skew", count, 0.1 * n) for n, count in enumerate((9, 2, 9)))
    found = figures(SPAN, Tallies(cells, means, ()), {})
    (faults,) = found.faults
    assert faults.at == (START, START + 2 * HOUR)
    assert [point.value for point in faults.chart.points] == [0.2, 0.9]
    (skew,) = found.drift["skew"]
    assert skew.at == (START, START + 2 * HOUR)
    assert skew.chart.centre == pytest.approx(0.1)
    assert found.drift["colour"] == ()


def test_each_stand_has_its_own_drift() -> None:
    """One creeps, the other does not: only the first leaves its limits."""
    means = [Mean(START + n * HOUR, "calm", "default", "sharpness", 50, 2.0 + 0.05 * (n % 2)) for n in range(40)]
    means += [
        Mean(START + n * HOUR, "lens", "default", "sharpness", 50, 2.0 + 0.05 * (n % 2) + n / 40) for n in range(40)
    ]
    calm, lens = figures(SPAN, Tallies((), tuple(means), ()), {}).drift["sharpness"]
    assert (calm.name, lens.name) == ("calm", "lens")
    assert not any(point.out for point in calm.chart.points)
    assert lens.chart.points[-1].out


def test_defects_are_ranked() -> None:
    """With the share that they make together."""
    defects = (Defects("a", "x", "WARN", 1), Defects("b", "y", "FAIL", 3))
    found = figures(SPAN, Tallies((), (), defects), {})
    assert [(bar.cause, bar.cumulative) for bar in found.defects] == [
        (("b", "y", "FAIL"), 0.75),
        (("a", "x", "WARN"), 1.0),
    ]


@pytest.mark.parametrize(("rig", "name"), [("default", "one"), ("one", "one"), ("slides", "one, slides")])
def test_a_stand_is_called_by_what_tells_it_apart(rig: str, name: str) -> None:
    """The station's name, and the rig's where it is not the usual one."""
    assert stand("one", rig) == name
