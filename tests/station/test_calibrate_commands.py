"""`station calibrate ...` at the command line: exit statuses and words."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from engines.synthesise import draw_sheet
from station import conformance
from station.cli import app
from station.config import load


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small drawn sheet: its barcode is too small to be read."""
    path = tmp_path / "sheet.jpg"
    cv2.imwrite(str(path), cv2.cvtColor(draw_sheet(5, long_side_px=700, plain=True).image, cv2.COLOR_RGB2BGR))
    return path


def test_a_stand_is_not_learned_from_one_photograph(photo: Path, tmp_path: Path) -> None:
    """Exit status 1, no file, and how many are needed."""
    target = tmp_path / "stand.yaml"
    done = CliRunner().invoke(app, ["calibrate", "rig", str(photo), "--name", "stand", "--out", str(target)])
    assert done.exit_code == 1
    assert "too few" in done.stderr
    assert not target.exists()


def test_a_start_of_day_run_that_fails_says_so_and_is_remembered(photo: Path, tmp_path: Path) -> None:
    """Exit status 1, the fault in words, a line in the state folder."""
    config = tmp_path / "station.yaml"
    config.write_text("station: test\n")
    done = CliRunner().invoke(app, ["calibrate", "check", str(photo), "--config", str(config)])
    assert done.exit_code == 1
    assert "NOT passed" in done.stdout
    run = conformance.last(load(config).state)
    assert run is not None
    assert not run.passed


def test_every_command_explains_itself() -> None:
    """`--help` of the group and of its commands."""
    for words in (["calibrate", "--help"], ["calibrate", "rig", "--help"], ["calibrate", "check", "--help"]):
        assert CliRunner().invoke(app, words).exit_code == 0


def test_chart_records_measured_values(tmp_path: Path) -> None:
    """Its file is written, and the line for the rig is said; an unknown kind is refused with all that there are."""
    (tmp_path / "values.csv").write_text("".join(f"{90 - 4 * n},0,0\n" for n in range(20)))
    asked = ["calibrate", "chart", "--serial", "K7", "--values", str(tmp_path / "values.csv"), "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*asked, "--kind", "kodak-gray-scale-q13"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "kodak-gray-scale-q13-k7.yaml").is_file()
    assert "charts: [" in done.output
    refused = CliRunner().invoke(app, [*asked, "--kind", "kodak"])
    assert refused.exit_code == 78
