"""The memory of the verdicts before: newest last, no more than it holds, filled from the records."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from station.recent import HELD, Recent
from station.stores import sqlite
from tests.station.scenes import verdict


def test_it_holds_the_newest_in_order() -> None:
    """More than it holds push out the oldest; a capture judged again is counted once."""
    recent = Recent()
    for number in range(HELD + 5):
        recent.add(verdict(number))
    recent.add(verdict(HELD))
    assert [v.specimen[0] for v in recent()] == [f"E{n:08}" for n in range(5, HELD + 5)]


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    """What the records hold is remembered, newest last."""
    with closing(sqlite.build(sqlite.Settings(), tmp_path, writer="stand-1")) as store:
        for number in (1, 2, 3):
            store.add(verdict(number), "stand-1")
        assert [v.specimen for v in Recent.of(store, "stand-1")()] == [("E00000001",), ("E00000002",), ("E00000003",)]


def test_records_that_cannot_be_read_cost_the_memory_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A closed store: an empty memory, and a line in the log that says so."""
    store = sqlite.build(sqlite.Settings(), tmp_path, writer="stand-1")
    store.close()
    with closing(sqlite.build(sqlite.Settings(), tmp_path, writer=None)) as reader:
        (tmp_path / "records.sqlite").write_bytes(b"no database at all" * 400)
        assert Recent.of(reader, "stand-1")() == ()
    assert "not known" in caplog.text
