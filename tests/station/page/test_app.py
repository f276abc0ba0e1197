"""The page process: it starts, says so, and ends."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from station.errors import ConfigError
from station.page.app import serve
from station.page.settings import Settings
from station.people import Book
from station.revisions import Revisions
from tests.station.page.desk import Station, page_process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_with_streams_open(tmp_path: Path, number: signal.Signals) -> None:
    """`serve` returns and the process ends with status 0, though a browser listens."""
    station = Station(tmp_path)
    with page_process(tmp_path) as (process, address), httpx.stream("GET", f"{address}/api/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        process.send_signal(number)
        for _ in lines:
            pass
        assert process.wait(timeout=10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "ended\n"
    station.store.close()


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    """Two pages on one port: the second says so and what to do."""
    station = Station(tmp_path)
    with page_process(tmp_path) as (_, address):
        settings = Settings(port=int(address.rpartition(":")[2]))
        with pytest.raises(ConfigError, match="Address already in use") as raised:
            serve(
                settings,
                "stand-1",
                station.store,
                tmp_path,
                Book(tmp_path / "people.sqlite"),
                Revisions(None, tmp_path),
            )
    assert "port" in raised.value.remedy
    station.store.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_it_listens_to_nobody_else_while_there_are_no_accounts(tmp_path: Path, host: str) -> None:
    """It does not even start, and says what to do."""
    station = Station(tmp_path)
    with pytest.raises(ConfigError, match="nobody has an account") as raised:
        serve(
            Settings(host=host),
            "stand-1",
            station.store,
            tmp_path,
            Book(tmp_path / "people.sqlite"),
            Revisions(None, tmp_path),
        )
    assert "station user add" in raised.value.remedy
    station.store.close()
