"""What the columns do to their values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.schema import CreateTable

from station.records.tables import Utc, Word, metadata

DIALECT = sa.create_engine("sqlite://").dialect


@settings(deadline=None)
@given(st.datetimes(timezones=st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))))
def test_a_moment_stays_the_same_moment(moment: datetime) -> None:
    """A time of any zone is kept as UTC; SQLite gives it back without a zone and it is still the same moment."""
    try:
        kept = Utc().process_bind_param(moment, DIALECT)
    except OverflowError:  # within a day of the years 1 and 9999
        return
    assert kept is not None
    assert kept.tzinfo is UTC
    assert Utc().process_result_value(kept.replace(tzinfo=None), DIALECT) == moment
    assert Utc().process_result_value(kept, DIALECT) == moment


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_words_of_64_bits_stay_apart(one: int, other: int) -> None:
    """Every 64-bit number fits a signed column, and two numbers stay two."""
    kept = [Word().process_bind_param(number, DIALECT) for number in (one, other)]
    assert all(number is not None and -(2**63) <= number < 2**63 for number in kept)
    assert (kept[0] == kept[1]) is (one == other)
    if one < 2**63:
        assert kept[0] == one


@pytest.mark.parametrize(("kind", "numbering"), [("sqlite", "AUTOINCREMENT"), ("postgresql", "BIGSERIAL")])
def test_the_tables_can_be_made_in_every_database(kind: str, numbering: str) -> None:
    """The same definitions give statements for SQLite and PostgreSQL, numbered by the database itself."""
    dialect = sa.make_url(f"{kind}://").get_dialect()()
    made = {table.name: str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables}
    numbered = {"verdicts", "decisions", "sessions", "retakes", "wrong_alarms", "lots"}
    assert {name for name, statement in made.items() if numbering in statement} == numbered
