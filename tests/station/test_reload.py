"""The configuration is read again while the daemon runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import reload
from station.config import load
from station.errors import StationError
from station.reload import Reload


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reload, "EVERY_S", 0.0)
    write(tmp_path / "station.yaml", "profile: mine.yaml\n")
    write(tmp_path / "mine.yaml", "model: herbarium-sheet\nchecks: {barcode: {}}\n")
    return tmp_path / "station.yaml"


def write(path: Path, text: str) -> None:
    """As editors do it: another file under the same name."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def test_a_change_is_seen_once(config: Path) -> None:
    """In the file itself, and in the profile that it names."""
    watching = Reload(load(config))
    assert watching.look() is None
    write(config, "profile: mine.yaml\nstation: other\n")
    found = watching.look()
    assert found is not None
    assert found.station == "other"
    assert watching.look() is None
    write(config.with_name("mine.yaml"), "model: herbarium-sheet\nchecks: {file: {}}\n")
    found = watching.look()
    assert found is not None
    assert [name for name, _ in found.checks] == ["file"]


def trouble(watching: Reload) -> str:
    """What it says; empty for nothing."""
    return watching.trouble or ""


@pytest.mark.parametrize("wrong", ["station: [\n", "colour: red\n", "profile: gone.yaml\n", None])
def test_a_wrong_file_changes_nothing_and_is_told_until_it_is_mended(config: Path, wrong: str | None) -> None:
    """Broken, unknown key, missing profile, file removed: the configuration before stays."""
    watching = Reload(load(config))
    if wrong is None:
        config.unlink()
    else:
        write(config, wrong)
    assert watching.look() is None
    assert watching.trouble is not None
    assert "goes on with those before" in watching.trouble
    assert watching.look() is None
    assert watching.trouble is not None
    write(config, "profile: mine.yaml\n# mended\n")
    assert watching.look() is None  # it says the same as before
    assert watching.trouble is None


def test_a_station_with_defaults_has_nothing_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no change."""
    monkeypatch.setattr(reload, "EVERY_S", 0.0)
    assert Reload(load(None)).look() is None


def test_what_a_refused_file_lacks_may_come_later(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A profile that is written after the file that names it: no need to touch that one again; each is logged once."""
    watching = Reload(load(config))
    with caplog.at_level("INFO"):
        write(config, "profile: later.yaml\n")
        assert [watching.look(), watching.look()] == [None, None]
        assert trouble(watching)
        write(config.with_name("later.yaml"), "model: herbarium-sheet\nchecks: {file: {}}\n")
        found = watching.look()
    assert found is not None
    assert [name for name, _ in found.checks] == ["file"]
    assert not trouble(watching)
    said = [record.getMessage()[:23] for record in caplog.records]
    assert said == ["The settings are wrong;", "The settings can be use", "The settings were read "]


def test_settings_that_cannot_be_used_stay_refused_until_a_file_changes(config: Path) -> None:
    """Saving the same again tries them again; what judged before is what judges on."""
    before = load(config)
    watching = Reload(before)
    write(config, "profile: mine.yaml\nstation: other\n")
    assert watching.look() is not None
    watching.refuse(before, StationError("The broker refuses.", "Look at its password."))
    assert trouble(watching).endswith("The broker refuses. Look at its password.")
    assert watching.look() is None
    assert trouble(watching)
    write(config, "profile: mine.yaml\nstation: other\n# again\n")
    found = watching.look()
    assert found is not None
    assert found.station == "other"
    assert not trouble(watching)
