"""Other users and other mounts, without disturbing this computer's."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def own_mounts() -> list[str]:
    """The beginning of a command line that runs with mounts of its own."""
    command = ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        pytest.skip("this computer does not let a test make mounts of its own (unshare)")
    return command


@pytest.fixture
def nobody() -> str:
    """The beginning of a Python script that goes on as a user without rights (having imported all it needs)."""
    return """if True:
        import ctypes, os, sys
        from pathlib import Path
        import watchdog.observers.inotify
        from station.inbox.folder import Folder
        from station.inbox.listing import list_inbox
        if os.geteuid() == 0:
            os.setgroups([]); os.setgid(54321); os.setuid(54321)
    """


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that such a user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
