"""The records in one SQLite file on the station's own disk.

WAL, so that pages read while the daemon writes. `synchronous=FULL` for verdicts and decisions: with NORMAL the last
of them could vanish in a power cut after somebody had been told, and their numbers would be given out again
(https://www.sqlite.org/pragma.html#pragma_synchronous). The pulse is worth no disk flush: its connection uses NORMAL.
One process writes verdicts, held by a lock file; every other one reads, and may add decisions.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

import station.settings
from station.errors import StoreError
from station.inbox.mounts import mount_of
from station.records import rows
from station.records.migrations import prepare
from station.records.tables import decisions, files, pulse, verdicts
from station.types import Decision, Pulse, Record, Stamp, Verdict

WAL_BYTES = 16 * 2**20
"""The write-ahead log is cut back to this after a burst; SQLite starts it anew every 1,000 pages (4 MB) anyway."""


class Settings(station.settings.Settings):
    """`store: {sqlite: {...}}`"""

    path: Path | None = Field(default=None, description="the records file; else records.sqlite in the state folder")
    busy_timeout_s: float = Field(default=5.0, gt=0, le=60, description="how long to wait for another process, seconds")


def build(settings: Settings, state: Path, *, writer: bool = False) -> SqliteStore:
    """Open the records, made anew where there are none. `writer`: the daemon, the one process that adds verdicts;
    it alone brings an older file up to date. Raises StoreError."""
    path = settings.path or state / "records.sqlite"
    return SqliteStore(path, busy_timeout_s=settings.busy_timeout_s, writer=writer)


class SqliteStore:
    """A Store (contracts.py) on one SQLite file; every method may be called from any thread."""

    def __init__(self, path: Path, *, busy_timeout_s: float, writer: bool) -> None:
        with _translated(path), ExitStack() as opened:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._path = path.resolve()
            _refuse_network(self._path)
            self._closed = False
            self._lock = _locked(self._path) if writer else None
            self._engine = _engine(self._path, busy_timeout_s, synchronous=2)
            self._beats = _engine(self._path, busy_timeout_s, synchronous=1)
            opened.callback(self.close)
            prepare(self._writing(), backup=self._backup if writer else None)
            self._file = _identity(self._path)
            opened.pop_all()

    def add(self, verdict: Verdict, station: str) -> Record | None:
        """See Store. The record's `verdict` is the one given; read back, its measures are in the event's form."""
        self._need_writer()
        recorded_at = datetime.now(UTC)
        row = rows.verdict_row(verdict, station, recorded_at)
        ledger = rows.file_rows(verdict.capture)
        with self._write() as connection:
            known = select(verdicts.c.sequence).where(verdicts.c.capture_id == verdict.capture.id)
            new = connection.scalar(known) is None
            added = connection.execute(insert(verdicts), row).inserted_primary_key if new else None
            connection.execute(delete(files).where(files.c.path.in_([file["path"] for file in ledger])))
            connection.execute(insert(files), ledger)
        return None if added is None else Record(added[0], recorded_at, station, verdict)

    def decide(self, decision: Decision) -> None:
        with self._write() as connection:
            connection.execute(insert(decisions), rows.decision_row(decision))

    def since(self, sequence: int, limit: int = 100) -> tuple[Record, ...]:
        query = rows.records().where(verdicts.c.sequence > sequence).order_by(verdicts.c.sequence).limit(limit)
        return self._records(query)

    def latest(self, limit: int = 20) -> tuple[Record, ...]:
        return self._records(rows.records().order_by(verdicts.c.sequence.desc()).limit(limit))

    def get(self, capture_id: str) -> Record | None:
        return next(iter(self._records(rows.records().where(verdicts.c.capture_id == capture_id))), None)

    def decisions(self, capture_id: str) -> tuple[Decision, ...]:
        query = select(decisions).where(decisions.c.capture_id == capture_id).order_by(decisions.c.sequence)
        with self._read() as connection:
            return tuple(rows.decision_of(row) for row in connection.execute(query).mappings())

    def decided_since(self, sequence: int, limit: int = 1000) -> tuple[tuple[int, Decision], ...]:
        """See Store. At most `limit` at once: ask again from the last number until nothing comes."""
        query = select(decisions).where(decisions.c.sequence > sequence).order_by(decisions.c.sequence).limit(limit)
        with self._read() as connection:
            return tuple((row["sequence"], rows.decision_of(row)) for row in connection.execute(query).mappings())

    def has(self, capture_id: str) -> bool:
        query = select(verdicts.c.sequence).where(verdicts.c.capture_id == capture_id)
        with self._read() as connection:
            return connection.scalar(query) is not None

    def knows(self, path: bytes, stamp: Stamp) -> bool:
        """See Store. Path, size and time decide; device and inode numbers change when a share is mounted again."""
        query = select(files.c.capture_id).where(
            files.c.path == path, files.c.bytes == stamp.bytes, files.c.mtime_ns == stamp.mtime_ns
        )
        with self._read() as connection:
            return connection.scalar(query) is not None

    def pulse(self, beat: Pulse) -> None:
        self._need_writer()
        row = rows.pulse_row(beat)
        with self._write(self._beats) as connection:
            there = connection.execute(update(pulse).where(pulse.c.station == row["station"]).values(row))
            if there.rowcount == 0:
                connection.execute(insert(pulse), row)

    def last_pulse(self) -> Pulse | None:
        with self._read() as connection:
            row = connection.execute(select(pulse).order_by(pulse.c.at.desc()).limit(1)).mappings().first()
        return None if row is None else rows.pulse_of(row)

    def count(self) -> int:
        """See Store. The highest number: none is left out (a failed add gives its number back) and none removed."""
        with self._read() as connection:
            return connection.scalar(select(func.max(verdicts.c.sequence))) or 0

    def ping(self) -> None:
        """Raises StoreError when nothing could be written now."""
        with self._write() as connection:
            connection.scalar(select(func.max(verdicts.c.sequence)))

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()
        self._beats.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _records(self, query: sa.Select[tuple[object, ...]]) -> tuple[Record, ...]:
        with self._read() as connection:
            found = connection.execute(query).mappings().all()
        return tuple(rows.record_of(row) for row in found)

    def _need_writer(self) -> None:
        if self._lock is None:
            raise StoreError(
                "The records are open for reading and decisions only.",
                "Verdicts are written by the daemon: `station run`.",
            )

    def _writing(self, engine: sa.Engine | None = None) -> sa.Engine:
        """Transactions that take the write lock at once: one that first read would fail instead of wait."""
        return (engine or self._engine).execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with _translated(self._path):
            self._still_there()
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def _write(self, engine: sa.Engine | None = None) -> Iterator[sa.Connection]:
        with _translated(self._path):
            self._still_there()
            with self._writing(engine).begin() as connection:
                yield connection

    def _still_there(self) -> None:
        """A removed file goes on taking rows that nobody will find again."""
        if self._closed:
            raise StoreError("The records are closed.", "Start the program again.")
        if _identity(self._path) != self._file:
            raise StoreError(
                f"The records file {self._path} was replaced while it was in use.",
                "Put the former file back, or start daemon and pages again to go on with the new one.",
            )

    def _backup(self, version: int) -> None:
        """A whole copy beside the file, under its final name only when it is complete."""
        copy = self._path.with_name(f"{self._path.name}.before-migration-from-{version}")
        partial = copy.with_name(copy.name + ".partial")
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(partial)) as target:
            source.backup(target)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(copy)


def _engine(path: Path, busy_timeout_s: float, synchronous: int) -> sa.Engine:
    """`synchronous`: 2 is FULL, 1 is NORMAL. Raises StoreError when a setting is not effective."""
    pragmas = {
        "busy_timeout": round(busy_timeout_s * 1000),
        "journal_mode": "wal",
        "synchronous": synchronous,
        "foreign_keys": 1,
        "journal_size_limit": WAL_BYTES,
    }

    def connect() -> sqlite3.Connection:
        with ExitStack() as opened:
            connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
            opened.callback(connection.close)
            for name, wanted in pragmas.items():
                connection.execute(f"PRAGMA {name} = {wanted}")
                effective = connection.execute(f"PRAGMA {name}").fetchone()[0]
                if effective != wanted:
                    raise StoreError(
                        f"The records file {path} does not take the setting {name} = {wanted} (it has {effective}).",
                        "Put the records on a local disk (ext4, XFS, Btrfs): `store: {sqlite: {path: ...}}`.",
                    )
            opened.pop_all()
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.QueuePool)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        """The driver must not begin by itself: it would leave table changes outside the transaction."""
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _locked(path: Path) -> int:
    """Take the writer's lock; the kernel gives it back when this process ends, however it ends."""
    lock = os.open(path.with_name(path.name + ".writer"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise StoreError(
            f"Another daemon (process {holder}) already writes the records {path}.",
            "Stop it first (`systemctl stop station`), or give this station a records file of its own.",
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _refuse_network(path: Path) -> None:
    mount = mount_of(path)
    if not mount.local and mount.kind != "unknown":
        raise StoreError(
            f"The records file {path} lies on a network file system ({mount.kind}), where SQLite can lose data.",
            "Put it on a disk of this computer: `store: {sqlite: {path: /var/lib/station/records.sqlite}}`.",
        )


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


_TROUBLE = {
    "FULL": ("The disk is full", "Free some space; nothing recorded so far is lost."),
    "READONLY": ("The file, its folder or its disk is read-only", "Give the station's user the right to write there."),
    "CANTOPEN": ("The file cannot be opened", "Check that its folder exists and belongs to the station's user."),
    "BUSY": ("Another program keeps it locked", "Close whatever else has the file open (a database browser?)."),
    "CORRUPT": ("The file is damaged", "Stop the station, keep a copy, then `sqlite3 FILE .recover` or a backup."),
    "NOTADB": ("This is not a records file", "Point `store: {sqlite: {path: ...}}` at another file."),
    "IOERR": ("The disk does not answer as it should", "Look at the disk: `dmesg`, `smartctl -a`, free space."),
    "CONSTRAINT": ("There is no verdict for this capture", "Show the page anew and decide again."),
}


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Foreign exceptions in the words of the imaging room."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _trouble(path, getattr(error, "orig", None) or error) from error
    except (OverflowError, UnicodeError) as error:
        raise StoreError(f"No record can have this number or text: {error}.", "Check what was asked for.") from error
    except OSError as error:
        raise StoreError(
            f"The records file {path} cannot be used: {error.strerror or error}.",
            "Check that its folder exists and belongs to the station's user.",
        ) from error


def _trouble(path: Path, error: BaseException) -> StoreError:
    code = str(getattr(error, "sqlite_errorname", "")).removeprefix("SQLITE_").split("_")[0]
    what, remedy = _TROUBLE.get(code, ("It could not be read or written", "Run `station doctor`."))
    return StoreError(f"{what}: records file {path} ({error}).", remedy)
