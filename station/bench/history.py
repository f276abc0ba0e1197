"""Records of a year that nobody has photographed: to measure what pages cost when there are very many.

Four stands on working days from 8 to 16 o'clock, one in six captures with a finding, the third stand's lens slowly
creeping out of focus in the last weeks. Everything is drawn from a seed.
"""

from __future__ import annotations

import functools
import hashlib
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from station.records.backfill import add_hours, add_tallies
from station.records.migrations import show_stands
from station.records.rows import verdict_row
from station.records.tables import HOURS, QUARTERS, stands
from station.stores import sqlite
from station.types import Capture, Engine, Finding, Outcome, Stamp, Verdict

STANDS = ("stand-1", "stand-2", "stand-3", "stand-4")
TROUBLES = (
    ("label_sharpness", "blurred", Outcome.FAIL, 4),
    ("colour_chart", "missing", Outcome.FAIL, 3),
    ("sheet_alignment", "skewed", Outcome.FAIL, 6),
    ("sheet_alignment", "margin", Outcome.WARN, 5),
    ("barcode", "unreadable", Outcome.WARN, 4),
    ("label_sharpness", "not_judged", Outcome.UNKNOWN, 3),
    ("required_objects", "missing", Outcome.FAIL, 1),
)
"""Check, code, outcome, how often beside the others."""
ENGINE = Engine("herbarium-sheet", "ab" * 32, "onnxruntime", "fp32", "1.23")
BATCH = 5000
PATTERN_SHA = "5ha256" * 10 + "5ha2"
PATTERN_SPECIMEN = "SPECIMEN"


def fill(state: Path, verdicts: int, *, seed: int, until: datetime | None = None) -> None:
    """Make records of so many verdicts in a state folder that has none yet, the last one a moment before `until`."""
    sqlite.build(sqlite.Settings(), state, writer=STANDS[0]).close()
    path = state / "records.sqlite"
    rows = history(verdicts, seed, until or datetime.now(UTC))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = OFF")  # nobody loses anything: it is made anew
        while batch := list(islice(rows, BATCH)):
            names = ", ".join(batch[0])
            values = ", ".join(f":{name}" for name in batch[0])
            with file:
                file.executemany(f"INSERT INTO verdicts ({names}) VALUES ({values})", batch)  # noqa: S608
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for table in (*QUARTERS, *HOURS, stands):
            table.drop(connection)
        add_tallies(connection)
        add_hours(connection)
        show_stands(connection)
    engine.dispose()


def history(verdicts: int, seed: int, until: datetime) -> Iterator[dict[str, object]]:
    """Rows of `verdicts`, oldest first."""
    chance = random.Random(seed)
    weights = [often for *_, often in TROUBLES]
    moments = sorted(islice(_moments(chance, until), verdicts))
    for number, at in enumerate(moments):
        stand = chance.choices(STANDS, (5, 4, 4, 3))[0]
        creep = 1.2 * max(0.0, 1 - (until - at) / timedelta(days=12)) if stand == "stand-3" else 0.0
        trouble = chance.choices(TROUBLES, weights)[0] if chance.random() < 0.16 + creep / 12 else None
        yield _row(number, at, stand, trouble, chance.gauss(2.4 + creep, 0.25), chance.gauss(0.05, 0.25))


def _moments(chance: random.Random, until: datetime) -> Iterator[datetime]:
    """Backwards from `until`: about 480 an hour, the first eight hours of work right before `until`."""
    at, worked = until, timedelta(0)
    while True:
        step = timedelta(seconds=chance.expovariate(1 / 7.5) if chance.random() > 0.002 else chance.uniform(200, 1500))
        at, worked = at - step, worked + step
        if worked > timedelta(hours=8):
            at, worked = at - timedelta(hours=16 + (48 if at.weekday() == 0 else 0)), timedelta(0)
        yield at


def _row(
    number: int, at: datetime, stand: str, trouble: tuple[str, str, Outcome, int] | None, edge_px: float, skew: float
) -> dict[str, object]:
    """Like a pattern of its kind in all but what tells one capture from the next."""
    sha256 = hashlib.sha256(f"{stand} {number}".encode()).hexdigest()
    own = {
        PATTERN_SHA: sha256,
        PATTERN_SHA[:16]: sha256[:16],
        PATTERN_SPECIMEN: f"E{number:08}",
        "77.25": f"{edge_px:.2f}",
        "33.25": f"{skew:.3f}",
        "55.25": f"{1.4 + abs(skew):.2f}",
    }
    row = _pattern(trouble)
    document = str(row["document"])
    for old, new in own.items():
        document = document.replace(old, new)
    return row | {
        "capture_id": sha256[:16],
        "sha256": sha256,
        "specimen": own[PATTERN_SPECIMEN],
        "station": stand,
        "recorded_at": at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "document": document,
    }


def drawn(number: int) -> Verdict:
    """One verdict like those of the history, for adding to it."""
    sha256 = hashlib.sha256(f"drawn {number}".encode()).hexdigest()
    return replace(_like(None), capture=_capture(sha256, f"E{number:08}"), specimen=(f"E{number:08}",))


@functools.cache
def _pattern(trouble: tuple[str, str, Outcome, int] | None) -> dict[str, object]:
    verdict = _like(trouble)
    return verdict_row(verdict, "", verdict.capture.seen_at)


def _capture(sha256: str, name: str) -> Capture:
    return Capture(sha256[:16], Path(f"/inbox/{name}.jpg"), sha256, datetime.now(UTC), 1, Stamp(1, 1, 1, 1))


def _like(trouble: tuple[str, str, Outcome, int] | None) -> Verdict:
    found = [Finding(name, "fine", Outcome.PASS, "In order.") for name in ("barcode", "sheet_alignment")]
    if trouble is not None:
        found.append(Finding(trouble[0], trouble[1], trouble[2], "Something is wrong.", "Mend it.", 4.2, 2.5, "px"))
    measures = {
        "skew_deg": 33.25,
        "labels": [{"bbox": [10, 20, 300, 200], "legible": True, "edge_width_px": 77.25}],
        "charts": [{"bbox": [10, 20, 300, 90], "kind": "card", "mean_de2000": 55.25}],
    }
    seconds = {"decode": 0.1, "segment": 0.2, "checks": 0.05, "total": 0.41}
    capture = _capture(PATTERN_SHA, PATTERN_SPECIMEN)
    return Verdict(
        capture, "herbarium-sheet", "default", (5000, 7500), (PATTERN_SPECIMEN,), tuple(found), measures, (), ENGINE,
        "cd" * 32, "bench", seconds,
    )  # fmt: skip
