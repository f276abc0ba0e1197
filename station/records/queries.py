"""What is asked of the tables and written into them, on a connection that a store has opened; the same for every store.

The words are those of `Store` in contracts.py. Who calls a function that writes holds a transaction.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from station.records import tallies
from station.records.rows import Row, decision_of, decision_row, pulse_of, pulse_row, record_of
from station.records.tables import decisions, files, pulse, verdicts
from station.types import Decision, Pulse, Record, Stamp


def _records() -> Select[Any]:
    newest = select(func.max(decisions.c.sequence)).where(decisions.c.capture_id == verdicts.c.capture_id)
    latest = verdicts.outerjoin(decisions, decisions.c.sequence == newest.correlate(verdicts).scalar_subquery())
    decided = [column.label(f"decision_{column.name}") for column in decisions.c]
    own = [verdicts.c[name] for name in ("sequence", "recorded_at", "station", "document")]
    return select(*own, *decided).select_from(latest)


_RECORDS = _records()
"""Every verdict with its latest decision."""


def add(connection: Connection, verdict: Row, ledger: list[Row]) -> int | None:
    """The new number, or None for a known capture; the files of the ledger are noted in both cases."""
    new = not has(connection, verdict["capture_id"])
    added = connection.execute(insert(verdicts), verdict).inserted_primary_key if new else None
    if added:
        tallies.note(connection, verdict | {"sequence": added[0]}, json.loads(verdict["document"]))
    if ledger:
        connection.execute(delete(files).where(files.c.path.in_([file["path"] for file in ledger])))
        connection.execute(insert(files), ledger)
    return added[0] if added else None


def decide(connection: Connection, decision: Decision) -> None:
    """Append a decision."""
    connection.execute(insert(decisions), decision_row(decision))


def since(connection: Connection, sequence: int, limit: int) -> tuple[Record, ...]:
    """Records after a number, oldest first."""
    query = _RECORDS.where(verdicts.c.sequence > sequence).order_by(verdicts.c.sequence).limit(limit)
    return tuple(record_of(row) for row in connection.execute(query).mappings())


def latest(connection: Connection, limit: int) -> tuple[Record, ...]:
    """The newest records, newest first."""
    query = _RECORDS.order_by(verdicts.c.sequence.desc()).limit(limit)
    return tuple(record_of(row) for row in connection.execute(query).mappings())


def get(connection: Connection, capture_id: str) -> Record | None:
    """One record by capture id."""
    row = connection.execute(_RECORDS.where(verdicts.c.capture_id == capture_id)).mappings().first()
    return None if row is None else record_of(row)


def history(connection: Connection, capture_id: str) -> tuple[Decision, ...]:
    """Every decision on one capture, oldest first."""
    query = select(decisions).where(decisions.c.capture_id == capture_id).order_by(decisions.c.sequence)
    return tuple(decision_of(row) for row in connection.execute(query).mappings())


def decided_since(connection: Connection, sequence: int, limit: int) -> tuple[tuple[int, Decision], ...]:
    """Decisions after a number, each with its own."""
    query = select(decisions).where(decisions.c.sequence > sequence).order_by(decisions.c.sequence).limit(limit)
    return tuple((row["sequence"], decision_of(row)) for row in connection.execute(query).mappings())


def has(connection: Connection, capture_id: str) -> bool:
    """Is there a verdict on this capture?"""
    query = select(verdicts.c.sequence).where(verdicts.c.capture_id == capture_id)
    return connection.scalar(query) is not None


def knows(connection: Connection, path: bytes, stamp: Stamp) -> bool:
    """Path, size and time decide; device and inode numbers change when a share is mounted again."""
    same = (files.c.path == path, files.c.bytes == stamp.bytes, files.c.mtime_ns == stamp.mtime_ns)
    return connection.scalar(select(files.c.capture_id).where(*same)) is not None


def beat(connection: Connection, sign: Pulse) -> None:
    """Overwrite a station's sign of life."""
    row = pulse_row(sign)
    there = connection.execute(update(pulse).where(pulse.c.station == row["station"]).values(row))
    if there.rowcount == 0:
        connection.execute(insert(pulse), row)


def last_pulse(connection: Connection) -> Pulse | None:
    """The newest sign of life of any station."""
    row = connection.execute(select(pulse).order_by(pulse.c.at.desc()).limit(1)).mappings().first()
    return None if row is None else pulse_of(row)


def pulses(connection: Connection) -> tuple[Pulse, ...]:
    """The newest sign of life of every station, by name."""
    return tuple(pulse_of(row) for row in connection.execute(select(pulse).order_by(pulse.c.station)).mappings())


def last_number(connection: Connection) -> int:
    """The highest number given so far, 0 without any."""
    return connection.scalar(select(func.max(verdicts.c.sequence))) or 0
