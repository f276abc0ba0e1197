"""Lots and second looks in the tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from station.records import looks
from station.types import Answer, Lot, Outcome
from tests.station.records.test_chains import shoot

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def first(captures: Sequence[str], number: int) -> Sequence[str]:
    """A drawing without chance: the newest of the lot."""
    return captures[-number:]


def draw(connection: sa.Connection, size: int, sample: int = 2) -> Lot | None:
    wanted = {"station": "stand-1", "size": size, "sample": sample, "level": "normal", "by": "Zoe", "at": NOW}
    return looks.draw(connection, **wanted, drawing=first)  # type: ignore[arg-type]


def say(connection: sa.Connection, lot: int, place: int, said: Answer, defect: str = "") -> bool:
    done = looks.answer(connection, lot=lot, place=place, said=said, defect=defect, note="", by="Zoe", at=NOW)
    return done is not None


def test_a_lot_holds_what_stands(connection: sa.Connection) -> None:
    """Neither a photograph that was replaced, nor one that is owed another, nor another station's."""
    shoot(connection, 1, Outcome.FAIL, "E1")
    shoot(connection, 2, Outcome.PASS, "E1")
    shoot(connection, 3, Outcome.PASS, "E3", station="stand-2")
    shoot(connection, 4, Outcome.FAIL, "E4")
    shoot(connection, 5, Outcome.WARN, "E5")
    assert looks.waiting(connection, station="stand-1", most=9) == 2
    assert draw(connection, 3) is None
    lot = draw(connection, 2)
    assert lot is not None
    assert (lot.first, lot.last, lot.captures, lot.irregular, lot.drawn_by) == (2, 5, 2, False, "Zoe")
    assert [one.capture_id for one in looks.of_lot(connection, lot=lot.number)] == [f"{2:016x}", f"{5:016x}"]


def test_one_lot_after_the_other(connection: sa.Connection) -> None:
    """None is drawn while one is open; a capture is in one lot only; what was passed over makes the next irregular."""
    for number in range(1, 5):
        shoot(connection, number, Outcome.PASS, f"E{number}")
    one = draw(connection, 2)
    assert one is not None
    assert (one.first, one.last, one.irregular) == (3, 4, False)
    for number in range(5, 10):
        shoot(connection, number, Outcome.PASS, f"E{number}")
    assert draw(connection, 2) is None
    for place in (1, 2):
        assert say(connection, one.number, place, Answer.AGREES)
    assert looks.close(connection, lot=one.number, at=NOW) is not None
    two = draw(connection, 2)
    assert two is not None
    assert (two.first, two.last, two.irregular) == (8, 9, True)


def test_a_lot_is_closed_when_everybody_was_looked_at(connection: sa.Connection) -> None:
    """Missed defects are its faults, wrong alarms are not; a word can be changed before, and no more after."""
    for number in range(1, 4):
        shoot(connection, number, Outcome.WARN, f"E{number}")
    lot = draw(connection, 3, sample=3)
    assert lot is not None
    assert say(connection, lot.number, 1, Answer.AGREES)
    assert say(connection, lot.number, 2, Answer.WRONG_ALARM)
    assert looks.close(connection, lot=lot.number, at=NOW) is None
    assert not say(connection, lot.number, 4, Answer.AGREES)
    assert say(connection, lot.number, 3, Answer.AGREES)
    assert say(connection, lot.number, 3, Answer.MISSED, "barcode_missing")
    assert looks.counts(connection, station="stand-1") == ()
    closed = looks.close(connection, lot=lot.number, at=NOW)
    assert closed is not None
    assert closed.faults == 1
    assert looks.close(connection, lot=lot.number, at=NOW) is None
    assert not say(connection, lot.number, 3, Answer.AGREES)
    said = looks.counts(connection, station="stand-1")
    assert set(said) == {(Answer.AGREES, "", 1), (Answer.WRONG_ALARM, "", 1), (Answer.MISSED, "barcode_missing", 1)}


def test_a_cause_is_mended_once(connection: sa.Connection) -> None:
    """Of a closed lot only; who and why are kept."""
    shoot(connection, 1, Outcome.PASS, "E1")
    lot = draw(connection, 1, sample=1)
    assert lot is not None
    assert looks.mend(connection, lot=lot.number, by="Zoe", why="lamp", at=NOW) is None
    assert say(connection, lot.number, 1, Answer.MISSED)
    looks.close(connection, lot=lot.number, at=NOW)
    mended = looks.mend(connection, lot=lot.number, by="Zoe", why="lamp", at=NOW)
    assert mended is not None
    assert (mended.mended_by, mended.mended_why) == ("Zoe", "lamp")
    assert looks.mend(connection, lot=lot.number, by="Ada", why="again", at=NOW) is None
