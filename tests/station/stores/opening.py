"""Opening the SQLite store for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from station.contracts import Store
from station.records.log import Log, the_daemons
from station.stores import postgresql, sqlite
from station.types import Verdict
from tests.station.postgres import Postgres

VerdictOf = Callable[..., Verdict]
Opener = Callable[[Path], Store]
OPENERS: dict[str, Callable[[Callable[[], Postgres]], Opener]] = {
    "sqlite": lambda _server: lambda state: sqlite.build(sqlite.Settings(), state, writer="stand-1"),
    "postgresql": lambda server: in_database(server()),
}
"""How a store of each kind is opened for writing: by the folder, or in a new database, with all its data."""
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def in_database(server: Postgres) -> Opener:
    """A new database; every opening is one of it."""
    settings = server.settings(server.database())
    return lambda state: postgresql.build(settings, state, writer="stand-1")


def open_store(folder: Path, *, writer: bool = True) -> Log:
    return sqlite.build(sqlite.Settings(busy_timeout_s=0.1), folder, writer="stand-1" if writer else None)


def on_every_connection(store: Log, statement: str) -> None:
    """Run a statement on each connection the store has or will make."""
    file = inside(store)
    for engine in (file._shared, the_daemons(file._own)):
        engine.dispose()
        sa.event.listen(engine, "checkout", lambda connection, *_: connection.execute(statement))


def inside(store: Log) -> sqlite.SqliteFile:
    """The file behind a store."""
    assert isinstance(store.source, sqlite.SqliteFile)
    return store.source
