"""Bad input costs one finding or is an ignored name; the next photograph is judged."""

from __future__ import annotations

import os
import struct
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engines.synthesise import draw_sheet
from station import daemon, kit
from station.config import load
from station.types import Finding, Outcome, Verdict


@pytest.fixture(scope="module")
def good() -> bytes:
    sheet = draw_sheet(5, long_side_px=700, plain=True)
    return cv2.imencode(".jpg", cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))[1].tobytes()


def judged(folder: Path, put: Callable[[Path], None], good: bytes, expected: int) -> dict[bytes, Verdict]:
    """Run the real daemon on an inbox with what `put` lays there and a good photograph after it."""
    inbox = folder / "inbox"
    inbox.mkdir()
    put(inbox)
    (inbox / "zz-good.jpg").write_bytes(good)
    (folder / "station.yaml").write_text("watch: {settle_seconds: 0.1, patience_seconds: 0.4}\n")
    stop = threading.Event()
    with kit.opened(load(folder / "station.yaml")) as made:
        loop = threading.Thread(target=daemon.run, args=(made, stop, lambda _: None))
        loop.start()
        try:
            end = time.monotonic() + 60
            while made.store.count() < expected and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(0.3)
        finally:
            stop.set()
            loop.join(timeout=20)
        return {os.fsencode(r.verdict.capture.path.name): r.verdict for r in made.store.latest(100)}


def failed_file(verdict: Verdict) -> Finding:
    """The one finding of a photograph that could not be read; it says what to do."""
    (finding,) = verdict.findings
    assert (finding.check, finding.outcome) == ("file", Outcome.FAIL)
    assert finding.remedy
    return finding


def was_judged(verdict: Verdict) -> bool:
    return verdict.engine is not None and len(verdict.findings) > 1


def test_a_file_truncated_anywhere_is_named_truncated_or_unreadable(tmp_path: Path, good: bytes) -> None:
    """Cut at every tenth of its length: nine FAIL verdicts of `file`, and the whole one is judged."""

    def put(inbox: Path) -> None:
        for tenth in range(1, 10):
            (inbox / f"cut-{tenth}.jpg").write_bytes(good[: len(good) * tenth // 10])

    verdicts = judged(tmp_path, put, good, 10)
    assert len(verdicts) == 10
    codes = {failed_file(v).code for name, v in verdicts.items() if name.startswith(b"cut")}
    assert codes <= {"truncated", "unreadable"}
    assert was_judged(verdicts[b"zz-good.jpg"])


def test_files_that_are_no_photographs(tmp_path: Path, good: bytes) -> None:
    """Zero bytes, text, a 1x1 pixel image and a 900 megapixel bomb each cost a finding."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def put(inbox: Path) -> None:
        (inbox / "zero.jpg").write_bytes(b"")
        (inbox / "text.jpg").write_text("This is a text.\n" * 50)
        cv2.imwrite(str(inbox / "one.png"), np.zeros((1, 1, 3), np.uint8))
        header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
        row = zlib.compress(b"\0" * 90_001)
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")
        (inbox / "bomb.png").write_bytes(bomb)

    verdicts = judged(tmp_path, put, good, 5)
    assert len(verdicts) == 5
    for name in (b"zero.jpg", b"text.jpg", b"bomb.png"):
        failed_file(verdicts[name])
    assert verdicts[b"one.png"].outcome is Outcome.FAIL
    assert was_judged(verdicts[b"zz-good.jpg"])


def test_names_that_are_not_files_are_ignored(tmp_path: Path, good: bytes) -> None:
    """A directory and a broken symbolic link called .jpg are passed over."""

    def put(inbox: Path) -> None:
        (inbox / "folder.jpg").mkdir()
        (inbox / "broken.jpg").symlink_to(inbox / "nowhere.jpg")

    assert set(judged(tmp_path, put, good, 1)) == {b"zz-good.jpg"}


def test_strange_names_are_photographs_like_others(tmp_path: Path, good: bytes) -> None:
    """Spaces, a newline and bytes that are no UTF-8 are judged, recorded and read back under the same name."""
    names = [b"with space.jpg", b"new\nline.jpg", b"\xff\xfe latin \xe4.jpg"]

    def put(inbox: Path) -> None:
        for i, name in enumerate(names):
            (inbox / os.fsdecode(name)).write_bytes(good + bytes([i]))

    verdicts = judged(tmp_path, put, good, 4)
    assert set(verdicts) == {*names, b"zz-good.jpg"}
    assert all(was_judged(v) for v in verdicts.values())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; tested as root in test_watch.py by a child")
def test_a_file_nobody_may_read_is_a_finding(tmp_path: Path, good: bytes) -> None:
    """No permission: one FAIL finding that says so."""

    def put(inbox: Path) -> None:
        (inbox / "secret.jpg").write_bytes(good)
        (inbox / "secret.jpg").chmod(0)

    verdicts = judged(tmp_path, put, good, 2)
    assert "permission" in failed_file(verdicts[b"secret.jpg"]).message.lower()
