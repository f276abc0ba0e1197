"""The inbox as a place: gone, wrong, unmounted, replaced, and back again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.inbox.folder import Folder

KINDS = frozenset({"jpg"})


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.jpg").write_bytes(b"x")
    return tmp_path / "inbox"


@pytest.fixture
def folder(inbox: Path) -> Iterator[Folder]:
    folder = Folder(inbox, KINDS, poll=None, sentinel=None)
    yield folder
    folder.leave()


def test_a_local_folder_is_listed_and_armed(folder: Folder, inbox: Path) -> None:
    """The first look lists it, asks the kernel for notices and wants a second look at once."""
    look = folder.look({})
    assert look.files is not None
    assert set(look.files) == {str(inbox / "a.jpg")}
    assert (look.problem, look.notice, folder.polled, folder.wake.is_set()) == (None, None, False, True)


def test_polling_on_demand(inbox: Path) -> None:
    """A folder that is to be polled asks the kernel for nothing."""
    folder = Folder(inbox, KINDS, poll=True, sentinel=None)
    assert folder.look({}).problem is None
    assert folder.polled


def test_a_folder_that_is_gone_is_a_problem_until_it_is_back(folder: Folder, inbox: Path) -> None:
    """No files are shown as deleted, and the notices work again in the new folder of that name."""
    folder.look({})
    inbox.rename(inbox.with_name("aside"))
    look = folder.look({})
    assert look.files is None
    assert look.problem is not None
    assert "is not there" in look.problem
    assert folder.polled
    inbox.mkdir()
    assert folder.look({}).files == {}
    folder.wake.clear()
    (inbox / "b.jpg").write_bytes(b"x")
    assert folder.wake.wait(10)


def test_a_folder_replaced_between_two_looks_is_armed_anew(folder: Folder, inbox: Path) -> None:
    """The kernel's notices follow the old folder, so the new one under the name needs its own."""
    folder.look({})
    inbox.rename(inbox.with_name("aside"))
    inbox.mkdir()
    assert folder.look({}).files == {}
    folder.wake.clear()
    (inbox / "b.jpg").write_bytes(b"x")
    assert folder.wake.wait(10)


def test_a_file_in_place_of_the_inbox(tmp_path: Path) -> None:
    """The message says what the setting should name."""
    (tmp_path / "inbox").write_bytes(b"")
    problem = Folder(tmp_path / "inbox", KINDS, poll=None, sentinel=None).look({}).problem
    assert problem is not None
    assert "is not a folder" in problem


def test_without_its_sentinel_an_inbox_is_not_believed(inbox: Path) -> None:
    """An empty mount point looks like a clean inbox; the missing sentinel tells them apart."""
    folder = Folder(inbox, KINDS, poll=True, sentinel=".station-inbox")
    look = folder.look({})
    assert look.files is None
    assert look.problem is not None
    assert ".station-inbox" in look.problem
    (inbox / ".station-inbox").touch()
    assert folder.look({}).files is not None


def test_trusted_files_are_checked_now_and_then(folder: Folder, inbox: Path) -> None:
    """A trusted file changed behind the kernel's back is found by the next whole listing."""
    first = folder.look({}).files
    assert first is not None
    folder.leave()
    (inbox / "a.jpg").write_bytes(b"longer")
    again = folder.look(first).files
    assert again is not None
    assert again[str(inbox / "a.jpg")].bytes == 6


def test_names_are_fit_for_a_screen(folder: Folder, inbox: Path) -> None:
    """A newline or a byte that is no UTF-8 is shown, and breaks nothing."""
    assert folder.name(str(inbox / "tray 7" / "é\n\udcff.jpg")) == "tray 7/é\\x0a\\xff.jpg"


def test_an_unmounted_share_is_a_problem(tmp_path: Path, own_mounts: list[str]) -> None:
    """The empty folder below an unmounted share is not taken for the inbox; the share mounted again is."""
    script = """if True:
        import subprocess, sys
        from pathlib import Path
        from station.inbox.folder import Folder
        inbox = Path(sys.argv[1])
        mount = ["mount", "-t", "tmpfs", "none", str(inbox)]
        folder = Folder(inbox, frozenset({"jpg"}), poll=None, sentinel=None)
        assert folder.look({}).files == {}
        subprocess.run(mount, check=True)
        (inbox / "a.jpg").write_bytes(b"x")
        assert len(folder.look({}).files) == 1
        subprocess.run(["umount", "--lazy", str(inbox)], check=True)
        look = folder.look({})
        assert look.files is None and "no longer mounted" in look.problem, look
        subprocess.run(mount, check=True)
        assert folder.look({}).files == {}
        folder.leave()
    """
    subprocess.run([*own_mounts, sys.executable, "-c", script, str(tmp_path.resolve())], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="would take all inotify instances from the user who runs the tests")
def test_no_more_notices_from_the_kernel(public: Path, nobody: str) -> None:
    """When the inotify limit is reached the folder is polled, and a notice says which limit to raise."""
    script = """
        while ctypes.CDLL(None).inotify_init() >= 0:
            pass
        folder = Folder(Path(sys.argv[1]), frozenset({"jpg"}), poll=None, sentinel=None)
        look = folder.look({})
        assert look.files == {} and look.problem is None and folder.polled, look
        assert "max_user_instances" in look.notice, look
    """
    subprocess.run([sys.executable, "-c", nobody + script, str(public)], check=True)
