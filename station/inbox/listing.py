"""Which files lie in the inbox now, without opening any of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from station.types import Stamp

_HIDDEN = (".", "~")
_NOT_SESSIONS = frozenset({
    "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "$RECYCLE.BIN", "System Volume Information",
    "lost+found", "__MACOSX",
})  # fmt: skip  # waste bins, snapshots and thumbnails of NAS boxes and computers


@dataclass(frozen=True, slots=True)
class Listing:
    """Path -> stamp of every file that matters; `refused` are the folders that could not be read."""

    files: dict[str, Stamp]
    refused: tuple[str, ...] = ()


def list_inbox(
    inbox: Path,
    extensions: frozenset[str],
    *,
    numbered: bool = True,
    trusted: Mapping[str, Stamp] | None = None,
    touched: frozenset[str] = frozenset(),
) -> Listing:
    """List the regular files of `inbox` and its folders whose extension (lower case, no dot) is one of `extensions`.

    Hidden names, names beginning with ~, links to folders and whatever is no regular file are left out; unfinished
    downloads (.tmp, .part, .crdownload ...) are, because their extension is not asked for. `numbered` False leaves
    device and inode numbers out of the stamps, as network and FUSE file systems need. A path in `trusted` keeps the
    stamp it has there, unless it is in `touched`: the file system is not asked, which saves most of the time.
    Raises OSError when the inbox itself cannot be listed.
    """
    listing = _Listing(extensions, numbered, trusted or {}, touched, [os.fspath(inbox)])
    refused: list[str] = []
    while listing.folders:
        folder = listing.folders.pop()
        try:
            listing.add(folder)
        except OSError as error:
            if folder == os.fspath(inbox):
                raise
            if not isinstance(error, FileNotFoundError):
                refused.append(folder)
    return Listing(listing.files, tuple(refused))


@dataclass(slots=True)
class _Listing:
    """A listing on its way: `folders` are still to be read."""

    extensions: frozenset[str]
    numbered: bool
    trusted: Mapping[str, Stamp]
    touched: frozenset[str]
    folders: list[str]
    files: dict[str, Stamp] = field(default_factory=dict)

    def add(self, folder: str) -> None:
        with os.scandir(folder) as entries:
            for entry in entries:
                name, path = entry.name, entry.path
                if name.startswith(_HIDDEN):
                    continue
                stem, _, extension = name.rpartition(".")
                wanted = stem and extension.lower() in self.extensions
                known = self.trusted.get(path) if wanted and path not in self.touched else None
                if known is not None:
                    self.files[path] = known
                elif entry.is_dir(follow_symlinks=False):
                    if name not in _NOT_SESSIONS:
                        self.folders.append(path)
                elif wanted:
                    self._add_file(entry)

    def _add_file(self, entry: os.DirEntry[str]) -> None:
        try:
            if entry.is_file():
                self.files[entry.path] = Stamp.of(entry.stat(), numbered=self.numbered)
        except FileNotFoundError:
            return  # gone since the folder was read
        except OSError:
            if not entry.is_symlink():  # a link that leads nowhere is no file; a file without an answer is a fault
                raise
