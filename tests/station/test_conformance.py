"""The memory of the start-of-day runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station import conformance
from station.errors import StationError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = conformance.Run(NOW, "stand-1", 2, (), "d", "test")


def test_runs_are_remembered_in_order(tmp_path: Path) -> None:
    """The newest is the last; a run with faults did not pass; a damaged line costs only itself."""
    assert conformance.last(tmp_path) is None
    failed = conformance.Run(NOW + timedelta(hours=1), "stand-1", 1, ("file: too small",), "d", "test")
    conformance.record(tmp_path, RUN)
    with (tmp_path / conformance.FILE).open("a") as file:
        file.write("no json\n")
    conformance.record(tmp_path, failed)
    assert conformance.runs(tmp_path) == (RUN, failed)
    assert (RUN.passed, failed.passed) == (True, False)


def test_a_run_counts_for_its_own_day() -> None:
    """By the clock on the wall: yesterday's does not count."""
    assert RUN.is_of_today(NOW + timedelta(minutes=5))
    assert not RUN.is_of_today(NOW + timedelta(days=1))


def test_a_run_that_cannot_be_recorded_is_an_error(tmp_path: Path) -> None:
    """A file in place of the state folder."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StationError, match="cannot be recorded"):
        conformance.record(tmp_path / "state", RUN)
