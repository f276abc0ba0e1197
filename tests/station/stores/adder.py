"""The process that test_kill.py kills: adds every event of a list to the records, as the daemon would.

    python adder.py STATE EVENTS ACKNOWLEDGED KILLS SEED

STATE is the records' folder, EVENTS a file with one JSON judge object a line, ACKNOWLEDGED the file that gets one
capture id a line after each that `add` has recorded. It forks, once the imports are paid for, a child that adds; the
first KILLS children get SIGKILL at random moments, the one after them may finish.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from station.records import verdict_from_event
from station.stores import sqlite


def add_all(state: Path, events: Path, acknowledged: int) -> None:
    """Start anew, pass over what is known, add the rest."""
    store = sqlite.build(sqlite.Settings(), state, writer="stand-1")
    for line in events.read_text(encoding="utf-8").splitlines():
        verdict = verdict_from_event(json.loads(line))
        if store.knows(os.fsencode(verdict.capture.path), verdict.capture.stamp, "stand-1"):
            continue
        if store.add(verdict, "stand-1") is not None:
            os.write(acknowledged, f"{verdict.capture.id}\n".encode())
    store.close()


def start(state: Path, events: Path, acknowledged: int) -> int:
    """Fork a child that adds; its process id."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            add_all(state, events, acknowledged)
            status = 0
        finally:
            os._exit(status)
    return child


def main(state: Path, events: Path, acknowledged: Path, kills: int, seed: int) -> int:
    """Kill, restart, until done; 0 when the last child ended well. Writes how many kills caught a child at work."""
    chance = random.Random(seed)
    log = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    caught = 0
    for _ in range(kills):
        child = start(state, events, log)
        time.sleep(chance.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
        caught += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    sys.stdout.write(f"{caught}\n")
    sys.stdout.flush()
    return os.waitstatus_to_exitcode(os.waitpid(start(state, events, log), 0)[1])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
