"""kill -9 at random moments: no capture lost, none recorded twice."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from station.records import event
from station.stores import sqlite
from station.types import Verdict


def kill_and_restart(folder: Path, verdicts: Sequence[Verdict], kills: int) -> int:
    """Add the verdicts to the records in `folder` by a process that is killed `kills` times and then left alone.

    Afterwards each is recorded exactly once, nothing that was acknowledged is missing and the file is sound.
    Returns how many of the kills came while it was at work.
    """
    events, acknowledged, seed = folder / "events.jsonl", folder / "acknowledged", random.randrange(2**32)
    events.write_text("".join(json.dumps(event(verdict)) + "\n" for verdict in verdicts), encoding="utf-8")
    command = [sys.executable, Path(__file__).with_name("adder.py"), folder, events, acknowledged, kills, seed]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"

    store = sqlite.build(sqlite.Settings(), folder)
    records = store.since(0, limit=len(verdicts) + 1)
    assert [record.sequence for record in records] == list(range(1, len(verdicts) + 1))
    assert Counter(r.verdict.capture.id for r in records) == Counter(v.capture.id for v in verdicts)
    assert store.count() == len(verdicts)
    store.close()
    told = acknowledged.read_text().split()
    assert len(told) == len(set(told))
    with closing(sqlite3.connect(folder / "records.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return int(done.stdout)


def test_every_capture_is_recorded_exactly_once(tmp_path: Path, verdict_of: Callable[..., Verdict]) -> None:
    """Ten kills while 250 verdicts are added, then the last process finishes the list."""
    caught = kill_and_restart(tmp_path, [verdict_of(number) for number in range(250)], kills=10)
    assert caught >= 1
