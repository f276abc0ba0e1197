"""The records in one SQLite file on the station's own disk.

WAL, so that pages read while the daemon writes. `synchronous=FULL` for verdicts and decisions: with NORMAL the last
of them could vanish in a power cut after somebody had been told, and their numbers would be given out again
(https://www.sqlite.org/pragma.html#pragma_synchronous). A pulse is worth no disk flush: it is written with NORMAL.
One process writes verdicts, held by a lock file; every other one reads, and may add decisions.

The daemon has one connection of its own for writing, and only that one empties the log into the file, right after a
commit of its own. So nobody can start the log anew while a checkpoint begins, which is what damages databases with
SQLite before 3.51.3 (https://www.sqlite.org/wal.html#the_wal_reset_bug); Debian 12 has 3.40.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError

import station.settings
from station.errors import ReplacedError, StoreError
from station.inbox.mounts import mount_of
from station.records import lock
from station.records.log import Log, the_daemons
from station.records.migrations import prepare

LOG_PAGES = 1000
"""The write-ahead log is emptied into the file when it has this many pages (4 MB), SQLite's own default."""
LOG_BYTES = 16 * 2**20
"""After a burst the log's file is cut back to this."""


class Settings(station.settings.Settings):
    """`store: {sqlite: {...}}`"""

    path: Path | None = Field(default=None, description="the records file; else records.sqlite in the state folder")
    busy_timeout_s: float = Field(default=5.0, gt=0, le=60, description="how long to wait for another process, seconds")


def build(settings: Settings, state: Path, *, writer: str | None = None) -> Log:
    """Open the records, made anew where there are none. `writer`: the station whose daemon asks, the one process that
    adds verdicts; it alone brings an older file up to date. Raises StoreError."""
    path = settings.path or state / "records.sqlite"
    return Log(SqliteFile(path, busy_timeout_s=settings.busy_timeout_s, writer=writer is not None))


class SqliteFile:
    """A Source (records/log.py): connections to one SQLite file."""

    def __init__(self, path: Path, *, busy_timeout_s: float, writer: bool) -> None:
        with _translated(path), ExitStack() as opened:
            self._path = path.resolve()
            _refuse_network(self._path)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._closed = False
            self._lock = lock.take(self._path) if writer else None
            self._shared = _engine(self._path, busy_timeout_s, log_pages=0)
            self._own = _engine(self._path, busy_timeout_s, log_pages=LOG_PAGES) if writer else None
            opened.callback(self.close)
            prepare(_writing(self._own or self._shared), backup=self._backup if writer else None)
            self._file = _identity(self._path)
            opened.pop_all()

    def read(self) -> AbstractContextManager[sa.Connection]:
        return self.moment()

    @contextmanager
    def moment(self) -> Iterator[sa.Connection]:
        with _translated(self._path):
            self._still_there()
            with self._shared.connect() as connection:
                yield connection

    def write(self) -> AbstractContextManager[sa.Connection]:
        return self._write(self._shared)

    def judge(self) -> AbstractContextManager[sa.Connection]:
        return self._write(the_daemons(self._own))

    def live(self) -> AbstractContextManager[sa.Connection]:
        return self._write(the_daemons(self._own).execution_options(synchronous="NORMAL"))

    def close(self) -> None:
        self._closed = True
        self._shared.dispose()
        if self._own is not None:
            self._own.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def _write(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        with _translated(self._path):
            self._still_there()
            with _writing(engine).begin() as connection:
                yield connection

    def _still_there(self) -> None:
        """A removed file goes on taking rows that nobody will find again."""
        if self._closed:
            raise StoreError("The records are closed.", "Start the program again.")
        if (there := _identity(self._path)) == self._file:
            return
        said = f"The records file {self._path} was replaced while it was in use."
        if self._own is not None:
            raise StoreError(said, "Put the former file back, or start the daemon again to go on with the new one.")
        self._shared.dispose()  # connections made from now on open the new file
        prepare(_writing(self._shared), backup=None)
        self._file = there
        raise ReplacedError(said, "The page goes on with the new file by itself.")

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


def _engine(path: Path, busy_timeout_s: float, log_pages: int) -> sa.Engine:
    """`log_pages`: when to empty the log; 0 is never, otherwise there is a single connection.
    Connecting raises StoreError when a setting is not effective."""
    pragmas: dict[str, int | str] = {
        "busy_timeout": round(busy_timeout_s * 1000),
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "wal_autocheckpoint": log_pages,
        "journal_size_limit": LOG_BYTES,
    }

    size = {"pool_size": 1, "max_overflow": 0} if log_pages else {}
    engine = sa.create_engine("sqlite://", creator=lambda: _connect(path, pragmas), poolclass=sa.QueuePool, **size)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        """The driver must not begin by itself: it would leave table changes outside the transaction."""
        options = connection.get_execution_options()
        if log_pages:
            connection.exec_driver_sql(f"PRAGMA synchronous = {options.get('synchronous', 'FULL')}")
        connection.exec_driver_sql(options.get("begin", "BEGIN"))

    return engine


def _connect(path: Path, pragmas: Mapping[str, int | str]) -> sqlite3.Connection:
    with ExitStack() as opened:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
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


def _writing(engine: sa.Engine) -> sa.Engine:
    """Transactions that take the write lock at once: one that first read would fail instead of wait."""
    return engine.execution_options(begin="BEGIN IMMEDIATE")


def _refuse_network(path: Path) -> None:
    mount = mount_of(path)
    if not mount.local and mount.kind != "unknown":
        raise StoreError(
            f"The records file {path} lies on a network file system ({mount.kind}), where SQLite can lose data.",
            "Put it on a disk of this computer: `store: {sqlite: {path: /var/lib/capture-station/records.sqlite}}`.",
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
