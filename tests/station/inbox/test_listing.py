"""What counts as a photograph's file in the inbox and what does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from station.inbox.listing import list_inbox
from station.types import Stamp

KINDS = frozenset({"jpg", "nef", "xmp"})


def names(inbox: Path) -> set[str]:
    return {os.path.relpath(path, inbox) for path in list_inbox(inbox, KINDS).files}


def test_hidden_temporary_and_foreign_names_are_ignored(tmp_path: Path) -> None:
    """Only finished names with an extension asked for are listed, whatever their case."""
    for name in [
        ".a.jpg", "~a.jpg", "a.jpg~", "a.jpg.part", "a.tmp", "a.jpg.crdownload", ".nfs000123", "Thumbs.db", "notes.txt",
        "jpg",
    ]:  # fmt: skip
        (tmp_path / name).write_bytes(b"x")
    for name in ["a.jpg", "B.JPG", "c.d.Nef", "e.xmp"]:
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == {"a.jpg", "B.JPG", "c.d.Nef", "e.xmp"}


def test_session_folders_are_entered_and_waste_bins_are_not(tmp_path: Path) -> None:
    """Photographs lie in folders of any depth; the thumbnails and bins of a NAS box are none."""
    for folder in ["2026-11-24/tray 7", "plain.jpg", ".hidden", "@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found"]:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.jpg").write_bytes(b"x")
    assert names(tmp_path) == {"2026-11-24/tray 7/x.jpg", "plain.jpg/x.jpg"}


def test_only_regular_files_and_links_to_them(tmp_path: Path) -> None:
    """Folders, FIFOs, sockets and broken or circular links named like photographs are passed over, unopened."""
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "fifo.jpg")
    (tmp_path / "broken.jpg").symlink_to("nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "round.jpg").symlink_to("round.jpg")
    (tmp_path / "real.jpg").write_bytes(b"x")
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        folder = os.open(tmp_path, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{folder}/socket.jpg")
        os.close(folder)
        assert names(tmp_path) == {"real.jpg", "link.jpg"}


def test_strange_names(tmp_path: Path) -> None:
    """Spaces, newlines and bytes that are no UTF-8 survive the way there and back."""
    wanted = {b" a b.jpg", b"a\nb.jpg", b"\xff\xfe.jpg", "é.jpg".encode()}
    for name in wanted:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    assert {os.fsencode(Path(path).name) for path in list_inbox(tmp_path, KINDS).files} == wanted


def test_stamps(tmp_path: Path) -> None:
    """A stamp is what stat says; on a network file system without the numbers it makes up."""
    file = tmp_path / "a.jpg"
    file.write_bytes(b"abc")
    status = file.stat()
    full = Stamp(status.st_dev, status.st_ino, 3, status.st_mtime_ns)
    assert list_inbox(tmp_path, KINDS).files == {str(file): full}
    assert list_inbox(tmp_path, KINDS, numbered=False).files == {str(file): Stamp(0, 0, 3, status.st_mtime_ns)}


def test_trusted_files_are_not_asked_again_unless_touched(tmp_path: Path) -> None:
    """A trusted stamp is taken over while the file is there; a touched one is looked at; a gone file is gone."""
    for name in ["old.jpg", "touched.jpg", "gone.jpg"]:
        (tmp_path / name).write_bytes(b"x")
    trusted = {path: Stamp(1, 2, 3, 4) for path in list_inbox(tmp_path, KINDS).files}
    (tmp_path / "gone.jpg").unlink()
    found = list_inbox(tmp_path, KINDS, trusted=trusted, touched=frozenset({str(tmp_path / "touched.jpg")})).files
    assert found[str(tmp_path / "old.jpg")] == Stamp(1, 2, 3, 4)
    assert found[str(tmp_path / "touched.jpg")].bytes == 1
    assert len(found) == 2


def test_a_missing_inbox_is_an_error(tmp_path: Path) -> None:
    """Nothing there is not the same as nothing in it."""
    with pytest.raises(FileNotFoundError):
        list_inbox(tmp_path / "inbox", KINDS)


def test_a_folder_that_may_not_be_read_is_told(public: Path, nobody: str) -> None:
    """One locked session folder is reported and the others are listed."""
    (public / "locked").mkdir(mode=0o000)
    (public / "a.jpg").write_bytes(b"x")
    script = """
        inbox = Path(sys.argv[1])
        listing = list_inbox(inbox, frozenset({"jpg"}))
        assert set(listing.files) == {str(inbox / "a.jpg")} and listing.refused == (str(inbox / "locked"),), listing
    """
    subprocess.run([sys.executable, "-c", nobody + script, str(public)], check=True)
