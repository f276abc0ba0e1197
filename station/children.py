"""The station's own commands as processes of their own: for the demo and the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

END_SECONDS = 1.5
"""A part that does not end by itself after SIGTERM within this time is killed; nothing is lost by that."""


def start(command: str, config: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """`station COMMAND --config CONFIG`; its words go to COMMAND.log beside the config.

    A session of its own: Ctrl-C in the terminal reaches the parent alone, which ends its children in order.
    """
    # -P: the installed station, not a folder of that name where the user happens to stand
    words = [sys.executable, "-P", "-m", "station.cli", command, "--config", str(config)]
    with (config.parent / f"{command}.log").open("ab") as log:
        return subprocess.Popen(
            words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip


@contextmanager
def running(
    command: str, config: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The same, ended at the end of the block."""
    child = start(command, config, environment)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
