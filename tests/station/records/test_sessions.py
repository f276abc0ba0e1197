"""Sessions: one runs at a station, ends once, and says how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from station.records import sessions
from station.types import Session

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def start(connection: sa.Connection, operator: str = "Anna", station: str = "stand-1", job: str = "J1") -> Session:
    return sessions.start(connection, station=station, rig="r", operator=operator, job=job, at=NOW)


def test_the_same_work_goes_on_and_other_work_is_a_handover(connection: sa.Connection) -> None:
    """A page loaded anew does not begin a new session; another name or job does, and ends the one before."""
    first = start(connection)
    assert start(connection) == first == sessions.current(connection, station="stand-1")
    second = start(connection, operator="Ben")
    assert sessions.current(connection, station="stand-1") == second
    handed = sessions.get(connection, number=first.number)
    assert handed is not None
    assert (handed.ended_at, handed.signed_by) == (NOW, None)
    assert sessions.recent(connection) == (second, handed)


def test_stations_have_sessions_of_their_own(connection: sa.Connection) -> None:
    """Records that several stations share keep them apart."""
    one, other = start(connection), start(connection, station="stand-2")
    assert one.number != other.number
    assert sessions.current(connection, station="stand-1") == one
    assert sessions.current(connection, station="stand-3") is None


def test_a_session_is_signed_off_once(connection: sa.Connection) -> None:
    """The second sign-off finds nothing that runs, and changes nothing."""
    number, later = start(connection).number, NOW + timedelta(hours=4)
    said = {"by": "Anna", "supervisor": "Zoe", "reason": "fragile", "open_retakes": 2}
    done = sessions.sign_off(connection, number=number, at=later, **said)  # type: ignore[arg-type]
    assert done is not None
    assert (done.ended_at, done.signed_by, done.supervisor, done.reason, done.open_retakes) == (
        later, "Anna", "Zoe", "fragile", 2,
    )  # fmt: skip
    again = {"by": "Eve", "supervisor": None, "reason": "", "open_retakes": 0}
    assert sessions.sign_off(connection, number=number, at=later, **again) is None  # type: ignore[arg-type]
    assert sessions.get(connection, number=number) == done
    assert sessions.current(connection, station="stand-1") is None
