"""Operators' sessions, on a connection that a store has opened: `store.ask(partial(current, station="stand-1"))`.

(no session) --start--> runs --sign off--> signed off
                          `----start by another operator or job--> handed over
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, insert, or_, select, update

from station.records.rows import text
from station.records.tables import sessions
from station.types import Session

_COLUMNS = [column.label("number") if column.name == "sequence" else column for column in sessions.c]


def current(connection: Connection, *, station: str) -> Session | None:
    """The session that runs at this station."""
    query = _query().where(sessions.c.station == text(station), sessions.c.ended_at.is_(None))
    row = connection.execute(query.order_by(sessions.c.sequence.desc()).limit(1)).mappings().first()
    return None if row is None else Session(**row)


def get(connection: Connection, *, number: int) -> Session | None:
    """One session by its number."""
    row = connection.execute(_query().where(sessions.c.sequence == number)).mappings().first()
    return None if row is None else Session(**row)


def recent(connection: Connection, *, limit: int = 50) -> tuple[Session, ...]:
    """The newest sessions of all stations, newest first."""
    query = _query().order_by(sessions.c.sequence.desc()).limit(limit)
    return tuple(Session(**row) for row in connection.execute(query).mappings())


def during(connection: Connection, *, since: datetime, until: datetime) -> tuple[Session, ...]:
    """The sessions of all stations in which something may have been photographed from `since` until `until`."""
    lasted = or_(sessions.c.ended_at.is_(None), sessions.c.ended_at >= since)
    query = _query().where(sessions.c.started_at < until, lasted).order_by(sessions.c.sequence)
    return tuple(Session(**row) for row in connection.execute(query).mappings())


def start(connection: Connection, *, station: str, rig: str, operator: str, job: str, at: datetime) -> Session:
    """The running session when it is the same operator's on the same job and rig, else a new one; a running one is
    then handed over, and its open retakes with it."""
    runs = current(connection, station=station)
    own = {"station": text(station), "rig": text(rig), "operator": text(operator), "job": text(job)}
    if runs is not None and all(getattr(runs, name) == value for name, value in own.items()):
        return runs
    if runs is not None:
        connection.execute(update(sessions).where(sessions.c.sequence == runs.number).values(ended_at=at))
    added = connection.execute(insert(sessions), own | {"started_at": at, "reason": ""}).inserted_primary_key
    assert added is not None
    return Session(
        added[0], station=own["station"], rig=own["rig"], operator=own["operator"], job=own["job"], started_at=at
    )


def sign_off(
    connection: Connection,
    *,
    number: int,
    by: str,
    supervisor: str | None,
    reason: str,
    open_retakes: int,
    at: datetime,
) -> Session | None:
    """End it for good; None when it does not run any more."""
    signed = {
        "ended_at": at,
        "signed_by": text(by),
        "supervisor": None if supervisor is None else text(supervisor),
        "reason": text(reason),
        "open_retakes": open_retakes,
    }
    running = (sessions.c.sequence == number, sessions.c.ended_at.is_(None))
    done = connection.execute(update(sessions).where(*running).values(signed))
    return get(connection, number=number) if done.rowcount else None


def _query() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS)
