"""Real inotify notices: what counts as closed, and what merely wakes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.inbox.wakes import Wakes
from station.types import Stamp


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "session").mkdir(parents=True)
    return tmp_path / "inbox"


@pytest.fixture
def wake() -> threading.Event:
    return threading.Event()


@pytest.fixture
def wakes(inbox: Path, wake: threading.Event) -> Iterator[Wakes]:
    wakes = Wakes(inbox, wake)
    yield wakes
    wakes.stop()


def came(wakes: Wakes, wake: threading.Event, file: Path) -> None:
    """Wait until a notice about `file` has come."""
    seen: set[str] = set()
    while str(file) not in seen:
        assert wake.wait(10), f"no notice of {file}, only of {seen}"
        wake.clear()
        seen |= wakes.touched()


def becomes_closed(wakes: Wakes, wake: threading.Event, file: Path) -> None:
    """Wait until the file as it is now is known to be closed."""
    while not wakes.closed(str(file), Stamp.of(file.stat())):
        assert wake.wait(10), f"{file} was never told to be closed"
        wake.clear()


def test_a_file_is_closed_when_its_writer_closes_it(inbox: Path, wakes: Wakes, wake: threading.Event) -> None:
    """While it is open it only wakes; after the close its very stamp is known to be closed; a change ends that."""
    file = inbox / "session" / "a.jpg"
    with file.open("wb") as writer:
        writer.write(b"first half")
        writer.flush()
        came(wakes, wake, file)
        assert not wakes.closed(str(file), Stamp.of(file.stat()))
    becomes_closed(wakes, wake, file)
    os.utime(file, ns=(1, 1))
    assert not wakes.closed(str(file), Stamp.of(file.stat()))


def test_what_is_moved_in_from_elsewhere_is_closed(
    tmp_path: Path, inbox: Path, wakes: Wakes, wake: threading.Event
) -> None:
    """A file renamed into the inbox from another folder of the disk arrives complete."""
    (tmp_path / "outside.jpg").write_bytes(b"whole")
    (tmp_path / "outside.jpg").rename(inbox / "inside.jpg")
    becomes_closed(wakes, wake, inbox / "inside.jpg")


def test_a_file_closed_under_a_hidden_name_stays_closed(inbox: Path, wakes: Wakes, wake: threading.Event) -> None:
    """The stamp is remembered, so that the renaming into place need not be told at all."""
    (inbox / ".a.tmp").write_bytes(b"whole")
    becomes_closed(wakes, wake, inbox / ".a.tmp")
    (inbox / ".a.tmp").rename(inbox / "a.jpg")
    assert wakes.closed(str(inbox / "a.jpg"), Stamp.of((inbox / "a.jpg").stat()))


def test_a_file_made_under_another_name_was_moved_here(inbox: Path, wakes: Wakes, wake: threading.Event) -> None:
    """The tether's way: written under a hidden name and renamed at once, before the notice of its close came."""
    with (inbox / ".a.tmp").open("wb") as writer:
        came(wakes, wake, inbox / ".a.tmp")
        writer.write(b"whole")
        writer.flush()
        (inbox / ".a.tmp").rename(inbox / "a.jpg")
        assert wakes.closed(str(inbox / "a.jpg"), Stamp.of((inbox / "a.jpg").stat()))


def test_folders_made_or_renamed_later_are_watched_too(inbox: Path, wakes: Wakes, wake: threading.Event) -> None:
    """A session folder may be made or renamed while the station runs."""
    (inbox / "new").mkdir()
    came(wakes, wake, inbox / "new")
    (inbox / "new").rename(inbox / "tray 7")
    came(wakes, wake, inbox / "tray 7")
    (inbox / "tray 7" / "a.jpg").write_bytes(b"whole")
    becomes_closed(wakes, wake, inbox / "tray 7" / "a.jpg")


def test_an_inbox_behind_a_link_is_watched(tmp_path: Path, inbox: Path, wake: threading.Event) -> None:
    """The link itself never changes; the folder behind it is meant, and paths keep the name they were given."""
    (tmp_path / "link").symlink_to(inbox)
    wakes = Wakes(tmp_path / "link", wake)
    (inbox / "a.jpg").write_bytes(b"whole")
    came(wakes, wake, tmp_path / "link" / "a.jpg")
    wakes.stop()


def test_a_missing_inbox_cannot_be_watched(tmp_path: Path, wake: threading.Event) -> None:
    """The kernel's refusal reaches the caller and leaves no thread behind."""
    before = threading.active_count()
    with pytest.raises(OSError, match="No such file"):
        Wakes(tmp_path / "missing", wake)
    assert threading.active_count() == before
