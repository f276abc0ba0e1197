"""`station engine build` as a process of its own, while this one judges on."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from station.errors import EngineError

SLICE_SECONDS = 0.5
"""So soon `stop` is noticed."""
NICENESS = 10
"""The photographs go first."""


def build_plan(config: Path | None, tell: Callable[[str], None], stop: threading.Event) -> None:
    """Build what the configuration asks for; its progress is told line by line. Raises EngineError with its words."""
    words = [sys.executable, "-P", "-m", "station.cli", "engine", "build"]
    words += ["--config", str(config)] if config is not None else []
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True
        )
        with process:
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
            _follow(process, tell, stop)
        if process.returncode:
            said.seek(0)
            raise _refusal(said.read().decode(errors="replace").strip().splitlines())


def _follow(process: subprocess.Popen[bytes], tell: Callable[[str], None], stop: threading.Event) -> None:
    """Tell every line until it ends; end it when `stop` is set."""
    assert process.stdout is not None
    pending = b""
    while True:
        ready, _, _ = select.select([process.stdout], [], [], SLICE_SECONDS)
        if stop.is_set():
            os.killpg(process.pid, signal.SIGKILL)
        if not ready:
            continue
        heard = os.read(process.stdout.fileno(), 65536)
        if not heard:
            return
        *lines, pending = (pending + heard).split(b"\n")
        for line in filter(None, lines):
            tell(line.decode(errors="replace").strip())


def _refusal(said: list[str]) -> EngineError:
    """The command's last words: what happened, then what to do behind an arrow."""
    remedies = [line.removeprefix("-> ") for line in said if line.startswith("-> ")]
    message = next((line for line in reversed(said) if not line.startswith("-> ")), "it was ended")
    remedy = remedies[-1] if remedies else "Run `station engine build` by hand and look at what it says."
    return EngineError(f"The plan could not be built: {message}", remedy)
