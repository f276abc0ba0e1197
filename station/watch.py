"""inbox -> Captures: whole files only, each once. Notices of change wake it, the listing decides.

The inbox is the queue and belongs to others: files in it are opened read-only, never moved, renamed, locked or
deleted. Nothing is kept beyond what the last listing shows, so a watcher that dies loses nothing.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from station import settings as base
from station.inbox.fingerprint import read_capture, unread_capture
from station.inbox.folder import Folder
from station.inbox.groups import PICTURES, RAW, SIDECARS, group, is_raw, near
from station.inbox.mounts import Mount, mount_of
from station.types import Capture, Sighting, Stamp

__all__ = ["Mount", "Settings", "mount_of", "watch"]

_BEAT_SECONDS = 1.0  # at least one Sighting in this time
_SOON_SECONDS = 0.005  # from a wake to a second look
_SLICE_SECONDS = 0.2  # so soon `stop` is noticed
_LOOK_SECONDS = 2.0  # pause between two looks at a local inbox, in case a notice of change was lost
_SLOW_SECONDS = 3.0  # a disk that has not answered for so long is a problem
_NAMES_TOLD = 20  # names in Sighting.arriving

T = TypeVar("T")


class Settings(base.Settings):
    """How the inbox is watched."""

    extensions: tuple[str, ...] = Field(
        default=(*PICTURES, *RAW), min_length=1, description="file name extensions of photographs, without the dot"
    )
    settle_seconds: float = Field(
        default=1.0,
        ge=0,
        description="without a notice that it was closed, a file is whole after this time without change",
    )
    patience_seconds: float = Field(
        default=10.0,
        ge=0,
        description="a file that never becomes whole is judged as it is after this time without change",
    )
    pair_seconds: float = Field(default=2.0, ge=0, description="so long a RAW file waits for the JPEG of the same name")
    poll_seconds: float = Field(default=1.0, gt=0, description="pause between two listings of a folder on the network")
    poll: bool | None = Field(
        default=None,
        description="list again and again instead of trusting notices of change; empty = as the file system needs",
    )
    sentinel: str | None = Field(
        default=None, min_length=1, description="a file that lies in the inbox whenever its share is mounted"
    )


def watch(
    inbox: Path,
    settings: Settings,
    *,
    knows: Callable[[bytes, Stamp], bool],
    is_whole: Callable[[Path], bool],
    stop: threading.Event,
) -> Iterator[Sighting]:
    """Yield what is seen in `inbox` until `stop` is set: at once when something happened, else about once a second.

    A Sighting carries at most one Capture, the oldest first (by modification time, then name); asking for the next
    one says that it was dealt with. A (path, stamp) is handed over once a process, and never when
    `knows(os.fsencode(path), stamp)`. The same content under a second name comes again with the same id.
    `is_whole` opens a file and looks for its end; like everything that may hang on a dead share it runs on another
    thread, while `knows` runs on the caller's. Their exceptions, save an OSError of `is_whole`, pass through.
    """
    watcher = _Watcher(inbox, settings, knows, is_whole, stop)
    try:
        yield from watcher.sightings()
    finally:
        watcher.close()


@dataclass(slots=True)
class _Pending:
    """A file not yet handed over. `since` and `try_at` are monotonic seconds: stamp first seen, next attempt."""

    stamp: Stamp
    seen_at: datetime
    since: float
    try_at: float = 0.0


class _Watcher:
    """The state of one watch(): what the last listing showed and how far each file in it is."""

    def __init__(
        self,
        inbox: Path,
        settings: Settings,
        knows: Callable[[bytes, Stamp], bool],
        is_whole: Callable[[Path], bool],
        stop: threading.Event,
    ) -> None:
        extensions = frozenset(name.lower().lstrip(".") for name in (*settings.extensions, *SIDECARS))
        self._folder = Folder(inbox, extensions, poll=settings.poll, sentinel=settings.sentinel)
        self._settings = settings
        self._knows = knows
        self._is_whole = is_whole
        self._stop = stop
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        self._files: dict[str, Stamp] = {}
        self._companions: dict[str, tuple[str, ...]] = {}
        self._settled: dict[str, Stamp] = {}  # known to the store, handed over, or companion of such a file
        self._pending: dict[str, _Pending] = {}
        self._problem: str | None = None
        self._notice: str | None = None
        self._looked_at = 0.0
        self._woken_at = 0.0
        self._told: Sighting | None = None
        self._told_at = 0.0

    def sightings(self) -> Iterator[Sighting]:
        """Look, hand over what is whole, rest; again."""
        while not self._stop.is_set():
            began = time.monotonic()
            if self._folder.wake.is_set():
                self._folder.wake.clear()
                self._woken_at = began
            look = yield from self._ask(partial(self._folder.look, self._settled))
            if look is None:
                return
            self._looked_at, self._problem, self._notice = began, look.problem, look.notice
            if look.files is not None:
                yield from self._note(look.files)
                yield from self._hand_over()
            if self._sighting() != self._told:
                yield self._say()
            yield from self._rest()

    def close(self) -> None:
        """Leave the inbox; a disk that hangs is not waited for."""
        left = self._disk.submit(self._folder.leave)
        self._disk.shutdown(wait=False)
        wait((left,), timeout=_BEAT_SECONDS)

    def _ask(self, work: Callable[[], T]) -> Generator[Sighting, None, T | None]:
        """Let the disk thread work while Sightings go on. None when `stop` was set before it answered."""
        job = self._disk.submit(work)
        began, problem = time.monotonic(), self._problem
        while not wait((job,), timeout=_SLICE_SECONDS).done:
            if self._stop.is_set():
                return None
            silent = time.monotonic() - began
            if silent > _SLOW_SECONDS:
                self._problem = (
                    f"The inbox {self._folder} has not answered for {silent:.0f} s. "
                    "Check the disk, the network and the file server."
                )
            if self._beat_is_due():
                yield self._say()
        self._problem = problem
        return job.result()

    def _note(self, files: dict[str, Stamp]) -> Iterator[Sighting]:
        """Take over a listing: forget what is gone, find what is new or changed."""
        if files == self._files:
            return
        self._files = files
        self._settled = {path: stamp for path, stamp in self._settled.items() if files.get(path) == stamp}
        self._companions = group(near(files, [path for path in files if path not in self._settled]))
        pending: dict[str, _Pending] = {}
        for path in self._companions:
            stamp, old = files[path], self._pending.get(path)
            if path in self._settled:
                self._settle(path)
            elif old is not None and old.stamp == stamp:
                pending[path] = old
            elif self._knows(os.fsencode(path), stamp):
                self._settle(path)
            else:
                seen_at = datetime.now(UTC) if old is None else old.seen_at
                pending[path] = _Pending(stamp, seen_at, since=self._looked_at)
            if self._beat_is_due():
                yield self._say()
        self._pending = pending

    def _settle(self, path: str) -> None:
        """This photograph and what accompanies it need not be looked at again."""
        for name in (path, *self._companions[path]):
            self._settled[name] = self._files[name]

    def _hand_over(self) -> Iterator[Sighting]:
        """Yield what is whole, oldest first, until it is time to look again."""
        for path in sorted(self._pending, key=self._age):
            pending = self._pending[path]
            if self._due(path) > self._looked_at:
                continue
            capture = yield from self._ask(partial(self._take, path, pending))
            if self._stop.is_set():
                return
            if capture is None:
                pending.try_at = time.monotonic() + max(self._settings.settle_seconds, _SLICE_SECONDS)
                continue
            del self._pending[path]
            self._settle(path)
            yield self._say(capture)
            if self._folder.wake.is_set() or time.monotonic() > self._looked_at + self._pause():
                return

    def _take(self, path: str, pending: _Pending) -> Capture | None:
        """On the disk thread: the Capture, or None when the file is not whole, changed or gone."""
        file, companions = Path(path), tuple(map(Path, self._companions[path]))
        patience_is_over = self._looked_at >= pending.since + self._settings.patience_seconds
        try:
            if not patience_is_over and not self._is_whole(file):
                return None
            return read_capture(
                file,
                pending.seen_at,
                companions,
                expected=pending.stamp,
                numbered=self._folder.local,
                stop=self._stop,
            )
        except FileNotFoundError:
            return None
        except OSError:
            return unread_capture(file, pending.seen_at, companions, pending.stamp) if patience_is_over else None

    def _due(self, path: str) -> float:
        """Monotonic seconds at which this pending file may be tried."""
        pending, settings = self._pending[path], self._settings
        if pending.stamp.bytes == 0:
            ready = pending.since + settings.patience_seconds
        elif self._folder.closed(path, pending.stamp):
            ready = pending.since
        else:
            ready = pending.since + settings.settle_seconds
        if is_raw(path):  # no picture of this stem is in the listing, or the RAW file would be its companion
            ready = max(ready, pending.since + settings.pair_seconds)
        return max(ready, pending.try_at)

    def _age(self, path: str) -> tuple[int, str]:
        return self._pending[path].stamp.mtime_ns, path

    def _pause(self) -> float:
        return self._settings.poll_seconds if self._folder.polled or self._problem else _LOOK_SECONDS

    def _rest(self) -> Iterator[Sighting]:
        """Sleep until something may have changed: a wake, a file that falls due, the next regular look.

        Notices can be late (watchdog holds a renaming back for up to 0.5 s to find its other half), so after a wake
        the next look is soon, and ever later: as long after the last as that was after the wake.
        """
        soon = max(_SOON_SECONDS, self._looked_at - self._woken_at)
        until = min((self._due(path) for path in self._pending), default=math.inf)
        until = min(until, self._looked_at + min(soon, self._pause()))
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            if self._folder.wake.wait(min(left, _SLICE_SECONDS)):
                return
            if self._beat_is_due():
                yield self._say()

    def _beat_is_due(self) -> bool:
        return time.monotonic() >= self._told_at + _BEAT_SECONDS

    def _say(self, capture: Capture | None = None) -> Sighting:
        told = self._told = self._sighting(capture)
        self._told_at = time.monotonic()
        return told

    def _sighting(self, capture: Capture | None = None) -> Sighting:
        arriving = [path for path in self._pending if self._due(path) > self._looked_at]
        names = tuple(self._folder.name(path) for path in sorted(arriving, key=self._age)[:_NAMES_TOLD])
        return Sighting(capture, names, len(self._pending) - len(arriving), self._problem, self._notice)
