"""The content names the capture, and a moving file has no name."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.inbox.fingerprint import read_capture, unread_capture
from station.types import Stamp

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Meddler(threading.Event):
    """Does something to a file while it is being read: asked after every chunk whether to stop."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        super().__init__()
        self.meddle = meddle

    def is_set(self) -> bool:
        self.meddle()
        return False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.jpg").write_bytes(bytes(1000))
    return tmp_path / "a.jpg"


@pytest.mark.parametrize("size", [0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1_000_003])
def test_the_hash_is_sha256_of_all_bytes(file: Path, size: int) -> None:
    """Also at the edges of the reading buffer."""
    content = os.urandom(size)
    file.write_bytes(content)
    capture = read_capture(file, NOW, (Path("a.nef"),))
    assert capture is not None
    assert capture.sha256 == hashlib.sha256(content).hexdigest()
    assert (capture.id, capture.bytes) == (capture.sha256[:16], size)
    assert (capture.stamp, capture.companions) == (Stamp.of(file.stat()), (Path("a.nef"),))


def test_a_file_that_changes_while_it_is_read_is_not_named(file: Path) -> None:
    """Growing, being replaced by another file or being touched: the reader has to start over."""

    def replace() -> None:
        (file.parent / "new").write_bytes(bytes(1000))
        (file.parent / "new").rename(file)

    for meddle in (lambda: file.write_bytes(b"short"), replace, lambda: os.utime(file, ns=(1, 1))):
        file.write_bytes(bytes(1000))
        assert read_capture(file, NOW, stop=Meddler(meddle)) is None


def test_only_the_expected_file_is_read(file: Path) -> None:
    """A file that is no longer the listed one is left for the next listing, and a FIFO in its place hangs nobody."""
    stamp = Stamp.of(file.stat())
    assert read_capture(file, NOW, expected=stamp) is not None
    assert read_capture(file, NOW, expected=replace(stamp, mtime_ns=1)) is None
    file.unlink()
    os.mkfifo(file)
    assert read_capture(file, NOW, expected=stamp) is None


def test_stop_ends_a_long_reading(file: Path) -> None:
    """A set stop event is obeyed between two chunks."""
    stop = threading.Event()
    stop.set()
    assert read_capture(file, NOW, stop=stop) is None


def test_a_file_nobody_can_read_still_has_an_id() -> None:
    """Its id depends on path and stamp alone, and there is no sha256 to mistake for a content's."""
    stamp = Stamp(1, 2, 3, 4)
    capture = unread_capture(Path("a.jpg"), NOW, (), stamp)
    assert (capture.sha256, len(capture.id), capture.bytes) == ("", 16, 3)
    assert capture.id == unread_capture(Path("a.jpg"), NOW, (), stamp).id
    assert capture.id != unread_capture(Path("b.jpg"), NOW, (), stamp).id
    assert capture.id != unread_capture(Path("a.jpg"), NOW, (), replace(stamp, mtime_ns=5)).id
