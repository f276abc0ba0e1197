"""Counts kept up with every verdict, in its own transaction, so that a page over a million verdicts adds up a few
hundred rows. They hold nothing that could not be counted anew from the verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, TextClause, bindparam, func, select, text

from station.records.tables import HOURS, QUARTERS, Utc, stands, verdicts
from station.types import Cell, Count, Defects, Mean, Span, Stand, Tallies

SLOT_S = 900
"""Everything is counted by the quarter of an hour, and once more by the hour."""
HOUR_S = 3600
IDLE_AFTER_S = 120.0
"""A longer pause between two captures is idle time (ours: a slow sheet takes a minute)."""
AWAY_AFTER_S = 1800.0
"""A still longer one is no work at all: lunch, the evening."""
OF_OUTCOME = {"PASS": "passed", "WARN": "warned", "UNKNOWN": "unknown", "FAIL": "failed"}
COUNTED = ("captures", *OF_OUTCOME.values(), "retakes", "passed_at_once", "idle_s", "busy_s")


def note(
    connection: Connection,
    row: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    session: int = 0,
    retake_of: str | None = None,
    thumb: bytes | None = None,
) -> None:
    """Count one verdict: its row, which has its sequence by now, and the JSON object it holds. `retake_of`: the capture
    that it supersedes; the time since that one is a measure, too. `thumb`: a small JPEG of it."""
    at: datetime = row["recorded_at"]
    stand: dict[str, Any] = {"station": row["station"], "rig": row["rig"]}
    before = connection.scalar(_BEFORE, stand)
    connection.execute(_NOW, stand | {"sequence": row["sequence"], "at": at, "thumb": thumb})
    key = stand | {"session": session}
    heads, codes, means = (
        [key | counted(row["outcome"], retake_of is not None, None if before is None else at - before)],
        [
            key | {"check_name": check, "code": code, "outcome": outcome, "count": 1}
            for check, code, outcome in defects(document)
        ],
        [key | {"measure": name, "count": 1, "total": value} for name, value in measured(document)],
    )
    if retake_of is not None and (failed := connection.scalar(_AT, {"capture_id": retake_of})) is not None:
        waited = key | {"measure": "retake", "count": 1, "total": (at - failed).total_seconds()}
        means.append(waited)
    for tables, size in ((QUARTERS, SLOT_S), (HOURS, HOUR_S)):
        begun = {"slot": slot(at, size)}
        for table, rows in zip(tables, (heads, codes, means), strict=True):
            if rows:
                connection.execute(_GROW[table.name], [row | begun for row in rows])


def slot(at: datetime, size_s: int = SLOT_S) -> int:
    """The quarter of an hour (or what `size_s` says) that holds a moment, as seconds since 1970."""
    seconds = int(at.timestamp())
    return seconds - seconds % size_s


def counted(outcome: str, retake: bool, gap: Any) -> dict[str, float]:
    """What one capture adds to its tally. `gap`: time since the one before at this stand, None without one."""
    seconds = gap.total_seconds() if gap is not None else -1.0
    at_once = not retake and outcome in ("PASS", "WARN")
    return dict.fromkeys(COUNTED, 0) | {
        "captures": 1,
        OF_OUTCOME[outcome]: 1,
        "retakes": int(retake),
        "passed_at_once": int(at_once),
        "idle_s": seconds if IDLE_AFTER_S < seconds <= AWAY_AFTER_S else 0.0,
        "busy_s": seconds if 0 <= seconds <= IDLE_AFTER_S else 0.0,
    }


def defects(document: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """(check, code, outcome) of everything that was not well, once each: three blurred labels are one blurred sheet."""
    found = document["findings"]
    return {(one["check"], one["code"], one["outcome"]) for one in found if one["outcome"] != "PASS"}


def measured(document: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """(name, value) of the measures that are watched for drift: edge width of the labels (px, their median), skew
    (degrees), difference of the colour chart (dE2000, the worst chart)."""
    held = document.get("measures") or {}
    edges = [one["edge_width_px"] for one in held.get("labels") or () if one.get("edge_width_px") is not None]
    colours = [one["mean_de2000"] for one in held.get("charts") or () if one.get("mean_de2000") is not None]
    if edges:
        yield "sharpness", float(median(edges))
    if held.get("skew_deg") is not None:
        yield "skew", float(held["skew_deg"])
    if colours:
        yield "colour", float(max(colours))


def read(connection: Connection, span: Span) -> Tallies:
    """What was counted in a span; by the hour where the span and its buckets are of whole hours."""
    edges = (span.since.timestamp(), span.until.timestamp(), span.bucket.total_seconds(), span.zone.total_seconds())
    heads, codes, means = HOURS if all(edge % HOUR_S == 0 for edge in edges) else QUARTERS
    return Tallies(_cells(connection, heads, span), _means(connection, means, span), _defects(connection, codes, span))


def last_at_stands(connection: Connection) -> tuple[Stand, ...]:
    """Every stand that ever recorded something, by name."""
    pictured = stands.c.thumb.is_not(None).label("pictured")
    query = select(stands.c.station, stands.c.rig, stands.c.sequence, stands.c.at, pictured)
    rows = connection.execute(query.order_by(stands.c.station, stands.c.rig)).mappings()
    return tuple(Stand(**row) for row in rows)


def thumb(connection: Connection, *, station: str, rig: str) -> bytes | None:
    """A small JPEG of the newest capture of a stand."""
    return connection.scalar(select(stands.c.thumb).where(stands.c.station == station, stands.c.rig == rig))


def _cells(connection: Connection, table: Table, span: Span) -> tuple[Cell, ...]:
    bucket, t = _bucket(table, span), table.c
    sums = [func.sum(t[name]).label(name) for name in COUNTED]
    query = (
        select(bucket, t.station, t.rig, t.session, *sums)
        .where(*_within(table, span))
        .group_by("bucket", t.station, t.rig, t.session)
        .order_by(bucket, t.station, t.rig, t.session)
    )
    return tuple(
        Cell(
            _moment(row.bucket),
            row.station,
            row.rig,
            row.session,
            Count(**{name: row._mapping[name] for name in COUNTED}),
        )
        for row in connection.execute(query)
    )


def _means(connection: Connection, table: Table, span: Span) -> tuple[Mean, ...]:
    bucket, t = _bucket(table, span), table.c
    count, total = func.sum(t.count).label("number"), func.sum(t.total).label("total")
    query = (
        select(bucket, t.station, t.rig, t.measure, count, total)
        .where(*_within(table, span))
        .group_by("bucket", t.station, t.rig, t.measure)
        .order_by(bucket, t.station, t.rig, t.measure)
    )
    return tuple(
        Mean(_moment(row.bucket), row.station, row.rig, row.measure, row.number, row.total / row.number)
        for row in connection.execute(query)
    )


def _defects(connection: Connection, table: Table, span: Span) -> tuple[Defects, ...]:
    t = table.c
    number = func.sum(t.count).label("number")
    query = (
        select(t.check_name, t.code, t.outcome, number)
        .where(*_within(table, span))
        .group_by(t.check_name, t.code, t.outcome)
        .order_by(number.desc(), t.check_name, t.code, t.outcome)
    )
    return tuple(Defects(row.check_name, row.code, row.outcome, row.number) for row in connection.execute(query))


def _bucket(table: Table, span: Span) -> ColumnElement[int]:
    size, lead = round(span.bucket.total_seconds()), round(span.zone.total_seconds())
    return (table.c.slot - (table.c.slot + lead) % size).label("bucket")


def _within(table: Table, span: Span) -> list[ColumnElement[bool]]:
    wanted = [table.c.slot >= slot(span.since), table.c.slot < math.ceil(span.until.timestamp())]
    if span.station is not None:
        wanted.append(table.c.station == span.station)
    if span.rig is not None:
        wanted.append(table.c.rig == span.rig)
    if span.sessions is not None:
        wanted.append(table.c.session.in_(span.sessions))
    return wanted


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _growing(table: Table) -> TextClause:
    """Insert a row, or add its sums to those that are there; the same words for SQLite and PostgreSQL."""
    key = [column.name for column in table.primary_key.columns]
    names = [column.name for column in table.columns]
    values = ", ".join(f":{name}" for name in names)
    grown = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in names if name not in key)
    into = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values})"  # noqa: S608  names of our own columns
    return text(f"{into} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {grown}")


_GROW = {table.name: _growing(table) for table in (*QUARTERS, *HOURS)}
_BEFORE = select(stands.c.at).where(stands.c.station == bindparam("station"), stands.c.rig == bindparam("rig"))
_AT = select(verdicts.c.recorded_at).where(verdicts.c.capture_id == bindparam("capture_id"))
_NOW = text(
    "INSERT INTO stands (station, rig, sequence, at, thumb) VALUES (:station, :rig, :sequence, :at, :thumb)"
    " ON CONFLICT (station, rig) DO UPDATE SET sequence = excluded.sequence, at = excluded.at, thumb = excluded.thumb"
).bindparams(bindparam("at", type_=Utc()), bindparam("thumb", type_=LargeBinary()))
