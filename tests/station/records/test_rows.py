"""Rows that are damaged are told as such; columns say what the document says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station.errors import StoreError
from station.records.rows import decision_of, decision_row, file_rows, pulse_of, pulse_row, record_of, verdict_row
from station.types import Action, Capture, Decision, Engine, Finding, Outcome, Pulse, Stamp, Verdict

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def verdict(tmp_path: Path) -> Verdict:
    capture = Capture("ab" * 8, tmp_path / "a.jpg", "ab" * 32, NOW, 5, Stamp(1, 2, 5, 4), (tmp_path / "a.cr3",))
    return Verdict(
        *(capture, "p", "r", None, ("E1\0", "E2"), (Finding("c", "d", Outcome.WARN, "m"),), {}, ()),
        *(Engine("m", "ab", "b", "fp16", "1"), "c", "0.1.0", {"total": 0.5}),
    )


def test_the_columns_repeat_what_is_searched_for(tmp_path: Path) -> None:
    """First specimen number (fit for every database), worst outcome, engine and total time stand in columns."""
    row = verdict_row(verdict(tmp_path), "stand-1", NOW)
    wanted = {"specimen": r"E1\x00", "outcome": "WARN", "model": "m", "precision": "fp16", "total_s": 0.5}
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize("document", ["", "{", "[]", "{}", '{"size_px": 1}'])
def test_a_damaged_document_is_a_store_error(document: str) -> None:
    """A row that a disk or a hand has spoiled names its number."""
    row: Any = {"sequence": 7, "recorded_at": NOW, "station": "s", "document": document, "decision_sequence": None}
    with pytest.raises(StoreError, match="number 7") as caught:
        record_of(row)
    assert caught.value.remedy


def test_a_damaged_decision_or_pulse_is_a_store_error() -> None:
    """An action nobody knows, or a pulse that is no JSON, is not passed on."""
    decided: Any = decision_row(Decision("1", Action.ACCEPT, "o", "r", "n", NOW)) | {"sequence": 3}
    assert decision_of(decided).action is Action.ACCEPT
    with pytest.raises(StoreError, match="number 3"):
        decision_of(decided | {"action": "BURN"})
    beat: Any = pulse_row(Pulse(NOW, "stand-1"))
    assert pulse_of(beat) == Pulse(NOW, "stand-1")
    with pytest.raises(StoreError, match="sign of life"):
        pulse_of(beat | {"document": "{}"})


def test_the_ledger_holds_each_file_that_is_there(tmp_path: Path) -> None:
    """The photograph with the stamp it was judged by, companions with what the disk says now, absent ones not."""
    given = verdict(tmp_path).capture
    assert [row["path"] for row in file_rows(given, "stand-1")] == [bytes(given.path)]
    (tmp_path / "a.cr3").write_bytes(b"raw")
    photograph, raw = file_rows(given, "stand-1")
    assert (photograph["mtime_ns"], raw["bytes"], raw["capture_id"]) == (4, 3, given.id)
