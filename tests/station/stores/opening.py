"""Opening the SQLite store for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from station.contracts import Store
from station.stores import sqlite
from station.types import Verdict

VerdictOf = Callable[..., Verdict]
Opener = Callable[[Path], Store]
OPENERS: dict[str, Opener] = {"sqlite": lambda state: sqlite.build(sqlite.Settings(), state, writer="stand-1")}
"""How a store of each kind is opened for writing, with all its data in one folder."""
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def open_store(folder: Path, *, writer: bool = True) -> sqlite.SqliteStore:
    return sqlite.build(sqlite.Settings(busy_timeout_s=0.1), folder, writer="stand-1" if writer else None)


def on_every_connection(store: sqlite.SqliteStore, statement: str) -> None:
    """Run a statement on each connection the store has or will make."""
    for engine in (store._shared, store._daemons()):
        engine.dispose()
        sa.event.listen(engine, "checkout", lambda connection, *_: connection.execute(statement))
