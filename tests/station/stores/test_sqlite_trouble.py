"""The SQLite store in trouble: a full, locked, read-only, damaged or removed file."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.errors import StoreError
from station.records.log import Log
from station.types import Pulse, Verdict
from tests.station.stores.opening import inside, on_every_connection, open_store

VerdictOf = Callable[..., Verdict]
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Log]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def fill_up(store: Log, verdict_of: VerdictOf) -> tuple[int, StoreError]:
    """Add verdicts until one is refused: its number, and why."""
    for number in range(1, 1000):
        try:
            store.add(verdict_of(number), "stand-1")
        except StoreError as error:
            return number, error
    raise AssertionError("the disk did not fill up")


def test_a_full_disk_is_told_and_survived(store: Log, verdict_of: VerdictOf) -> None:
    """When the file cannot grow, the verdict is refused whole; with room again the same verdict is taken."""
    store.add(verdict_of(0), "stand-1")
    with inside(store)._shared.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    on_every_connection(store, f"PRAGMA max_page_count = {pages}")
    number, trouble = fill_up(store, verdict_of)
    assert "disk is full" in str(trouble)
    assert "space" in trouble.remedy
    assert store.count() == number
    assert not store.has(verdict_of(number).capture.id)
    on_every_connection(store, "PRAGMA max_page_count = 1000000")
    added = store.add(verdict_of(number), "stand-1")
    assert added is not None
    assert added.sequence == number + 1


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB of its own, where the tests may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a file system here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_really_full_disk_is_told_and_survived(tiny_disk: Path, verdict_of: VerdictOf) -> None:
    """The same on a disk that has no byte left, whatever else fills it."""
    store = open_store(tiny_disk)
    store.add(verdict_of(0), "stand-1")
    filler = tiny_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        assert file.write(bytes(2**20)) < 2**20
    number, trouble = fill_up(store, verdict_of)
    assert "disk is full" in str(trouble)
    assert store.count() == number
    filler.unlink()
    assert store.add(verdict_of(number), "stand-1") is not None
    store.pulse(Pulse(NOW, "stand-1"))
    store.close()


def test_a_read_only_file_is_told(store: Log, verdict_of: VerdictOf) -> None:
    """What may not be written is refused with the remedy; reading goes on."""
    on_every_connection(store, "PRAGMA query_only = 1")
    with pytest.raises(StoreError, match="read-only") as caught:
        store.add(verdict_of(1), "stand-1")
    assert "right to write" in caught.value.remedy
    assert store.count() == 0


def test_a_locked_file_is_told_after_the_waiting_time(store: Log, tmp_path: Path, verdict_of: VerdictOf) -> None:
    """A database browser that holds the file is named as the likely cause; reading goes on meanwhile."""
    with closing(sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as caught:
            store.add(verdict_of(1), "stand-1")
        assert "browser" in caught.value.remedy
        with pytest.raises(StoreError, match="locked"):
            store.pulse(Pulse(NOW, "stand-1"))
        with pytest.raises(StoreError, match="locked"):
            store.ping()
        assert store.count() == 0
    assert store.add(verdict_of(1), "stand-1") is not None


def test_a_damaged_file_is_told(tmp_path: Path, verdict_of: VerdictOf) -> None:
    """Overwritten pages give a StoreError with a way out, on opening or on reading."""
    store = open_store(tmp_path)
    for number in range(40):
        store.add(verdict_of(number), "stand-1")
    store.close()
    path = tmp_path / "records.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes([0xA5]) * (len(whole) - 4096))
    with pytest.raises(StoreError, match="damaged") as caught:
        open_store(tmp_path).latest()
    assert "recover" in caught.value.remedy


@pytest.mark.parametrize("content", [b"not a database at all " * 100, b"\xff\xd8\xff\xe0" + bytes(5000)])
def test_a_file_of_another_kind_is_told(tmp_path: Path, content: bytes) -> None:
    """A text or a photograph under the records' name is refused and left as it is."""
    path = tmp_path / "records.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="not a records file"):
        open_store(tmp_path)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A folder under the records' name, or a file where the folder should be, is a StoreError."""
    (tmp_path / "records.sqlite").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path / "file")


@pytest.mark.parametrize("replace", [True, False])
def test_a_removed_file_is_noticed(store: Log, tmp_path: Path, verdict_of: VerdictOf, replace: bool) -> None:
    """Rows must not go on vanishing into a file that somebody has deleted or replaced."""
    path = tmp_path / "records.sqlite"
    path.rename(tmp_path / "moved.sqlite")
    if replace:
        path.write_bytes(b"")
    gone = r"records file .* (was replaced|cannot be used)"
    with pytest.raises(StoreError, match=gone):
        store.add(verdict_of(1), "stand-1")
    with pytest.raises(StoreError, match=gone):
        store.count()
    with pytest.raises(StoreError, match=gone):
        store.ping()
