"""All records of one database into another, empty one: a station's own history goes along when it moves to the line's
server, or back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select

from station.errors import StoreError
from station.records.tables import metadata, migrations, pulse

BATCH = 1000
TABLES = tuple(table for table in metadata.sorted_tables if table not in (migrations, pulse))
"""Each after those that it points to. A pulse is of now, and the steps are the other database's own."""


def size(connection: Connection) -> int:
    """How many rows there are to copy."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES)


def copy(old: Connection, new: Connection, told: Callable[[int], object]) -> None:
    """Every row under its own number, so that what points at it still does; `told` hears how many more are there.
    Raises StoreError where `new` holds records already: two histories have the same numbers."""
    if size(new):
        raise StoreError(
            "There are records already where these are to go; nothing was copied.",
            "Name an empty database. Where other stations have begun, keep this history as it is and begin anew.",
        )
    for table in TABLES:
        rows = old.execution_options(yield_per=BATCH).execute(select(table)).mappings()
        for batch in rows.partitions(BATCH):
            new.execute(insert(table), [dict(row) for row in batch])
            told(len(batch))
        if new.dialect.name == "postgresql" and "sequence" in table.c and table.c.sequence.autoincrement is True:
            last = select(func.max(table.c.sequence)).scalar_subquery()
            new.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "sequence"), last)))
