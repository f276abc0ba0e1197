"""Which file system a path lies on, read from the kernel's mount table."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

_LOCAL = frozenset({
    "apfs", "bcachefs", "btrfs", "ecryptfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfs",
    "hfsplus", "iso9660", "jfs", "msdos", "nilfs2", "ntfs", "ntfs3", "overlay", "ramfs", "reiserfs", "squashfs",
    "tmpfs", "udf", "ufs", "vfat", "xfs", "zfs",
})  # fmt: skip
_TABLE = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the mount table: where it is mounted, the kind of file system and what is mounted there."""

    point: Path
    kind: str
    source: str

    @property
    def local(self) -> bool:
        """Every change goes through this computer's kernel, so its change notices (inotify) are complete,
        and a file keeps its device and inode number.

        False for NFS, SMB/CIFS, FUSE (sshfs, rclone ...), 9p, virtiofs, shared disks and any kind not known here:
        such a folder has to be listed again and again, and a database on it can be damaged.
        """
        return self.kind in _LOCAL


def mount_of(path: Path) -> Mount:
    """The mount that holds `path`, which need not exist. Kind "unknown" where there is no mount table."""
    try:
        table = _TABLE.read_bytes()
    except OSError:
        table = b""
    return find(mounts(table), Path(os.path.realpath(path)))


def find(table: list[Mount], path: Path) -> Mount:
    """The innermost mount above the absolute `path`; of several on one point the last covers the others."""
    best = Mount(Path("/"), "unknown", "")
    for mount in table:
        if path.is_relative_to(mount.point) and len(mount.point.parts) >= len(best.point.parts):
            best = mount
    return best


def mounts(table: bytes) -> list[Mount]:
    """Read the text of /proc/self/mountinfo; its format is described in proc_pid_mountinfo(5)."""
    found = []
    for line in table.splitlines():
        left, separator, right = line.partition(b" - ")
        places, kinds = left.split(b" "), right.split(b" ")
        if separator and len(places) > 4 and len(kinds) > 1:
            found.append(Mount(Path(_plain(places[4])), _plain(kinds[0]), _plain(kinds[1])))
    return found


def _plain(field: bytes) -> str:
    r"""Undo the table's octal escapes of space, tab, newline and backslash, such as \040."""
    return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field))
