"""The kernel's notices of change (inotify, through watchdog): hints that make the watcher look, never proof."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from pathlib import Path
from typing import TypeVar

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
K = TypeVar("K")
V = TypeVar("V")
_EVENTS: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirMovedEvent,
]


class Wakes(FileSystemEventHandler):
    """Sets `wake` when something arrives under `inbox`, and remembers what speaks for a file being finished.

    Raises OSError when the kernel grants no watch (fs.inotify.max_user_instances, max_user_watches).
    """

    def __init__(self, inbox: Path, wake: threading.Event, *, numbered: bool = True) -> None:
        from watchdog.observers.inotify import InotifyObserver  # Linux only

        self._inbox = os.fspath(inbox)
        self._real = os.path.realpath(inbox)
        self._wake = wake
        self._numbered = numbered
        self._closed: dict[Stamp, None] = {}
        self._born: dict[int, str] = {}
        self._touched: deque[str] = deque(maxlen=_REMEMBERED)
        # full events: a file moved in from elsewhere is told as moved and not as created, so it counts as closed
        self._observer = InotifyObserver(generate_full_events=True)
        try:
            self._observer.schedule(self, self._real, recursive=True, event_filter=_EVENTS)
            self._observer.start()
        except OSError:
            self._observer.stop()
            raise

    def closed(self, path: str, stamp: Stamp) -> bool:
        """Was a file with this very stamp closed after writing or moved here, or was it made under another name?

        The latter is a renaming whose notice may still be on its way: watchdog holds the first half of a renaming,
        and everything after it, back for up to 0.5 s.
        """
        return stamp in self._closed or self._born.get(stamp.inode, path) != path

    def touched(self) -> frozenset[str]:
        """The paths that were told since the last call."""
        return frozenset(self._touched.popleft() for _ in range(len(self._touched)))

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog on its own thread."""
        path = self._inbox + os.fsdecode(event.dest_path or event.src_path).removeprefix(self._real)
        with contextlib.suppress(OSError):  # gone already
            stamp = Stamp.of(os.stat(path), numbered=self._numbered)  # noqa: PTH116
            if isinstance(event, FileCreatedEvent):
                _remember(self._born, stamp.inode, path)
            elif isinstance(event, FileClosedEvent | FileMovedEvent):
                _remember(self._closed, stamp, None)
        self._touched.append(path)
        self._wake.set()

    def stop(self) -> None:
        """Give the kernel its watches back."""
        self._observer.stop()
        self._observer.join()


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    memory[key] = value
    if len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]
