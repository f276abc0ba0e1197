"""The questions to the tables cost the same however many records there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from station.records import queries
from station.records.rows import Row, file_rows, verdict_row
from station.records.tables import decisions, files, metadata, verdicts
from station.types import Action, Capture, Decision, Pulse, Stamp, Verdict

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def rows_of(number: int) -> tuple[Row, list[Row]]:
    stamp = Stamp(1, number, 5, number)
    capture = Capture(f"{number:016x}", Path(f"/inbox/{number}.jpg"), f"{number:064x}", NOW, 5, stamp)
    verdict = Verdict(capture, "p", "r", None, (), (), {}, (), None, "c", "0.1.0")
    return verdict_row(verdict, "stand-1", NOW), file_rows(capture)


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    """A plain database with the tables and nothing else."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def fill(connection: sa.Connection, numbers: range) -> None:
    """Verdicts, their files and a decision on each."""
    made = [rows_of(number) for number in numbers]
    words = [{"action": "ACCEPT", "operator": "", "reason_code": "", "note": "", "at": NOW}] * len(made)
    connection.execute(sa.insert(verdicts), [row for row, _ in made])
    connection.execute(sa.insert(files), [row for _, ledger in made for row in ledger])
    decided = [word | {"capture_id": row["capture_id"]} for word, (row, _) in zip(words, made, strict=True)]
    connection.execute(sa.insert(decisions), decided)


def steps(connection: sa.Connection, ask: Callable[[], object]) -> int:
    """How many instructions SQLite's machine takes for a question: its cost, without a clock."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(count, 1)
    ask()
    driver.set_progress_handler(None, 0)
    return taken


def test_no_question_costs_more_with_more_records(connection: sa.Connection) -> None:
    """With thirty times the verdicts, files and decisions every question takes the same work: nothing is scanned."""
    known = f"{50:016x}"
    word = Decision(known, Action.RETAKE, "Ada", "", "", NOW)
    questions: dict[str, Callable[[], object]] = {
        "latest": lambda: queries.latest(connection, 20),
        "since": lambda: queries.since(connection, 10, 20),
        "count": lambda: queries.last_number(connection),
        "has": lambda: queries.has(connection, known),
        "get": lambda: queries.get(connection, known),
        "knows": lambda: queries.knows(connection, b"/inbox/50.jpg", Stamp(0, 0, 5, 50)),
        "history": lambda: queries.history(connection, known),
        "decided_since": lambda: queries.decided_since(connection, 10, 20),
        "last_pulse": lambda: queries.last_pulse(connection),
        "add a known one": lambda: queries.add(connection, *rows_of(50)),
    }
    fill(connection, range(100))
    queries.beat(connection, Pulse(NOW, "stand-1"))
    before = {name: steps(connection, ask) for name, ask in questions.items()}
    fill(connection, range(100, 3000))
    after = {name: steps(connection, ask) for name, ask in questions.items()}
    assert all(before.values())
    assert after == pytest.approx(before, rel=0.2, abs=20)
    queries.decide(connection, word)
    record = queries.get(connection, known)
    assert record is not None
    assert record.decision == word
