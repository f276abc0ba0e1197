"""The doctor looks at everything and always says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station import conformance, doctor
from station.config import load
from station.doctor import examine
from station.types import Outcome
from tests.station.gpu.driver import FakeGpu

NAMES = {"computer", "engine", "inbox", "inbox mount", "inotify", "records", "disk", "page", "camera", "clock",
         "CPU engine", "start of day"}  # fmt: skip


def answers(folder: Path, text: str = "inbox: in\n") -> dict[str, tuple[Outcome, str]]:
    (folder / "station.yaml").write_text(text)
    return {a.name: (a.outcome, a.remedy) for a in examine(load(folder / "station.yaml"))}


def test_everything_is_looked_at(tmp_path: Path) -> None:
    """One answer for each; whatever is not PASS has a remedy."""
    found = answers(tmp_path)
    assert set(found) == NAMES
    assert all(remedy for outcome, remedy in found.values() if outcome is not Outcome.PASS)


@pytest.mark.parametrize(
    ("days", "faults", "outcome"),
    [(0, (), Outcome.PASS), (0, ("file: too small",), Outcome.FAIL), (1, (), Outcome.WARN)],
)
def test_the_start_of_day_run_must_be_of_today(
    tmp_path: Path, days: int, faults: tuple[str, ...], outcome: Outcome
) -> None:
    """Passed today is well, failed today is not, yesterday's is a reminder."""
    (tmp_path / "station.yaml").write_text("inbox: in\n")
    config = load(tmp_path / "station.yaml")
    run = conformance.Run(datetime.now(UTC) - timedelta(days=days), "stand", 1, faults, "d", "test")
    conformance.record(config.state, run)
    assert doctor.start_of_day(config).outcome is outcome


def test_a_missing_inbox_fails_and_a_present_one_passes(tmp_path: Path) -> None:
    """The remedy names the folder or its share."""
    assert answers(tmp_path)["inbox"][0] is Outcome.FAIL
    (tmp_path / "in").mkdir()
    assert answers(tmp_path)["inbox"][0] is Outcome.PASS


def test_an_engine_that_cannot_be_opened_fails(tmp_path: Path) -> None:
    """A model that is not there: FAIL, because nothing would be judged."""
    (tmp_path / "odd.yaml").write_text("model: ./nowhere\n")
    assert answers(tmp_path, "profile: odd.yaml\n")["engine"][0] is Outcome.FAIL
    assert answers(tmp_path, "inbox: in\n")["engine"][0] is Outcome.PASS


def test_records_that_cannot_be_made_fail(tmp_path: Path) -> None:
    """A file where the state folder should be."""
    (tmp_path / "state").write_text("in the way")
    assert answers(tmp_path)["records"][0] is Outcome.FAIL


def test_a_camera_that_is_not_there_is_not_a_failure(tmp_path: Path) -> None:
    """Files may arrive otherwise: UNKNOWN with a hint, or PASS where a camera is connected."""
    assert answers(tmp_path)["camera"][0] in (Outcome.UNKNOWN, Outcome.PASS)


def test_a_gpu_that_is_asked_for_and_not_there_is_a_warning_with_the_reason(tmp_path: Path) -> None:
    """The station works on the CPU; the default, which asks for no GPU, says nothing of one."""
    asked = "segment: {backends: [tensorrt, onnxruntime], tensorrt: {device: 99}}\n"
    found = answers(tmp_path, asked)
    assert found["GPU"][0] is found["engine"][0] is Outcome.WARN
    assert found["GPU"][1]
    assert "GPU" not in answers(tmp_path)


def test_a_gpu_without_a_plan_is_described_by_what_is_missing(tmp_path: Path, fake_gpu: FakeGpu) -> None:
    """There is a GPU and a library, but nothing was built: the command that builds it."""
    found = answers(tmp_path, "segment: {backends: [tensorrt, onnxruntime]}\n")
    assert found["GPU"][0] is Outcome.WARN
    assert "station engine build" in found["GPU"][1]


def test_charts_are_due_and_want_values_of_their_own(tmp_path: Path) -> None:
    """Those that the rig names: one recorded long ago, one just now, one never."""
    rows = "like: colorchecker-mini\nvalues: nominal\nserial: M\n"
    (tmp_path / "old.yaml").write_text(f"{rows}recorded: 2020-01-01\ndue: 2021-01-01\n")
    (tmp_path / "new.yaml").write_text(f"{rows}recorded: 2026-01-01\ndue: 2996-01-01\n")
    rig = tmp_path / "stand.yaml"
    rig.write_text("charts: [old.yaml, new.yaml, kodak-gray-scale-q13]\n")
    (tmp_path / "station.yaml").write_text("rig: stand.yaml\n")
    answers = [a for a in doctor.examine(load(tmp_path / "station.yaml")) if a.name == "colour chart"]
    assert [a.outcome for a in answers] == [Outcome.WARN, Outcome.PASS, Outcome.UNKNOWN]
    assert "due again on 2021-01-01" in answers[0].said
    assert all("station calibrate chart" in a.remedy for a in answers)
