"""Other users and other mounts, without disturbing this computer's."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest


@pytest.fixture(scope="session")
def own_mounts() -> list[str]:
    """The beginning of a command line that runs with mounts of its own."""
    command = ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        pytest.skip("this computer does not let a test make mounts of its own (unshare)")
    return command


@pytest.fixture(scope="session")
def as_nobody() -> list[str]:
    """The beginning of a command line that runs as a user who may not read everything; empty when we are one."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("running as root without setpriv, so that nothing is unreadable")
    return ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
