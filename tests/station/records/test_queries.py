"""The questions to the tables cost the same however many records there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from station.records import chains, queries, sessions
from station.records.rows import Row, file_rows, verdict_row
from station.records.tables import decisions, files, verdicts
from station.types import Action, Capture, Decision, Policy, Stamp, Verdict

pytestmark = pytest.mark.parametrize("connection", ["sqlite"], indirect=True)
"""SQLite tells its plans and counts its steps; a database of each kind has the same indexes."""
Question = Callable[[sa.Connection], object]
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def verdict_of(number: int) -> Verdict:
    stamp = Stamp(1, number, 5, number)
    capture = Capture(f"{number:016x}", Path(f"/inbox/{number}.jpg"), f"{number:064x}", NOW, 5, stamp)
    return Verdict(capture, "p", "r", None, (f"E{number}",), (), {}, (), None, "c", "0.1.0", policy=Policy.BLOCK)


def rows_of(number: int) -> tuple[Row, list[Row]]:
    verdict = verdict_of(number)
    return verdict_row(verdict, "stand-1", NOW), file_rows(verdict.capture, "stand-1")


def fill(connection: sa.Connection, numbers: range) -> None:
    """Verdicts, their files and a decision on each."""
    made = [rows_of(number) for number in numbers]
    words = [{"action": "ACCEPT", "operator": "", "reason_code": "", "note": "", "at": NOW}] * len(made)
    connection.execute(sa.insert(verdicts), [row for row, _ in made])
    connection.execute(sa.insert(files), [row for _, ledger in made for row in ledger])
    decided = [word | {"capture_id": row["capture_id"]} for word, (row, _) in zip(words, made, strict=True)]
    connection.execute(sa.insert(decisions), decided)


def steps(connection: sa.Connection, ask: Question) -> int:
    """How many instructions SQLite's machine takes for a question: its cost, without a clock."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(count, 1)
    ask(connection)
    driver.set_progress_handler(None, 0)
    return taken


def scans(connection: sa.Connection, ask: Question) -> list[str]:
    """The tables that SQLite's plan for a question walks through row by row."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    ask(connection)
    sa.event.remove(connection, "before_cursor_execute", note)
    driver = connection.connection.driver_connection
    assert driver is not None
    single = [(sql, values) for sql, values in asked if not isinstance(values, list)]
    plans = [driver.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall() for sql, values in single]
    return [step[3].split()[1] for plan in plans for step in plan if step[3].startswith("SCAN")]


KNOWN = f"{50:016x}"
QUESTIONS: dict[str, Question] = {
    "latest": lambda connection: queries.latest(connection, 20),
    "since": lambda connection: queries.since(connection, 10, 20),
    "latest of a station": lambda connection: queries.latest(connection, 20, "stand-1"),
    "latest of none": lambda connection: queries.latest(connection, 20, "stand-2"),
    "since of a station": lambda connection: queries.since(connection, 10, 20, "stand-1"),
    "last_number": queries.last_number,
    "has": lambda connection: queries.has(connection, KNOWN),
    "get": lambda connection: queries.get(connection, KNOWN),
    "knows": lambda connection: queries.knows(connection, b"/inbox/50.jpg", Stamp(0, 0, 5, 50), "stand-1"),
    "history": lambda connection: queries.history(connection, KNOWN),
    "decided_since": lambda connection: queries.decided_since(connection, 10, 20),
    "add": lambda connection: queries.add(connection, verdict_of(50), "stand-1", NOW),
    "of_specimen": lambda connection: queries.of_specimen(connection, "E50", "stand-1"),
    "decided_since of a station": lambda connection: queries.decided_since(connection, 10, 20, "stand-1"),
    "current session": lambda connection: sessions.current(connection, station="stand-1"),
    "open retakes": lambda connection: chains.open_ones(connection, station="stand-1"),
    "chain of a capture": lambda connection: chains.of_capture(connection, capture_id=KNOWN),
    "last_pulse": queries.last_pulse,
}


def test_no_question_costs_more_with_more_records(connection: sa.Connection) -> None:
    """With thirty times the verdicts, files and decisions every question takes the same work."""
    fill(connection, range(100))
    before = {name: steps(connection, ask) for name, ask in QUESTIONS.items()}
    fill(connection, range(100, 3000))
    after = {name: steps(connection, ask) for name, ask in QUESTIONS.items()}
    assert all(before.values())
    assert after == pytest.approx(before, rel=0.2, abs=20)


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_walks_through_a_table(connection: sa.Connection, name: str) -> None:
    """Every plan is a search; but the newest are read from the end in order, and a pulse is one row a station."""
    fill(connection, range(100))
    wanted = {"latest": ["verdicts"], "last_pulse": ["pulse"]}.get(name, [])
    assert scans(connection, QUESTIONS[name]) == wanted


def test_a_new_verdict_costs_the_same_beside_many(connection: sa.Connection) -> None:
    """It looks for its session and its retake from the newest end."""
    fill(connection, range(100))
    before = steps(connection, lambda c: queries.add(c, verdict_of(9001), "stand-1", NOW))
    fill(connection, range(100, 3000))
    after = steps(connection, lambda c: queries.add(c, verdict_of(9002), "stand-1", NOW))
    assert after == pytest.approx(before, rel=0.5)  # the trees are one level deeper; walking would be 30 times


def test_a_record_carries_its_last_decision(connection: sa.Connection) -> None:
    """The last word counts, whatever was said before."""
    fill(connection, range(100))
    word = Decision(KNOWN, Action.RETAKE, "Ada", "", "", NOW)
    queries.decide(connection, word)
    record = queries.get(connection, KNOWN)
    assert record is not None
    assert record.decision == word
    assert queries.history(connection, KNOWN)[-1] == word
