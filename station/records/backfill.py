"""The steps that count the verdicts of a database from before there were counts (tallies.py), and add them up."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from station.records.tables import Utc
from station.records.tallies import COUNTED, counted, defects, measured, slot

TABLES = (
    "CREATE TABLE tallies (slot BIGINT NOT NULL, station TEXT NOT NULL, rig TEXT NOT NULL, session BIGINT NOT NULL,"
    " captures INTEGER NOT NULL, passed INTEGER NOT NULL, warned INTEGER NOT NULL, unknown INTEGER NOT NULL,"
    " failed INTEGER NOT NULL, retakes INTEGER NOT NULL, passed_at_once INTEGER NOT NULL, idle_s FLOAT NOT NULL,"
    " busy_s FLOAT NOT NULL, CONSTRAINT pk_tallies PRIMARY KEY (slot, station, rig, session))",
    "CREATE TABLE tally_defects (slot BIGINT NOT NULL, station TEXT NOT NULL, rig TEXT NOT NULL,"
    " session BIGINT NOT NULL, check_name TEXT NOT NULL, code TEXT NOT NULL, outcome TEXT NOT NULL,"
    " count INTEGER NOT NULL,"
    " CONSTRAINT pk_tally_defects PRIMARY KEY (slot, station, rig, session, check_name, code, outcome))",
    "CREATE TABLE tally_measures (slot BIGINT NOT NULL, station TEXT NOT NULL, rig TEXT NOT NULL,"
    " session BIGINT NOT NULL, measure TEXT NOT NULL, count INTEGER NOT NULL, total FLOAT NOT NULL,"
    " CONSTRAINT pk_tally_measures PRIMARY KEY (slot, station, rig, session, measure))",
    "CREATE TABLE stands (station TEXT NOT NULL, rig TEXT NOT NULL, sequence BIGINT NOT NULL, at DATETIME NOT NULL,"
    " CONSTRAINT pk_stands PRIMARY KEY (station, rig))",
)
SUMMED = (
    ("tallies", "", COUNTED),
    ("tally_defects", ", check_name, code, outcome", ("count",)),
    ("tally_measures", ", measure", ("count", "total")),
)
"""Of the first three of them: name, what more is in their key, what is added up."""
Sums = defaultdict[tuple[Any, ...], dict[str, float]]
"""Key -> column -> sum."""


def add_tallies(connection: Connection) -> None:
    """Make the tables and count every verdict once, in the order they came. A minute for a hundred thousand."""
    rowless = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in TABLES:
        connection.execute(text(statement + rowless))
    heads, codes, means, last = _counted(connection)
    _fill(connection, "tallies", ("slot", "station", "rig", "session", *COUNTED), heads)
    where = ("slot", "station", "rig", "session", "check_name", "code", "outcome")
    _fill(connection, "tally_defects", (*where, "count"), codes)
    _fill(connection, "tally_measures", ("slot", "station", "rig", "session", "measure", "count", "total"), means)
    for (station, rig), (sequence, at) in last.items():
        row = {"station": station, "rig": rig, "sequence": sequence, "at": at}
        connection.execute(text("INSERT INTO stands VALUES (:station, :rig, :sequence, :at)").bindparams(), row)


def add_hours(connection: Connection) -> None:
    """Make the tables by the hour, and add up those by the quarter of an hour."""
    rowless = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    where = "slot, station, rig, session"
    for statement, (name, more, sums) in zip(TABLES, SUMMED, strict=False):
        connection.execute(text(statement.replace(name, f"{name}_by_hour") + rowless))
        key, added = f"{where}{more}", ", ".join(f"SUM({one})" for one in sums)
        hours = key.replace("slot", "slot - slot % 3600", 1)
        into = f"INSERT INTO {name}_by_hour ({key}, {', '.join(sums)})"
        summed = f"SELECT {hours}, {added} FROM {name} GROUP BY {hours}"  # noqa: S608 - our own names
        connection.execute(text(f"{into} {summed}"))


def _counted(connection: Connection) -> tuple[Sums, Sums, Sums, dict[tuple[str, str], tuple[int, datetime]]]:
    heads, codes, means = Sums(_zeros), Sums(_zeros), Sums(_zeros)
    last: dict[tuple[str, str], tuple[int, datetime]] = {}
    query = "SELECT sequence, recorded_at, station, rig, outcome, document FROM verdicts ORDER BY sequence"
    for row in connection.execute(text(query).columns(recorded_at=Utc())):
        stand = (row.station, row.rig)
        before = last.get(stand)
        last[stand] = (row.sequence, row.recorded_at)
        key, document = (slot(row.recorded_at), *stand, 0), json.loads(row.document)
        gap = None if before is None else row.recorded_at - before[1]
        for name, value in counted(row.outcome, False, gap).items():
            heads[key][name] += value
        for found in defects(document):
            codes[(*key, *found)]["count"] += 1
        for name, value in measured(document):
            means[(*key, name)]["count"] += 1
            means[(*key, name)]["total"] += value
    return heads, codes, means, last


def _zeros() -> dict[str, float]:
    return defaultdict(float)


def _fill(connection: Connection, table: str, columns: tuple[str, ...], sums: Sums) -> None:
    """`columns`: those of the key, then those of the sums."""
    rows = [dict(zip(columns, key, strict=False)) | held for key, held in sums.items()]
    if rows:
        into, values = ", ".join(columns), ", ".join(f":{column}" for column in columns)
        connection.execute(text(f"INSERT INTO {table} ({into}) VALUES ({values})"), rows)  # noqa: S608 - our own names
