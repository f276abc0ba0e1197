"""Wrong alarms: a person's word on a finding, with its picture."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from station.records import alarms, queries
from station.types import Capture, Stamp, Verdict, WrongAlarm

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_it_is_kept_once_with_its_picture(connection: sa.Connection) -> None:
    """The key pressed twice is one alarm; the picture is fetched apart from the list."""
    capture = Capture("ab" * 8, Path("/a.jpg"), "ab" * 32, NOW, 5, Stamp(1, 2, 5, 4))
    queries.add(connection, Verdict(capture, "p", "r", None, (), (), {}, (), None, "c", "0.1.0"), "stand-1", NOW)
    said = WrongAlarm(0, capture.id, 1, "Anna", "a fold", NOW, b"jpeg")
    first, second = alarms.add(connection, said), alarms.add(connection, said)
    assert first.number == second.number > 0
    assert alarms.crop(connection, number=first.number) == b"jpeg"
    (listed,) = alarms.since(connection, number=0)
    assert (listed.finding, listed.note, listed.crop) == (1, "a fold", None)
    assert alarms.of_capture(connection, capture_id=capture.id) == (listed,)
    assert alarms.since(connection, number=first.number) == ()
    assert alarms.crop(connection, number=99) is None
