"""From an older form of the records to the one in tables.py.

A new database is made from tables.py at once. An older one takes every step it lacks, each step in one transaction
together with its own row in `migrations`: after a power cut a step is there with its row, or neither is.
A released step is never edited: it speaks of tables as they were then, so it does not use tables.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Connection, DateTime, Engine, MetaData, Table, Text, func, insert, inspect, select

from station.errors import StoreError
from station.records.backfill import add_tallies
from station.records.tables import metadata, migrations


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: `apply` brings a database of version `number - 1` to version `number`."""

    number: int
    name: str
    apply: Callable[[Connection], None]


def _add_pulse(connection: Connection) -> None:
    columns = (
        Column("station", Text, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("document", Text, nullable=False),
    )
    pulse = Table("pulse", MetaData(naming_convention=metadata.naming_convention), *columns)
    pulse.create(connection)


STEPS: tuple[Migration, ...] = (
    Migration(2, "pulse: the daemon's sign of life", _add_pulse),
    Migration(3, "counts by the quarter of an hour", add_tallies),
)


def version(connection: Connection) -> int:
    """The form of this database; 0 when it is empty. Raises StoreError when it belongs to another program."""
    names = inspect(connection).get_table_names()
    if migrations.name in names:
        return connection.scalar(select(func.max(migrations.c.number))) or 0
    if names:
        raise StoreError(
            "This database does not hold the station's records but something else.",
            "Give `store: path:` in the configuration a file of its own.",
        )
    return 0


def prepare(engine: Engine, *, backup: Callable[[int], None] | None, steps: Sequence[Migration] = STEPS) -> None:
    """Bring the database to the present form.

    `backup(version)` is called before an older database is changed; None means that the caller may not change one.
    Raises StoreError for a newer database, for another program's, and for an older one without `backup`.
    """
    latest = max((step.number for step in steps), default=1)
    with engine.begin() as connection:
        have = version(connection)
        if have == 0:
            _create(connection, steps)
            return
    if have > latest:
        raise StoreError(
            f"The records were written by a newer version of the software (form {have}; this one knows {latest}).",
            "Install the newer version again, or point `store: path:` at another file. Nothing was changed.",
        )
    missing = [step for step in steps if step.number > have]
    if missing and backup is None:
        raise StoreError(
            f"The records are in an older form ({have}; this version needs {latest}).",
            "Start the daemon (`station run`): it makes a backup and brings the records up to date.",
        )
    if missing and backup is not None:
        backup(have)
    for step in missing:
        with engine.begin() as connection:
            step.apply(connection)
            _note(connection, step.number, step.name)


def _create(connection: Connection, steps: Sequence[Migration]) -> None:
    metadata.create_all(connection)
    _note(connection, 1, "verdicts, decisions, files")
    for step in steps:
        _note(connection, step.number, step.name)


def _note(connection: Connection, number: int, name: str) -> None:
    connection.execute(insert(migrations).values(number=number, name=name, applied_at=datetime.now(UTC)))
