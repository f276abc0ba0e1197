"""What the tests of the records share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from station.records.tables import metadata


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    """A plain database with the tables and nothing else."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()
