"""The records of several stations in one PostgreSQL database, for one wall over all of them.

Every transaction that writes first takes one lock of the database (`pg_advisory_xact_lock`), as a writer of SQLite
takes the file: numbers are given in the order in which they can be read, none is left out, and no two stations draw the
same lot. A daemon holds another such lock as long as it is connected, so that no two of one name write. Verdicts and
decisions are on the server's disk before anybody is told (`synchronous_commit` as the server has it: on); a sign of
life waits for no disk.

A server that does not answer within `timeout_s` is away. While it is, one call in `retry_s` tries it, all others are
refused at once: the line waits for no network. What is not recorded the daemon keeps and adds later.
"""

from __future__ import annotations

import logging
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError

import station.settings
from station.errors import AwayError, StoreError
from station.records.away import Away
from station.records.log import Log, the_daemons
from station.records.migrations import prepare

LOCK = int.from_bytes(b"stat")
"""First half of the number of every lock of ours; the second is 0 for writing, else of a station."""
IDLE_S = 5.0
"""A connection that lay longer is asked whether it still is one, before it is used."""
MIGRATION_S = 3600.0
QUIET = "sqlalchemy.pool.impl.QueuePool"
"""It would tell of each broken connection that it could not be closed in peace."""
WRITE = ("BEGIN", f"SELECT pg_advisory_xact_lock({LOCK}, 0)")
MOMENT = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
LIVE = ("BEGIN", "SET LOCAL synchronous_commit = off")


class Settings(station.settings.Settings):
    """`store: {postgresql: {...}}`"""

    host: str = Field(default="127.0.0.1", min_length=1, description="the server; a path is the folder of its socket")
    port: int = Field(default=5432, ge=1, le=65535, description="its port")
    database: str = Field(default="capture_station", min_length=1, description="the database; it must be there")
    user: str = Field(default="capture_station", min_length=1, description="who may make tables in it")
    password_file: Path | None = Field(
        default=None, description="file with the password; in the state folder, or a path"
    )
    tls: bool = Field(default=False, description="encrypt, and check the server's certificate")
    ca_file: Path | None = Field(default=None, description="who signs that certificate, if no public authority does")
    timeout_s: float = Field(
        default=3.0, ge=0.2, le=60, description="without an answer for so long it is away, seconds"
    )
    retry_s: float = Field(default=2.0, ge=0.1, le=60, description="so often it is tried while it is away, seconds")


def build(settings: Settings, state: Path, *, writer: str | None = None) -> Log:
    """Open the records, made anew in an empty database. `writer`: the station whose daemon asks; it alone brings older
    records up to date. Raises StoreError, AwayError when nobody answers."""
    if find_spec("pg8000") is None:
        raise StoreError("The driver for PostgreSQL is not installed.", "pip install 'capture-station[line]'")
    return Log(Server(settings, state, writer))


class Server:
    """A Source (records/log.py): connections to one database."""

    def __init__(self, settings: Settings, state: Path, writer: str | None) -> None:
        self._where = f"{settings.database} on {settings.host}:{settings.port}"
        self._away = Away(settings.retry_s)
        self._closed = False
        with ExitStack() as opened, _translated(self._where):
            opened.callback(self.close)
            self._shared = _engine(settings, state, settings.timeout_s)
            self._own = None if writer is None else _engine(settings, state, settings.timeout_s, writer)
            patient = _engine(settings, state, MIGRATION_S)
            opened.callback(patient.dispose)
            prepare(patient.execution_options(begin=WRITE), backup=None if writer is None else lambda _: None)
            if self._own is not None:
                self._own.connect().close()  # takes the station's lock
            opened.pop_all()
            patient.dispose()

    def read(self) -> AbstractContextManager[sa.Connection]:
        return self._given(self._shared, ())

    def moment(self) -> AbstractContextManager[sa.Connection]:
        return self._given(self._shared, MOMENT)

    def write(self) -> AbstractContextManager[sa.Connection]:
        return self._given(self._shared, WRITE)

    def judge(self) -> AbstractContextManager[sa.Connection]:
        return self._given(the_daemons(self._own), WRITE)

    def live(self) -> AbstractContextManager[sa.Connection]:
        return self._given(the_daemons(self._own), LIVE)

    def close(self) -> None:
        self._closed = True
        for engine in (self.__dict__.get("_shared"), self.__dict__.get("_own")):
            if engine is not None:
                engine.dispose()

    @contextmanager
    def _given(self, engine: sa.Engine, begin: tuple[str, ...]) -> Iterator[sa.Connection]:
        if self._closed:
            raise StoreError("The records are closed.", "Start the program again.")
        beginning = engine.execution_options(begin=begin)
        with self._away.tried(), _translated(self._where), beginning.begin() as connection:
            yield connection


def _engine(settings: Settings, state: Path, timeout_s: float, writer: str | None = None) -> sa.Engine:
    """`writer`: the station whose daemon's single connection this is. The driver never begins by itself."""
    host = settings.host
    place = {"unix_sock": f"{host}/.s.PGSQL.{settings.port}"} if host.startswith("/") else {"host": host}
    given: dict[str, Any] = place | {
        "timeout": timeout_s,
        "application_name": f"capture-station {writer or ''}".strip()[:60],
        "startup_params": _session(timeout_s),
        "ssl_context": _tls(settings.ca_file and state / settings.ca_file) if settings.tls else False,
    }
    size = {} if writer is None else {"pool_size": 1, "max_overflow": 0}
    engine = sa.create_engine(
        sa.URL.create("postgresql+pg8000", settings.user, database=settings.database, port=settings.port),
        connect_args=given,
        isolation_level="AUTOCOMMIT",
        pool_timeout=2 * timeout_s,
        pool_logging_name="records",
        **size,
    )
    logging.getLogger(f"{QUIET}.records").setLevel(logging.CRITICAL)
    _watch(engine, settings.password_file and state / settings.password_file, writer)
    return engine


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise StoreError(f"The file {ca_file} holds no certificate ({error}).", "Correct `ca_file`.") from error


def _session(timeout_s: float) -> dict[str, str]:
    """What the server is asked for: it gives up a little before this side does, and lets go of the locks of a station
    that the network has swallowed within half a minute."""
    keep = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
    idle = {"idle_in_transaction_session_timeout": str(round(timeout_s * 2000))}
    patience = {"statement_timeout": str(round(timeout_s * 900)), "lock_timeout": str(round(timeout_s * 800))}
    return keep | idle | patience | {"timezone": "UTC"}


def _watch(engine: sa.Engine, password_file: Path | None, writer: str | None) -> None:
    """The password is read for every connection; a station's lock is taken with it; broken ones are thrown away."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _args: object, given: dict[str, Any]) -> None:
        given["password"] = "" if password_file is None else _password(password_file)

    @sa.event.listens_for(engine, "connect")
    def connected(driver: Any, _record: object) -> None:
        driver.register_out_adapter(str, lambda text: text.replace("\0", r"\x00"))  # as the records hold it
        if writer is not None and not _first(driver, f"SELECT pg_try_advisory_lock({LOCK}, {_number(writer)})"):
            raise AwayError(
                f"Another daemon already writes these records as '{writer}'.",
                "Stop it first, or give this one a name of its own: `station: NAME`. After the network was cut its"
                " former self is let go within half a minute.",
            )

    @sa.event.listens_for(engine, "checkout")
    def awake(driver: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used", time.monotonic()) > IDLE_S:
            try:
                _first(driver, "SELECT 1")
            except (engine.dialect.loaded_dbapi.Error, OSError) as error:
                raise DisconnectionError from error  # the pool takes another one

    @sa.event.listens_for(engine, "checkin")
    def used(_driver: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @sa.event.listens_for(engine, "handle_error")
    def broken(context: Any) -> None:
        context.is_disconnect = context.is_disconnect or isinstance(_away_of(context.original_exception), str)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        for statement in connection.get_execution_options().get("begin", ()):
            connection.exec_driver_sql(statement)


def _first(driver: Any, statement: str) -> Any:
    cursor = driver.cursor()
    cursor.execute(statement)
    return cursor.fetchone()[0]


def _number(station: str) -> int:
    """A signed 32-bit number of a station's name."""
    return int.from_bytes(zlib.crc32(station.encode("utf-8", "replace")).to_bytes(4), signed=True)


def _password(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or "it is no text"
        raise StoreError(
            f"The password file {file} cannot be read: {said}.", "Give the station's user the right to."
        ) from error


_TROUBLE = {
    "28": ("The database does not let this station in", "Check `user`, `password_file`, and the server's pg_hba.conf."),
    "3D": ("There is no such database", "Make it on the server: `createdb --owner USER DATABASE`."),
    "42501": ("The database refuses this user", "Make the user its owner: `ALTER DATABASE ... OWNER TO ...`."),
    "53100": ("The server's disk is full", "Free some space there; nothing recorded so far is lost."),
    "53": (
        "The server has no room for another connection or more work",
        "Raise `max_connections` there, or its memory.",
    ),
    "25006": ("The database takes no changes", "Point `host` at the main server, not at its copy."),
    "55P03": ("Another program keeps it locked", "Close whatever else works in the database (pgAdmin, a backup?)."),
    "57014": ("The server took too long", "Look at its load and disk, or raise `timeout_s`."),
    "23503": ("There is no verdict for this capture", "Show the page anew and decide again."),
    "22": ("No record can have this number or text", "Check what was asked for."),
    "42": (
        "The tables are not as this version needs them",
        "Update the software of every station, then start the daemon.",
    ),
    "XX": ("The database is damaged", "Stop the stations, keep a copy of the server's files, then restore a backup."),
}
"""SQLSTATE, or its first two characters (https://www.postgresql.org/docs/15/errcodes-appendix.html)."""
_AWAY = ("08", "57P")
"""SQLSTATEs of a server that starts or ends, or of a connection that broke."""
_SILENT = ("network error", "communication error", "Can't create a connection", "connection is closed")
"""How the driver's own errors begin in that case."""
_AWAY_DO = "Look at the network and at the server; nothing is lost meanwhile, and the station goes on by itself."


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Foreign exceptions in the words of the imaging room."""
    try:
        yield
    except DBAPIError as error:
        raise _trouble(where, error.orig or error) from error
    except SQLAlchemyError as error:  # the pool had no connection to give
        raise _away(where, str(error)) from error
    except OSError as error:
        raise _trouble(where, error) from error
    except (OverflowError, UnicodeError) as error:
        raise StoreError(f"No record can have this number or text: {error}.", "Check what was asked for.") from error


def _trouble(where: str, error: BaseException) -> StoreError:
    if (said := _away_of(error)) is not None:
        return _away(where, said)
    told = _told(error)
    code = _state(error) or ("28" if "password" in told else "")
    what, remedy = next(
        (_TROUBLE[key] for key in (code, code[:2]) if key in _TROUBLE),
        ("The records could not be read or written", "Run `station doctor`."),
    )
    return StoreError(f"{what}: {where} ({told}).", remedy)


def _away(where: str, said: str) -> AwayError:
    error = AwayError(f"The records {where} do not answer.", _AWAY_DO)
    error.add_note(said)  # the driver's words, for the log
    return error


def _away_of(error: BaseException) -> str | None:
    """Why nobody answers, if that is what the error says; of networks the driver tells without a SQLSTATE."""
    code, told = _state(error), _told(error)
    silent = isinstance(error, OSError) or (not code and told.startswith(_SILENT))
    return told if silent or code.startswith(_AWAY) else None


def _state(error: BaseException) -> str:
    held = error.args[0] if error.args else None
    return str(held.get("C", "")) if isinstance(held, dict) else ""


def _told(error: BaseException) -> str:
    held = error.args[0] if error.args else None
    cause = error.__cause__
    return str(held.get("M", "")) if isinstance(held, dict) else f"{error}{f' {cause}' if cause else ''}"
