"""`station records copy` from one configuration's records to another's."""

from __future__ import annotations

from pathlib import Path

import yaml
from typer.testing import CliRunner

from station.cli import app
from station.types import Outcome
from tests.station.page.desk import Station


def configured(folder: Path, name: str, state: str, station: str = "stand-1") -> str:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"station": station, "inbox": "inbox", "state": state}))
    return str(path)


def answered(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["records", "copy", *words])
    return answer.exit_code, " ".join(answer.output.split())


def test_all_records_are_copied_once(tmp_path: Path) -> None:
    """It says how many rows; a second time it refuses and says what to do."""
    station = Station(tmp_path / "old")
    station.shoot(Outcome.PASS)
    station.store.close()
    words = configured(tmp_path, "before", "old"), "--config", configured(tmp_path, "after", "new")
    status, said = answered(*words)
    assert status == 0, said
    assert "rows were copied to the records of" in said
    assert "Pictures, accounts and versions of the settings lie in" in said
    again, said = answered(*words)
    assert again != 0
    assert "nothing was copied" in said
    assert "Name an empty database" in said


def test_no_records_are_told_and_none_are_made(tmp_path: Path) -> None:
    """Neither here nor there."""
    status, said = answered(configured(tmp_path, "before", "old"), "--config", configured(tmp_path, "after", "new"))
    assert status != 0
    assert "There are no records yet" in said
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_daemon_that_runs_is_told_of(tmp_path: Path) -> None:
    """Nobody adds to the records while they are copied."""
    station = Station(tmp_path / "old")
    station.shoot(Outcome.PASS)
    status, said = answered(configured(tmp_path, "before", "old"), "--config", configured(tmp_path, "after", "new"))
    assert status != 0
    assert "Stop" in said
    station.store.close()


def test_what_would_help_nobody_is_refused(tmp_path: Path) -> None:
    """The same records twice; another name of the station, under which nobody would find them; no target at all."""
    Station(tmp_path / "old").store.close()
    before = configured(tmp_path, "before", "old")
    for after, told in (
        (configured(tmp_path, "same", "old"), "Both configurations name the same records."),
        (configured(tmp_path, "other", "new", "stand-2"), "Write `station: stand-1` into the new configuration."),
    ):
        status, said = answered(before, "--config", after)
        assert (status, told in said) == (1, True), said
    assert answered(before)[0] == 2
    assert not (tmp_path / "new").exists()
