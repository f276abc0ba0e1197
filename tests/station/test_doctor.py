"""The doctor looks at everything and always says what to do."""

from __future__ import annotations

from pathlib import Path

from station.config import load
from station.doctor import examine
from station.types import Outcome

NAMES = {"computer", "engine", "inbox", "inbox mount", "inotify", "records", "disk", "page", "camera", "clock"}


def answers(folder: Path, text: str = "inbox: in\n") -> dict[str, tuple[Outcome, str]]:
    (folder / "station.yaml").write_text(text)
    return {a.name: (a.outcome, a.remedy) for a in examine(load(folder / "station.yaml"))}


def test_everything_is_looked_at(tmp_path: Path) -> None:
    """One answer for each; whatever is not PASS has a remedy."""
    found = answers(tmp_path)
    assert set(found) == NAMES
    assert all(remedy for outcome, remedy in found.values() if outcome is not Outcome.PASS)


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
