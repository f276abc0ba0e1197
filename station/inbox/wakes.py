"""The kernel's notices of change (inotify, through watchdog): hints that make the watcher look, never proof."""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

from station.types import Stamp

_REMEMBERED = 4096
_EVENTS: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirMovedEvent,
]


class Wakes(FileSystemEventHandler):
    """Sets `wake` when something arrives under `inbox`; remembers names touched and stamps closed after writing.

    Remembering the stamp rather than the name lets a file that was closed under a hidden name be trusted after it
    was renamed. Raises OSError when the kernel grants no watch (fs.inotify.max_user_instances, max_user_watches).
    """

    def __init__(self, inbox: Path, wake: threading.Event, *, numbered: bool) -> None:
        from watchdog.observers.inotify import InotifyObserver  # Linux only

        self._wake = wake
        self._numbered = numbered
        self._closed: dict[Stamp, None] = {}
        self._touched: deque[str] = deque(maxlen=_REMEMBERED)
        # full events: a file moved in from elsewhere is told as moved and not as created, so it counts as whole
        self._observer = InotifyObserver(generate_full_events=True)
        try:
            self._observer.schedule(self, os.path.realpath(inbox), recursive=True, event_filter=_EVENTS)
            self._observer.start()
        except OSError:
            self._observer.stop()
            raise

    def closed(self, stamp: Stamp) -> bool:
        """Was a file with this very stamp closed after writing, or moved here?"""
        return stamp in self._closed

    def touched(self) -> frozenset[str]:
        """Names of files (without folder) that were told since the last call."""
        return frozenset(self._touched.popleft() for _ in range(len(self._touched)))

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog on its own thread."""
        path = os.fsdecode(event.dest_path or event.src_path)
        if isinstance(event, FileClosedEvent | FileMovedEvent):
            self._remember(path)
        self._touched.append(os.path.basename(path))  # noqa: PTH119
        self._wake.set()

    def _remember(self, path: str) -> None:
        try:
            stamp = Stamp.of(os.stat(path), numbered=self._numbered)  # noqa: PTH116
        except OSError:
            return  # gone already
        self._closed[stamp] = None
        if len(self._closed) > _REMEMBERED:
            del self._closed[next(iter(self._closed))]

    def stop(self) -> None:
        """Give the kernel its watches back."""
        self._observer.stop()
        self._observer.join()
