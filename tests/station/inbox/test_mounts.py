"""The mount table: kinds of file systems, names with spaces, mounts on top of mounts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from station.inbox.mounts import Mount, find, mount_of, mounts

TABLE = rb"""22 28 0:21 / /proc rw,relatime - proc proc rw
28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 28 0:50 / /mnt/rig\0401 rw,relatime - cifs //nas/rig\0401 rw,vers=3.1.1
41 28 0:51 / /mnt/herbarium rw shared:5 master:2 - nfs4 nas:/herbarium rw
42 41 0:52 / /mnt/herbarium/today rw - fuse.sshfs op@capture:/today rw
43 28 0:53 / /srv rw - autofs systemd-1 rw
44 43 8:17 / /srv rw - ext4 /dev/sdb1 rw
45 28 0:54 / /mnt/line\012break\134 rw - vboxsf share rw
a line that is no mount
"""


@pytest.mark.parametrize(
    ("path", "kind", "source", "local"),
    [
        ("/opt/op/inbox", "ext4", "/dev/vda1", True),
        ("/mnt/rig 1/today", "cifs", "//nas/rig 1", False),
        ("/mnt/rig 10", "ext4", "/dev/vda1", True),
        ("/mnt/herbarium", "nfs4", "nas:/herbarium", False),
        ("/mnt/herbarium/today/x", "fuse.sshfs", "op@capture:/today", False),
        ("/srv/inbox", "ext4", "/dev/sdb1", True),
        ("/mnt/line\nbreak\\/x", "vboxsf", "share", False),
    ],
)
def test_the_innermost_and_uppermost_mount_holds_a_path(path: str, kind: str, source: str, local: bool) -> None:
    """The mount table of proc_pid_mountinfo(5) is read with its escapes, and only whole path components match."""
    mount = find(mounts(TABLE), Path(path))
    assert (mount.kind, mount.source, mount.local) == (kind, source, local)


def test_what_is_not_known_is_not_trusted() -> None:
    """Without a mount table, or on a kind of file system never heard of, the folder has to be polled."""
    assert not find([], Path("/inbox")).local
    assert not Mount(Path("/"), "newfs", "x").local


def test_this_computers_own_table(tmp_path: Path) -> None:
    """mount_of agrees with the device numbers, also for a path that does not exist yet."""
    mount = mount_of(tmp_path / "not yet")
    assert mount.point.stat().st_dev == tmp_path.stat().st_dev
    assert mount.kind != "unknown"


def test_a_real_mount_is_found(tmp_path: Path, own_mounts: list[str]) -> None:
    """A tmpfs mounted at a name with a space is told by its point and kind."""
    script = """if True:
        import subprocess, sys
        from pathlib import Path
        from station.inbox.mounts import mount_of
        point = Path(sys.argv[1]) / "rig 1"
        point.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "none", str(point)], check=True)
        mount = mount_of(point / "inbox")
        assert (mount.point, mount.kind, mount.local) == (point, "tmpfs", True), mount
    """
    subprocess.run([*own_mounts, sys.executable, "-c", script, str(tmp_path.resolve())], check=True)
