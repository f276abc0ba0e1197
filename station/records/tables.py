"""The tables as they are now, in SQLAlchemy Core, for SQLite and PostgreSQL alike.

    verdicts    one row a judged capture, never changed; `document` is the whole event, the columns are for searching
    decisions   one row a person's word, never changed; the latest one counts
    sessions    one row an operator's session; its end is filled in once
    retakes     one row a specimen that is owed a photograph; how it stands now
    attempts    one row a photograph of such a specimen, never changed
    wrong_alarms  one row a finding that a person called wrong, with its picture
    lots        one row a lot of captures that a sample was drawn from
    looks       one row a capture of such a sample; what a person said is filled in until the lot is closed
    files       the ledger: which file of a station, as the file system describes it, belongs to which capture
    pulse       one row a station, overwritten about once a second: the daemon lives
    migrations  which steps of migrations.py this database has taken

A change here needs its step in migrations.py; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)


class Utc(TypeDecorator[datetime]):
    """A moment, aware of its time zone on both sides; SQLite keeps it as UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Word(TypeDecorator[int]):
    """Any 64-bit number, for comparing only: SMB servers give inode numbers above 2^63, a camera's wrong clock a time
    far off, and databases know signed numbers alone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value + 2**63) % 2**64 - 2**63


_Sequence = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by INTEGER alone

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("capture_id", Text, nullable=False, unique=True),
    Column("sha256", Text, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("station", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("specimen", Text),
    Column("profile", Text, nullable=False),
    Column("rig", Text, nullable=False),
    Column("model", Text),
    Column("model_sha256", Text),
    Column("backend", Text),
    Column("precision", Text),
    Column("config_digest", Text, nullable=False),
    Column("software", Text, nullable=False),
    Column("total_s", Float),
    Column("document", Text, nullable=False),
    Column("session", BigInteger, index=True),  # of `sessions`; no key, for SQLite adds a named one only to new tables
    Index(None, "station", "sequence"),  # the captures of one station, newest first, among those of all
    Index(None, "specimen", "station", "sequence"),
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("capture_id", Text, ForeignKey("verdicts.capture_id"), nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("rig", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc, index=True),
    Column("signed_by", Text),
    Column("supervisor", Text),
    Column("reason", Text, nullable=False),
    Column("open_retakes", Integer),
    sqlite_autoincrement=True,
)

retakes = Table(
    "retakes",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("session", _Sequence, ForeignKey("sessions.sequence")),
    Column("state", Text, nullable=False, index=True),
    Column("policy", Text, nullable=False),
    Column("specimen", Text, index=True),
    Column("first", Text, ForeignKey("verdicts.capture_id"), nullable=False),
    Column("head", Text, ForeignKey("verdicts.capture_id"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("awaited", Boolean, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("closed_by", Text),
    Column("reason_code", Text, nullable=False),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("capture_id", Text, ForeignKey("verdicts.capture_id"), primary_key=True),
    Column("retake", _Sequence, ForeignKey("retakes.sequence"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("retake_of", Text, ForeignKey("verdicts.capture_id"), unique=True),
)

wrong_alarms = Table(
    "wrong_alarms",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("capture_id", Text, ForeignKey("verdicts.capture_id"), nullable=False, index=True),
    Column("finding", Integer, nullable=False),
    Column("operator", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("crop", LargeBinary),
    sqlite_autoincrement=True,
)

lots = Table(
    "lots",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("captures", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("irregular", Boolean, nullable=False),
    Column("drawn_at", Utc, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("closed_at", Utc),
    Column("faults", Integer),
    Column("mended_at", Utc),
    Column("mended_by", Text),
    Column("mended_why", Text, nullable=False),
    sqlite_autoincrement=True,
)

looks = Table(
    "looks",
    metadata,
    Column("lot", _Sequence, ForeignKey("lots.sequence"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("capture_id", Text, ForeignKey("verdicts.capture_id"), nullable=False),
    Column("answer", Text),
    Column("defect", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("looked_by", Text),
    Column("looked_at", Utc),
    sqlite_with_rowid=False,
)

files = Table(
    "files",
    metadata,
    Column("station", Text, primary_key=True),
    Column("path", LargeBinary, primary_key=True),
    Column("device", Word, nullable=False),
    Column("inode", Word, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("mtime_ns", Word, nullable=False),
    Column("capture_id", Text, ForeignKey("verdicts.capture_id"), nullable=False),
    sqlite_with_rowid=False,
)


def _by_slot(name: str, *columns: Column[Any]) -> Table:
    """A table of counts; `slot`: begin of its quarter of an hour or hour, seconds since 1970; `session`: 0 without."""
    return Table(
        name,
        metadata,
        Column("slot", BigInteger, primary_key=True, autoincrement=False),
        Column("station", Text, primary_key=True),
        Column("rig", Text, primary_key=True),
        Column("session", BigInteger, primary_key=True, autoincrement=False),
        *columns,
        sqlite_with_rowid=False,
    )


def _counts(end: str = "") -> tuple[Table, Table, Table]:
    """Captures, defects and measures; `end` ends the tables' names."""
    names = ("captures", "passed", "warned", "unknown", "failed", "retakes", "passed_at_once")
    whole: list[Column[Any]] = [Column(name, Integer, nullable=False) for name in names]
    seconds: list[Column[Any]] = [Column(name, Float, nullable=False) for name in ("idle_s", "busy_s")]
    of: list[Column[Any]] = [Column(name, Text, primary_key=True) for name in ("check_name", "code", "outcome")]
    measured: list[Column[Any]] = [Column("measure", Text, primary_key=True), Column("count", Integer, nullable=False)]
    return (
        _by_slot(f"tallies{end}", *whole, *seconds),
        _by_slot(f"tally_defects{end}", *of, Column("count", Integer, nullable=False)),
        _by_slot(f"tally_measures{end}", *measured, Column("total", Float, nullable=False)),
    )


tallies, tally_defects, tally_measures = QUARTERS = _counts()
HOURS = _counts("_by_hour")
"""The same once more, added up by the hour: what a year is read from."""

stands = Table(
    "stands",
    metadata,
    Column("station", Text, primary_key=True),
    Column("rig", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
    Column("thumb", LargeBinary),  # a small JPEG of the newest capture: all others lie on the computer of the rig
    sqlite_with_rowid=False,
)

pulse = Table(
    "pulse",
    metadata,
    Column("station", Text, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("document", Text, nullable=False),
)

migrations = Table(
    "migrations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("applied_at", Utc, nullable=False),
)
