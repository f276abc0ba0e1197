"""A station's history goes along to another database, whole, and goes on there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from station.contracts import Store
from station.errors import StoreError
from station.records import copying, sessions
from station.records.tables import metadata
from station.types import Action, Decision, Outcome
from tests.station.page.desk import Station
from tests.station.stores.opening import OPENERS, Opener

FILLED = {"verdicts", "sessions", "retakes", "attempts", "tallies", "tally_defects", "stands", "files", "decisions"}


def rows(store: Store) -> dict[str, list[Any]]:
    """Every row of every table that is copied."""
    return {
        table.name: store.ask(lambda c, t=table: sorted(map(repr, c.execute(sa.select(t)).all())))  # type: ignore[misc]
        for table in copying.TABLES
    }


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Store]:
    """Records of a session with captures of every outcome, a retake that goes on and a decision."""
    station = Station(tmp_path)
    now = datetime.now(UTC)
    station.store.note(partial(sessions.start, station="stand-1", rig="", operator="Ada", job="", at=now))
    for outcome in (*Outcome, Outcome.FAIL, Outcome.PASS):
        record = station.shoot(outcome, specimen=("E00000001",))
        station.store.decide(Decision(record.verdict.capture.id, Action.ACCEPT, "Ada", "", "", now))
    yield station.store
    station.store.close()


@pytest.fixture(params=sorted(OPENERS))
def opener(request: pytest.FixtureRequest) -> Opener:
    return OPENERS[request.param](lambda: request.getfixturevalue("server"))


def copied(old: Store, new: Store, told: Callable[[int], object] = lambda _: None) -> None:
    new.note(lambda there: old.ask(lambda here: copying.copy(here, there, told)))


def test_every_row_is_copied_and_the_numbers_go_on(old: Store, opener: Opener, tmp_path: Path) -> None:
    """All tables are the same there, the progress adds up, and the next capture has the next number."""
    new = opener(tmp_path / "new")
    told: list[int] = []
    copied(old, new, told.append)
    there = rows(new)
    assert there == rows(old)
    assert {name for name, held in there.items() if held} >= FILLED
    assert sum(told) == sum(map(len, there.values())) == old.ask(copying.size)
    station = Station(tmp_path / "elsewhere", number=900)
    verdict = station.shoot(Outcome.FAIL).verdict
    record = new.add(verdict, "stand-1")
    assert record is not None
    assert record.sequence == len(there["verdicts"]) + 1
    station.store.close()
    new.close()


def test_records_that_are_there_are_never_mixed(old: Store, opener: Opener, tmp_path: Path) -> None:
    """A second copy is refused, and changes nothing."""
    new = opener(tmp_path / "new")
    copied(old, new)
    before = rows(new)
    with pytest.raises(StoreError, match="nothing was copied"):
        copied(old, new)
    assert rows(new) == before
    new.close()


def test_every_table_is_copied_but_the_pulse_and_the_steps() -> None:
    """A table that is added some day is copied too."""
    assert {t.name for t in metadata.sorted_tables} - {t.name for t in copying.TABLES} == {"pulse", "migrations"}
