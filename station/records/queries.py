"""What is asked of the tables and written into them, on a connection that a store has opened; the same for every store.

The words are those of `Store` in contracts.py. Who calls a function that writes holds a transaction, and is the only
one who writes: numbers are counted here, not by the database, so that none is left out by a transaction that failed,
and who follows them up never passes over one that is still to come. `station`: of that one alone; None: of all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from station.records import chains, tallies
from station.records.rows import decision_of, decision_row, file_rows, pulse_of, pulse_row, record_of, text, verdict_row
from station.records.sessions import current
from station.records.tables import attempts, decisions, files, pulse, sessions, verdicts
from station.types import Decision, Pulse, Record, Stamp, Verdict


def _records() -> Select[Any]:
    newest = select(func.max(decisions.c.sequence)).where(decisions.c.capture_id == verdicts.c.capture_id)
    after = attempts.alias("after")
    joined = (
        verdicts.outerjoin(decisions, decisions.c.sequence == newest.correlate(verdicts).scalar_subquery())
        .outerjoin(sessions, sessions.c.sequence == verdicts.c.session)
        .outerjoin(attempts, attempts.c.capture_id == verdicts.c.capture_id)
        .outerjoin(after, after.c.retake_of == verdicts.c.capture_id)
    )
    decided = [column.label(f"decision_{column.name}") for column in decisions.c]
    own = [verdicts.c[name] for name in ("sequence", "recorded_at", "station", "document", "session")]
    worked = [sessions.c.operator, sessions.c.job]
    chain = [attempts.c.retake, attempts.c.number.label("attempt"), attempts.c.retake_of]
    return select(*own, *decided, *worked, *chain, after.c.capture_id.label("replaced_by")).select_from(joined)


_RECORDS = _records()
"""Every verdict with its latest decision, its session and its place in a retake chain."""


def add(
    connection: Connection, verdict: Verdict, station: str, at: datetime, thumb: bytes | None = None
) -> Record | None:
    """The new record, or None for a known capture; its files are noted in both cases. It belongs to the session that
    runs, and to the retake that it pairs with."""
    record = None if has(connection, verdict.capture.id) else _add(connection, verdict, station, at, thumb)
    if ledger := file_rows(verdict.capture, station):
        own = (files.c.station == text(station), files.c.path.in_([file["path"] for file in ledger]))
        connection.execute(delete(files).where(*own))
        connection.execute(insert(files), ledger)
    return record


def _add(connection: Connection, verdict: Verdict, station: str, at: datetime, thumb: bytes | None) -> Record:
    work = current(connection, station=station)
    session = None if work is None else work.number
    number = last_number(connection) + 1
    row = verdict_row(verdict, station, at) | {"session": session, "sequence": number}
    connection.execute(insert(verdicts), row)
    chain = chains.photographed(connection, verdict, station=station, session=session, at=at)
    before, told = chain.get("retake_of"), json.loads(row["document"])
    tallies.note(connection, row, told, session=session or 0, retake_of=before, thumb=thumb)
    record = Record(number, at, station, verdict, **chain)
    return record if work is None else replace(record, session=session, operator=work.operator, job=work.job)


def decide(connection: Connection, decision: Decision) -> None:
    """Append a decision; a retake that it is about follows it."""
    number = (connection.scalar(select(func.max(decisions.c.sequence))) or 0) + 1
    connection.execute(insert(decisions), decision_row(decision) | {"sequence": number})
    chains.decided(connection, decision)


def of_specimen(connection: Connection, number: str, station: str) -> Record | None:
    """The newest capture of a station on which this specimen number was read first."""
    query = _at(_RECORDS, station).where(verdicts.c.specimen == text(number))
    query = query.order_by(verdicts.c.sequence.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else record_of(row)


def since(connection: Connection, sequence: int, limit: int, station: str | None = None) -> tuple[Record, ...]:
    """Records after a number, oldest first."""
    query = _at(_RECORDS, station).where(verdicts.c.sequence > sequence).order_by(verdicts.c.sequence).limit(limit)
    return tuple(record_of(row) for row in connection.execute(query).mappings())


def latest(connection: Connection, limit: int, station: str | None = None) -> tuple[Record, ...]:
    """The newest records, newest first."""
    query = _at(_RECORDS, station).order_by(verdicts.c.sequence.desc()).limit(limit)
    return tuple(record_of(row) for row in connection.execute(query).mappings())


def get(connection: Connection, capture_id: str) -> Record | None:
    """One record by capture id."""
    row = connection.execute(_RECORDS.where(verdicts.c.capture_id == capture_id)).mappings().first()
    return None if row is None else record_of(row)


def history(connection: Connection, capture_id: str) -> tuple[Decision, ...]:
    """Every decision on one capture, oldest first."""
    query = select(decisions).where(decisions.c.capture_id == capture_id).order_by(decisions.c.sequence)
    return tuple(decision_of(row) for row in connection.execute(query).mappings())


def decided_since(
    connection: Connection, sequence: int, limit: int, station: str | None = None
) -> tuple[tuple[int, Decision], ...]:
    """Decisions after a number, each with its own."""
    query = select(decisions).where(decisions.c.sequence > sequence).order_by(decisions.c.sequence).limit(limit)
    if station is not None:  # asked of each decision: a join would begin with all the captures of the station
        own = select(verdicts.c.station).where(verdicts.c.capture_id == decisions.c.capture_id)
        query = query.where(own.scalar_subquery() == text(station))
    return tuple((row["sequence"], decision_of(row)) for row in connection.execute(query).mappings())


def has(connection: Connection, capture_id: str) -> bool:
    """Is there a verdict on this capture?"""
    query = select(verdicts.c.sequence).where(verdicts.c.capture_id == capture_id)
    return connection.scalar(query) is not None


def knows(connection: Connection, path: bytes, stamp: Stamp, station: str) -> bool:
    """Path, size and time decide; device and inode numbers change when a share is mounted again."""
    same = (
        files.c.station == text(station),
        files.c.path == path,
        files.c.bytes == stamp.bytes,
        files.c.mtime_ns == stamp.mtime_ns,
    )
    return connection.scalar(select(files.c.capture_id).where(*same)) is not None


def beat(connection: Connection, sign: Pulse) -> None:
    """Overwrite a station's sign of life."""
    row = pulse_row(sign)
    there = connection.execute(update(pulse).where(pulse.c.station == row["station"]).values(row))
    if there.rowcount == 0:
        connection.execute(insert(pulse), row)


def last_pulse(connection: Connection, station: str | None = None) -> Pulse | None:
    """The newest sign of life."""
    query = select(pulse) if station is None else select(pulse).where(pulse.c.station == text(station))
    row = connection.execute(query.order_by(pulse.c.at.desc()).limit(1)).mappings().first()
    return None if row is None else pulse_of(row)


def last_before(connection: Connection, *, at: datetime) -> int:
    """The number of the newest verdict recorded before a moment, 0 without one. Numbers grow with time, so the moment
    is found by halving; the column needs no index."""
    low, high = 0, last_number(connection)
    while low < high:
        middle = (low + high + 1) // 2
        query = select(verdicts.c.sequence, verdicts.c.recorded_at).where(verdicts.c.sequence <= middle)
        row = connection.execute(query.order_by(verdicts.c.sequence.desc()).limit(1)).first()
        if row is None or row.recorded_at < at:
            low = middle
        else:
            high = row.sequence - 1
    return low


def pulses(connection: Connection) -> tuple[Pulse, ...]:
    """The newest sign of life of every station, by name."""
    return tuple(pulse_of(row) for row in connection.execute(select(pulse).order_by(pulse.c.station)).mappings())


def last_number(connection: Connection) -> int:
    """The highest number given so far, 0 without any."""
    return connection.scalar(select(func.max(verdicts.c.sequence))) or 0


def _at(query: Select[Any], station: str | None) -> Select[Any]:
    """Of one station's captures alone."""
    return query if station is None else query.where(verdicts.c.station == text(station))
