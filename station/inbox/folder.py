"""The inbox as a place that can vanish and come back: is it there, is it the right one, what lies in it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from station.inbox.listing import Listing, list_inbox
from station.inbox.mounts import Mount, mount_of
from station.inbox.wakes import Wakes
from station.types import Stamp

_ARM_AGAIN_SECONDS = 30.0
_WHOLE_SECONDS = 2.0  # so often every file is asked for its stamp,
_WHOLE_SHARE = 20.0  # but never for more than a twentieth of the time: on a share each answer may be a round trip
_BACK = "What waits in it is judged as soon as it is back."


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed: path -> stamp, or None when the folder cannot be believed.

    `problem`: photographs are not judged; `notice`: they are, but late. Both say what to do.
    """

    files: dict[str, Stamp] | None
    problem: str | None
    notice: str | None = None


class Folder:
    """Looks into the inbox and, on local disks, lets the kernel set `wake` when something arrives there."""

    def __init__(self, path: Path, extensions: frozenset[str], *, poll: bool | None, sentinel: str | None) -> None:
        self.wake = threading.Event()
        self._path = path
        self._extensions = extensions
        self._poll = poll
        self._sentinel = sentinel
        self._mount: Mount | None = None
        self._identity: tuple[int, int] | None = None
        self._wakes: Wakes | None = None
        self._arm_at = 0.0
        self._list_whole_at = 0.0
        self._notice: str | None = None

    def __str__(self) -> str:
        return _printable(self._path)

    @property
    def local(self) -> bool:
        """See Mount.local: notices of change are complete, device and inode numbers mean something."""
        return self._mount is not None and self._mount.local

    @property
    def polled(self) -> bool:
        """Nothing wakes anybody here; look often."""
        return self._wakes is None

    def closed(self, path: str, stamp: Stamp) -> bool:
        """The file is known to have been closed after writing, or moved here."""
        return self._wakes is not None and self._wakes.closed(path, stamp)

    def name(self, path: str) -> str:
        """The path below the inbox, fit for a screen."""
        return _printable(os.path.relpath(path, self._path))

    def look(self, trusted: Mapping[str, Stamp]) -> Look:
        """List the folder. A folder that is missing, unmounted or unreadable is a problem and no empty listing.

        Files in `trusted` are asked for their stamp only where the kernel told of them, and now and then.
        """
        try:
            doubt = self._doubt()
            if doubt is None:
                listing = self._list(trusted)
                self._arm()
        except OSError as error:
            doubt = self._reason(error)
        if doubt is not None:
            self.leave()
            return Look(None, doubt)
        return Look(listing.files, self._refusal(listing.refused), self._notice)

    def _list(self, trusted: Mapping[str, Stamp]) -> Listing:
        began = time.monotonic()
        whole = began >= self._list_whole_at
        touched = frozenset[str]() if self._wakes is None else self._wakes.touched()
        listing = list_inbox(
            self._path,
            self._extensions,
            numbered=self.local,
            trusted=None if whole else trusted,
            touched=touched,
        )
        if whole:
            ended = time.monotonic()
            self._list_whole_at = ended + max(_WHOLE_SECONDS, _WHOLE_SHARE * (ended - began))
        return listing

    def leave(self) -> None:
        """Stop listening to the kernel."""
        if self._wakes is not None:
            self._wakes.stop()
        self._wakes, self._identity, self._arm_at, self._list_whole_at = None, None, 0.0, 0.0

    def _doubt(self) -> str | None:
        """Why this is not the folder that is meant, if it is not."""
        status = self._path.stat()
        if (status.st_dev, status.st_ino) != self._identity:
            mount = mount_of(self._path)
            if self._mount is not None and mount.point in self._mount.point.parents:
                return f"The inbox {self} is no longer mounted at {self._mount.point}. Mount it again. {_BACK}"
            self.leave()
            self._mount, self._identity = mount, (status.st_dev, status.st_ino)
        if self._sentinel is not None and not (self._path / self._sentinel).exists():
            return (
                f"The inbox {self} lacks the file {self._sentinel}, so its share is probably not mounted. "
                f"Mount it, or put that file back. {_BACK}"
            )
        return None

    def _arm(self) -> None:
        """Ask the kernel for notices of change where they can be trusted; without them the folder is polled."""
        poll = not self.local if self._poll is None else self._poll
        if poll or self._wakes is not None or time.monotonic() < self._arm_at:
            return
        try:
            self._wakes = Wakes(self._path, self.wake, numbered=self.local)
            self._notice = None
            self.wake.set()  # what came between the listing and this moment was not told
        except OSError as error:
            self._arm_at = time.monotonic() + _ARM_AGAIN_SECONDS
            self._notice = (
                f"New photographs are seen late, because the system gives no notice of changes in the inbox "
                f"({error.strerror}). Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches (sysctl)."
            )

    def _reason(self, error: OSError) -> str:
        match error:
            case FileNotFoundError():
                return f"The inbox {self} is not there. Mount its share or create the folder. {_BACK}"
            case NotADirectoryError():
                return f"The inbox {self} is not a folder. Set `inbox` to the folder the camera writes to."
            case PermissionError():
                return f"The inbox {self} may not be read. Give the station's user the right to read and enter it."
        return f"The inbox {self} cannot be read ({error.strerror}). Check the disk, the network and the file server."

    def _refusal(self, refused: tuple[str, ...]) -> str | None:
        if not refused:
            return None
        names = ", ".join(self.name(folder) for folder in refused[:3])
        return (
            f"Photographs in {len(refused)} folder(s) of the inbox are not judged, because they may not be read "
            f"({names}). Give the station's user the right to read and enter them."
        )


def _printable(path: str | Path) -> str:
    """Names need not be UTF-8, nor of one line."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
