"""One process writes verdicts: the lock beside a records file that says which."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from station.errors import StoreError


def take(path: Path) -> int:
    """Take the writer's lock; the descriptor to close in the end. Raises StoreError when another process holds it. The
    kernel gives it back when this process ends, however it ends."""
    lock = os.open(path.with_name(path.name + ".writer"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise StoreError(
            f"Another daemon (process {holder}) already writes the records {path}.",
            "Stop it first (`systemctl stop capture-station`), or give this station a records file of its own.",
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock
