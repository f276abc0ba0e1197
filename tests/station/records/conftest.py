"""What the tests of the records share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from station.records.tables import metadata
from tests.station.postgres import PASSWORD


@pytest.fixture(params=["postgresql", "sqlite"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A plain database of each kind with the tables and nothing else."""
    url = sa.make_url("sqlite://")
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        place = {"host": "127.0.0.1", "port": server.port, "database": server.database()}
        url = sa.URL.create("postgresql+pg8000", "admin", PASSWORD, **place)
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()
