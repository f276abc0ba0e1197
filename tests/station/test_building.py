"""The command that builds a plan, run beside the judging: its words arrive, and it ends when it should."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from station import building
from station.errors import EngineError


def test_what_the_command_refuses_is_an_engine_error_in_its_words(tmp_path: Path) -> None:
    """A configuration with a misspelt key: its line, and what to do."""
    (tmp_path / "station.yaml").write_text("inbx: here\n")
    with pytest.raises(EngineError, match="could not be built") as caught:
        building.build_plan(tmp_path / "station.yaml", print, threading.Event())
    assert "station.yaml" in str(caught.value)
    assert "inbox" in caught.value.remedy


def test_it_ends_when_the_station_ends(tmp_path: Path) -> None:
    """`stop` is noticed within a second, whatever is being done."""
    (tmp_path / "station.yaml").write_text("inbox: here\n")
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    with pytest.raises(EngineError):
        building.build_plan(tmp_path / "station.yaml", print, stop)
    assert time.monotonic() - began < 30
