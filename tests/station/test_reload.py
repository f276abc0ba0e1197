"""The configuration is read again while the daemon runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import reload
from station.config import load
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
