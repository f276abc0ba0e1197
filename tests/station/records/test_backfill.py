"""An old database learns its counts."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given, settings

from station.records.backfill import add_hours, add_tallies
from station.records.migrations import show_stands
from station.records.tables import HOURS, QUARTERS, metadata, stands
from station.types import Outcome
from tests.station.records.test_tallies import SHOTS, shoot

COUNTS = (*QUARTERS, *HOURS, stands)


def counts(connection: sa.Connection) -> list[list[tuple[object, ...]]]:
    """Everything that was counted, floats rounded."""
    tables = [connection.execute(sa.select(table).order_by(*table.primary_key.columns)).fetchall() for table in COUNTS]
    return [[tuple(round(v, 6) if isinstance(v, float) else v for v in row) for row in rows] for rows in tables]


@settings(max_examples=40, deadline=None)
@given(SHOTS)
def test_counting_anew_gives_what_was_kept_up(
    shots: list[tuple[int, str, list[tuple[str, Outcome]], float | None]],
) -> None:
    """An old database that is counted once holds the same as one that counted with every verdict."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        shoot(connection, shots)
        kept = counts(connection)
        for table in COUNTS:
            table.drop(connection)
        add_tallies(connection)
        add_hours(connection)
        show_stands(connection)
        assert counts(connection) == kept
    engine.dispose()
