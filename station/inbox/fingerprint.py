"""A file's content -> the Capture that names it. Reads once, in order, and never writes."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import datetime
from pathlib import Path

from station.types import Capture, Stamp

_CHUNK_BYTES = 1 << 18  # as hashlib.file_digest reads


def read_capture(
    path: Path,
    seen_at: datetime,
    companions: tuple[Path, ...] = (),
    *,
    expected: Stamp | None = None,
    numbered: bool = True,
    stop: threading.Event | None = None,
) -> Capture | None:
    """Hash the file. None when it is not the `expected` one, changed while it was read, or `stop` was set.

    `numbered` as in list_inbox. Raises OSError when the file cannot be opened or read.
    """
    digest = hashlib.sha256()
    # O_NONBLOCK: should the name have become a FIFO since it was listed, opening it must not hang.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb", buffering=0) as file:
        stamp = Stamp.of(os.fstat(file.fileno()), numbered=numbered)
        if expected not in (None, stamp):
            return None
        buffer = memoryview(bytearray(_CHUNK_BYTES))
        while length := file.readinto(buffer):
            if stop is not None and stop.is_set():
                return None
            digest.update(buffer[:length])
    if Stamp.of(path.stat(), numbered=numbered) != stamp:
        return None
    name = digest.hexdigest()
    return Capture(name[:16], path, name, seen_at, stamp.bytes, stamp, companions)


def unread_capture(path: Path, seen_at: datetime, companions: tuple[Path, ...], stamp: Stamp) -> Capture:
    """The Capture of a file whose content nobody can read: no sha256, and an id from its path and stamp."""
    told = b"%d %d %d %d " % (stamp.device, stamp.inode, stamp.bytes, stamp.mtime_ns) + os.fsencode(path)
    return Capture(hashlib.sha256(told).hexdigest()[:16], path, "", seen_at, stamp.bytes, stamp, companions)
