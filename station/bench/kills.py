"""`station bench kills`: kill -9 at random moments while photographs arrive; nothing lost, nothing recorded twice."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from station import config as configuration
from station import kit
from station.bench.delivery import copies, deliver, until, write_config
from station.children import start


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of it. `lost` and `twice` must be empty."""

    photographs: int
    kills: int
    lost: tuple[str, ...]
    twice: tuple[str, ...]


def bench(photos: list[Path], count: int, kills: int, folder: Path, seed: int, console: Console | None) -> Tally:
    """Deliver `count` photographs spread over `kills` lives of the daemon, then let it finish. Raises StationError."""
    rng = random.Random(seed)
    config = write_config(folder, {"watch": {"settle_seconds": 0.2}})
    files = copies(photos, count, folder / "photos")
    delivering = threading.Thread(target=_deliver, args=(files, folder / "inbox", kills, rng.random()), daemon=True)
    delivering.start()
    for number in range(kills):
        begun = datetime.now(UTC)
        daemon = start("run", config)
        until("the daemon's first sign of life", partial(_beats_since, config, begun), 60)
        time.sleep(rng.uniform(0, 1.5))
        daemon.kill()
        daemon.wait()
        if console is not None:
            console.print(f"killed {number + 1} of {kills}, {_recorded(config)} recorded", end="\r")
    delivering.join()
    daemon = start("run", config)
    try:
        until("the last photograph", lambda: _recorded(config) >= count, 60 + 2 * count)
        time.sleep(1)
    finally:
        daemon.terminate()
        daemon.wait(timeout=20)
    return _tally(files, config, kills)


def _deliver(files: list[Path], inbox: Path, kills: int, jitter: float) -> None:
    pause = max(0.05, kills * 1.8 / max(len(files), 1)) * (0.5 + jitter)
    for file in files:
        deliver(file, inbox, file.name)
        time.sleep(pause)


def _recorded(config: Path) -> int:
    store = kit.open_store(configuration.load(config), writer=False)
    try:
        return store.count()
    finally:
        store.close()


def _beats_since(config: Path, moment: datetime) -> bool:
    store = kit.open_store(configuration.load(config), writer=False)
    try:
        pulse = store.last_pulse()
    finally:
        store.close()
    return pulse is not None and pulse.at > moment


def _tally(files: list[Path], config: Path, kills: int) -> Tally:
    store = kit.open_store(configuration.load(config), writer=False)
    try:
        seen = Counter(r.verdict.capture.sha256 for r in store.since(0, limit=10 * len(files)))
    finally:
        store.close()
    hashes = {hashlib.sha256(f.read_bytes()).hexdigest(): f.name for f in files}
    lost = tuple(name for digest, name in hashes.items() if digest not in seen)
    twice = tuple(hashes.get(digest, digest) for digest, times in seen.items() if times > 1)
    return Tally(len(files), kills, lost, twice)
