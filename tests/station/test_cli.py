"""The command line as a user meets it: exit statuses, JSON, tables, and never a stack trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from engines.synthesise import Defect, draw_sheet
from station.cli import app

KEYS = {"path", "capture_id", "sha256", "size_px", "profile", "outcome", "specimen", "findings", "measures", "regions",
        "engine", "seconds"}  # fmt: skip


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(w) for w in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def drawn(folder: Path, name: str = "a.jpg", defect: Defect = Defect.NONE, px: int = 900) -> Path:
    target = folder / name
    sheet = draw_sheet(6, long_side_px=px, plain=True, defect=defect)
    cv2.imwrite(str(target), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))
    return target


def test_judge_answers_one_contract_object_a_line(tmp_path: Path) -> None:
    """All keys of the contract for a photograph and for a file that is none; the exit status is 1."""
    (tmp_path / "b.jpg").write_text("no photograph")
    drawn(tmp_path)
    status, output = run("judge", "--json", tmp_path)
    rows = [json.loads(line) for line in output.splitlines()]
    assert [Path(r["path"]).name for r in rows] == ["a.jpg", "b.jpg"]
    assert all(set(row) >= KEYS for row in rows)
    assert {"skew_deg", "orientation_deg", "sheet_corners_px", "ppi", "labels", "charts"} <= set(rows[0]["measures"])
    assert rows[1]["outcome"] == "FAIL"
    assert rows[1]["findings"][0]["code"] == "unreadable"
    assert status == 1


def test_judge_tells_people_what_to_do_and_draws_it(tmp_path: Path) -> None:
    """The table names outcome and remedy; --overlay leaves a picture of the same name."""
    photo = drawn(tmp_path, defect=Defect.NO_CHART)
    status, output = run("judge", photo, "--overlay", tmp_path / "seen")
    assert status == 1
    assert "FAIL" in output
    assert "colour_chart" in output
    assert cv2.imread(str(tmp_path / "seen" / "a.jpg")) is not None


def test_segment_writes_class_ids(tmp_path: Path) -> None:
    """An 8-bit single-channel PNG a photograph and one JSON line with scale and seconds."""
    status, output = run("segment", drawn(tmp_path), "--out", tmp_path / "maps")
    (row,) = [json.loads(line) for line in output.splitlines()]
    class_map = np.asarray(cv2.imread(str(tmp_path / "maps" / "a.png"), cv2.IMREAD_UNCHANGED))
    assert status == 0
    assert class_map.ndim == 2
    assert class_map.max() < 10
    assert row["photo_px_per_map_px"][0] == pytest.approx(row["size_px"][0] / class_map.shape[1])
    assert row["seconds"] > 0


def test_a_wrong_config_ends_with_78_and_the_line(tmp_path: Path) -> None:
    """check-config and judge say file:line and the nearest right key."""
    config = tmp_path / "station.yaml"
    config.write_text("station: a\ninbx: b\n")
    for words in (["check-config", config], ["judge", "--config", config, tmp_path], ["run", "--config", config]):
        status, output = run(*words)
        assert status == 78
        assert f"{config}:2:" in output.replace("\n", "")
        assert "inbox" in output


def test_check_config_says_what_a_file_means(tmp_path: Path) -> None:
    """A good file: exit status 0 and where the inbox is."""
    config = tmp_path / "station.yaml"
    config.write_text("station: stand-1\ninbox: in\n")
    status, output = run("check-config", config)
    assert status == 0
    assert str(tmp_path / "in") in output.replace("\n", "")


def test_nothing_to_judge_is_a_usage_error(tmp_path: Path) -> None:
    """An empty folder, a name that is none: exit status 2, before anything is judged."""
    assert run("judge", tmp_path)[0] == 2
    assert run("judge", tmp_path / "gone.jpg")[0] == 2


def test_doctor_looks_at_everything(tmp_path: Path) -> None:
    """Each thing the issue names has a line; a missing inbox is a FAIL with a remedy."""
    config = tmp_path / "station.yaml"
    config.write_text("inbox: in\n")
    status, output = run("doctor", "--config", config)
    for name in ("engine", "inbox", "inotify", "records", "disk", "camera", "clock", "inbox mount", "page"):
        assert name in output
    assert status == 1
    assert "Make the folder" in output
    (tmp_path / "in").mkdir()
    assert run("doctor", "--config", config)[0] == 0


def test_starting_is_quick_because_nothing_heavy_is_imported() -> None:
    """`station --help` imports neither the page's framework nor the engine's runtime."""
    code = "import sys, station.cli; print([m for m in ('fastapi', 'onnxruntime', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "words", [("report", "a.html"), ("export", "a.zip"), ("what-if", "--check", "label_sharpness", "--limit", "4")]
)
def test_who_looks_back_makes_no_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str]) -> None:
    """Where nothing was ever recorded that is said, and nothing is written: an empty file would look like a history."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "station.yaml"
    config.write_text("station: stand-1\n")
    status, output = run(*words, "--config", config)
    assert status != 0
    assert "There are no records yet" in output.replace("\n", " ")
    assert [path.name for path in tmp_path.iterdir()] == ["station.yaml"]
