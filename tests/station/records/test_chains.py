"""Retake chains in the tables: what the rules say is kept, in the transaction of the verdict or the word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from station.records import chains, queries, sessions
from station.types import (
    Action,
    Capture,
    Decision,
    Finding,
    Outcome,
    Policy,
    Record,
    Retake,
    RetakeState,
    Stamp,
    Verdict,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def shoot(connection: sa.Connection, number: int, outcome: Outcome, *specimen: str, station: str = "stand-1") -> Record:
    capture = Capture(f"{number:016x}", Path(f"/{number}.jpg"), f"{number:064x}", NOW, 5, Stamp(1, number, 5, number))
    findings = (Finding("c", "d", outcome, "m"),)
    policy = Policy.BLOCK if outcome is Outcome.FAIL else Policy.INFORM
    verdict = Verdict(capture, "p", "r", None, specimen, findings, {}, (), None, "c", "0.1.0", policy=policy)
    record = queries.add(connection, verdict, station, NOW)
    assert record is not None
    read = queries.get(connection, capture.id)
    assert read is not None
    assert (read.retake, read.attempt, read.retake_of) == (record.retake, record.attempt, record.retake_of)
    return record


def say(connection: sa.Connection, record: Record, action: Action, reason: str = "") -> None:
    queries.decide(connection, Decision(record.verdict.capture.id, action, "Anna", reason, "", NOW))


def chain(connection: sa.Connection, record: Record) -> Retake:
    found = chains.of_capture(connection, capture_id=record.verdict.capture.id)
    assert found is not None
    return found


def test_a_bad_photograph_is_superseded_until_a_good_one_comes(connection: sa.Connection) -> None:
    """Attempts are counted, each knows the one before, and the last closes the chain without a person."""
    bad = shoot(connection, 1, Outcome.FAIL, "E1")
    other = shoot(connection, 2, Outcome.PASS, "E2")
    worse = shoot(connection, 3, Outcome.FAIL, "E1")
    assert [c.number for c in chains.open_ones(connection, station="stand-1")] == [bad.retake]
    good = shoot(connection, 4, Outcome.WARN, "E1")
    assert other.retake is None
    assert [r.retake_of for r in (bad, worse, good)] == [None, bad.verdict.capture.id, worse.verdict.capture.id]
    assert [r.attempt for r in (bad, worse, good)] == [1, 2, 3]
    closed = chain(connection, bad)
    assert (closed.state, closed.closed_by, closed.attempts) == (RetakeState.REPLACED, None, 3)
    assert chains.open_ones(connection) == ()
    ids = tuple(r.verdict.capture.id for r in (bad, worse, good))
    assert chains.captures_of(connection, number=closed.number) == ids
    first = queries.get(connection, ids[0])
    assert first is not None
    assert first.replaced_by == ids[1]


def test_a_good_one_after_it_is_closed_belongs_to_no_chain(connection: sa.Connection) -> None:
    """A second shot of a specimen that is done is a capture of its own."""
    shoot(connection, 1, Outcome.FAIL, "E1")
    shoot(connection, 2, Outcome.PASS, "E1")
    assert shoot(connection, 3, Outcome.PASS, "E1").retake is None


def test_a_person_closes_opens_and_sets_aside(connection: sa.Connection) -> None:
    """Every word moves the chain; who and why stand in it."""
    bad = shoot(connection, 1, Outcome.FAIL, "E1")
    say(connection, bad, Action.ACCEPT, "object_faded")
    closed = chain(connection, bad)
    assert (closed.state, closed.closed_by, closed.reason_code) == (RetakeState.ACCEPTED, "Anna", "object_faded")
    say(connection, bad, Action.RETAKE)
    assert (chain(connection, bad).state, chain(connection, bad).closed_by) == (RetakeState.OPEN, None)
    say(connection, bad, Action.SET_ASIDE)
    assert shoot(connection, 2, Outcome.PASS).retake is None
    assert shoot(connection, 3, Outcome.PASS, "E1").retake == bad.retake
    passed = shoot(connection, 4, Outcome.PASS, "E4")
    say(connection, passed, Action.ACCEPT)
    assert chains.of_capture(connection, capture_id=passed.verdict.capture.id) is None
    say(connection, passed, Action.RETAKE)
    assert chain(connection, passed).specimen == "E4"


def test_the_awaited_one_takes_the_next_file_and_may_be_given_its_number(connection: sa.Connection) -> None:
    """A scan names a specimen whose code could not be read; only one can be awaited."""
    one, two = shoot(connection, 1, Outcome.FAIL), shoot(connection, 2, Outcome.FAIL, "E2")
    assert one.retake is not None
    assert two.retake == one.retake  # the next file
    third = shoot(connection, 3, Outcome.FAIL, "E3")
    shoot(connection, 4, Outcome.PASS, "E4")
    assert third.retake is not None
    assert chains.await_next(connection, station="stand-1", number=third.retake) is not None
    named = chains.await_next(connection, station="stand-1", number=one.retake, specimen="E9")
    assert named is not None
    assert (named.specimen, named.awaited) == ("E2", True)  # a number that was read is not overruled
    assert not chain(connection, third).awaited
    assert shoot(connection, 5, Outcome.PASS).retake == one.retake
    assert chains.await_next(connection, station="stand-1", number=one.retake) is None


def test_stations_do_not_take_each_other_s_photographs(connection: sa.Connection) -> None:
    """One stand's next file is not the retake of another's."""
    shoot(connection, 1, Outcome.FAIL)
    assert shoot(connection, 2, Outcome.PASS, station="stand-2").retake is None
    assert shoot(connection, 3, Outcome.PASS).attempt == 2


def test_a_record_says_who_was_at_work(connection: sa.Connection) -> None:
    """Operator and job of the session that ran when it was recorded; none before there was one."""
    before = shoot(connection, 1, Outcome.PASS)
    work = sessions.start(connection, station="stand-1", rig="r", operator="Anna", job="J7", at=NOW)
    record = shoot(connection, 2, Outcome.FAIL, "E1")
    assert (before.session, before.operator) == (None, None)
    assert (record.session, record.operator, record.job) == (work.number, "Anna", "J7")
    assert chain(connection, record).session == work.number
