"""Captures as rows."""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from station.errors import ConfigError
from station.reports.tables import COLUMNS, as_csv, as_parquet
from station.types import Action, Capture, Decision, Finding, Outcome, Record, Stamp, Verdict

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


def record(number: int, specimen: str = "E0001", operator: str | None = "Ada") -> Record:
    capture = Capture(f"{number:016x}", Path("/in/a b.jpg"), f"{number:064x}", NOW, 5, Stamp(1, number, 5, number))
    found = (Finding("barcode", "fine", Outcome.PASS, ""), Finding("colour_chart", "missing", Outcome.FAIL, ""))
    measures = {"skew_deg": -0.4, "labels": [{"edge_width_px": 2.5}], "charts": []}
    verdict = Verdict(capture, "p", "r", None, (specimen,), found, measures, (), None, "c", "0.1.0")
    word = Decision(capture.id, Action.SET_ASIDE, "Ada", "faded", "", NOW)
    return Record(number, NOW, "stand-1", verdict, word, operator=operator)


def test_a_csv_reads_back() -> None:
    """One row a capture with its figures, its decision and all that was wrong; nothing for what is not known."""
    rows = list(csv.DictReader(io.StringIO("".join(as_csv([record(1), record(2, operator=None)])))))
    assert list(rows[0]) == list(COLUMNS)
    told = {key: rows[0][key] for key in ("sequence", "specimen", "outcome", "decision", "findings", "skew_deg")}
    assert told == {
        "sequence": "1", "specimen": "E0001", "outcome": "FAIL", "decision": "set aside",
        "findings": "colour_chart:missing", "skew_deg": "-0.4",
    }  # fmt: skip
    assert (rows[0]["sharpness_px"], rows[0]["colour_de2000"], rows[1]["operator"]) == ("2.5", "", "")


@pytest.mark.parametrize("odd", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_spreadsheet_runs_nothing(odd: str) -> None:
    """A barcode may say anything; it is a text."""
    (row,) = csv.DictReader(io.StringIO("".join(as_csv([record(1, odd)]))))
    assert row["specimen"] == f"'{odd}"


def test_an_empty_report_has_its_head() -> None:
    """So that programs which read it find their columns."""
    assert "".join(as_csv([])).strip() == ",".join(COLUMNS)


def test_parquet_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow there is CSV."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match="pyarrow"):
        as_parquet([record(1)])


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed (the extra `line`)")
def test_parquet_reads_back() -> None:
    """The same rows, with their types."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(pyarrow.BufferReader(as_parquet([record(1), record(2)])))
    assert table.column_names == list(COLUMNS)
    assert table["sequence"].to_pylist() == [1, 2]
    assert table["findings"].to_pylist() == ["colour_chart:missing"] * 2
    nothing = pyarrow.parquet.read_table(pyarrow.BufferReader(as_parquet([])))
    assert nothing.schema == table.schema
