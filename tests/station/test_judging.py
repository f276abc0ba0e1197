"""Files at hand as captures, and the exit statuses of `station judge`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from station.judging import capture_of, exit_status, photographs, target
from station.types import Outcome


def test_a_folder_is_its_photographs_in_order(tmp_path: Path) -> None:
    """Sub-folders too; texts and hidden companions are left out; a file named is taken whatever its name."""
    for name in ("b.JPG", "a.tif", "notes.txt", "session/c.nef"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in photographs([tmp_path])] == ["a.tif", "b.JPG", "c.nef"]
    assert list(photographs([tmp_path / "notes.txt"])) == [tmp_path / "notes.txt"]


def test_a_raw_file_beside_its_jpeg_is_not_judged_again(tmp_path: Path) -> None:
    """One press of the shutter is one photograph, as in the inbox; a RAW file alone is judged."""
    for name in ("a.jpg", "a.nef", "b.nef"):
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in photographs([tmp_path])] == ["a.jpg", "b.nef"]


def test_photographs_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """The first is named by its stem, the next by its stem and its capture id."""
    taken: set[Path] = set()
    captures = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(folder.encode())
        captures.append(capture_of(tmp_path / folder / "a.jpg"))
    names = [target(tmp_path, c, ".png", taken).name for c in captures]
    assert names == ["a.png", f"a-{captures[1].id}.png"]


def test_a_capture_is_named_by_its_content(tmp_path: Path) -> None:
    """The id is the first 16 digits of the SHA-256."""
    (tmp_path / "a.jpg").write_bytes(b"content")
    capture = capture_of(tmp_path / "a.jpg")
    assert capture.sha256 == hashlib.sha256(b"content").hexdigest()
    assert capture.id == capture.sha256[:16]
    assert capture.bytes == 7


def test_a_file_that_is_not_there_still_is_a_capture(tmp_path: Path) -> None:
    """It has no SHA-256 but an id, so that it can have a verdict."""
    capture = capture_of(tmp_path / "gone.jpg")
    assert capture.sha256 == ""
    assert len(capture.id) == 16


@pytest.mark.parametrize(
    ("worst", "status"),
    [(None, 2), (Outcome.PASS, 0), (Outcome.WARN, 0), (Outcome.UNKNOWN, 3), (Outcome.FAIL, 1)],
)
def test_the_exit_status_tells_the_worst_outcome(worst: Outcome | None, status: int) -> None:
    """As contract: 0 fine, 1 FAIL, 3 not judged, 2 nothing there."""
    assert exit_status(worst) == status
