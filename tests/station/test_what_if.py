"""Another limit over the station's own history, from real records."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from station import what_if
from station.contracts import Store
from station.errors import StationError
from station.stores import sqlite
from station.types import Action, Decision, Finding, Outcome
from tests.station.scenes import verdict


def edge(px: float, limit: float = 5.0) -> Finding:
    """What label_sharpness says of an edge of so many pixels."""
    if px > limit:
        return Finding("label_sharpness", "blurred", Outcome.FAIL, "Blurred.", "Refocus.", px, limit, "px")
    return Finding("label_sharpness", "ok", Outcome.PASS, "Sharp.", "", px, limit, "px")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Ten photographs with edges of 1 to 10 px, limit 5; of the five alarms two were accepted, one taken again."""
    opened: Store = sqlite.build(sqlite.Settings(), tmp_path, writer="stand-1")
    for px in range(1, 11):
        opened.add(verdict(px, edge(px)), "stand-1")
    for px, action in ((6, Action.ACCEPT), (7, Action.ACCEPT), (10, Action.RETAKE)):
        opened.decide(Decision(f"{px:016x}", action, "Ada", "", "", datetime.now(UTC)))
    return opened


def test_a_limit_is_replayed_over_the_history(store: Store) -> None:
    """At 7 px three alarms are left, none of them accepted all the same, one taken again."""
    with closing(store):
        history = what_if.read(store, "stand-1", "label_sharpness", 1000)
    assert (len(history.cases), history.unit, history.above) == (10, "px", True)
    assert [case.action for case in history.alarms(7)] == [None, None, Action.RETAKE]
    assert len(history.alarms(5)) == sum(case.alarmed for case in history.cases) == 5


def test_only_the_newest_count_when_asked(store: Store) -> None:
    """Of the last four photographs, 7 to 10 px, all are above 6."""
    with closing(store):
        assert len(what_if.read(store, "stand-1", "label_sharpness", 4).alarms(6)) == 4


def test_a_check_that_alarms_below_its_limit_is_understood(tmp_path: Path) -> None:
    """Margins: 0.5 mm of at least 1 is an alarm, 3 mm is none."""
    with closing(sqlite.build(sqlite.Settings(), tmp_path, writer="stand-1")) as store:
        for number, mm in enumerate((0.5, 0.7, 3.0, 4.0)):
            outcome = Outcome.WARN if mm < 1 else Outcome.PASS
            store.add(verdict(number, Finding("a", "margin", outcome, "Near.", "", mm, 1.0, "mm")), "stand-1")
        history = what_if.read(store, "stand-1", "a", 100)
    assert not history.above
    assert len(history.alarms(3.5)) == 3


def test_of_several_labels_the_worst_decides(tmp_path: Path) -> None:
    """One photograph is one case."""
    with closing(sqlite.build(sqlite.Settings(), tmp_path, writer="stand-1")) as store:
        store.add(verdict(1, edge(2.0), edge(6.0)), "stand-1")
        (case,) = what_if.read(store, "stand-1", "label_sharpness", 100).cases
    assert (case.value, case.alarmed) == (6.0, True)


def test_the_table_and_the_picture_name_the_limit(store: Store, tmp_path: Path) -> None:
    """The limit asked for is marked; the chart is SVG."""
    console = Console(record=True, width=120)
    with closing(store):
        what_if.run(store, "stand-1", "label_sharpness", 7.5, 1000, tmp_path / "a.svg", console)
    text = console.export_text()
    assert "-> 7.5 px" in text
    assert "5 of them alarmed" in text
    assert (tmp_path / "a.svg").read_text().startswith("<svg")


def test_a_check_without_figures_is_told_with_those_that_have_some(store: Store) -> None:
    """A typing mistake is met with the right names."""
    with closing(store), pytest.raises(StationError) as told:
        what_if.read(store, "stand-1", "label_sharpnes", 100)
    assert "label_sharpness" in told.value.remedy
