"""The captures behind a report, one a row: CSV, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from station.errors import ConfigError
from station.records.tallies import measured
from station.types import Outcome, Record

COLUMNS = (
    "sequence", "recorded_at", "station", "rig", "operator", "job", "session", "specimen", "outcome", "decision",
    "reason_code", "attempt", "retake_of", "replaced_by", "sharpness_px", "skew_deg", "colour_de2000", "findings",
    "file", "sha256", "model", "config_digest", "software",
)  # fmt: skip

KINDS: dict[str, type] = {
    "sequence": int, "session": int, "attempt": int, "sharpness_px": float, "skew_deg": float, "colour_de2000": float,
}  # fmt: skip
"""Columns that are no text."""
BATCH = 10_000


def row(record: Record) -> dict[str, Any]:
    """One capture; what is not known is None. `findings`: check:code of all that was not well."""
    verdict, decision = record.verdict, record.decision
    figures = dict(measured({"measures": verdict.measures}))
    wrong = [f"{one.check}:{one.code}" for one in verdict.findings if one.outcome is not Outcome.PASS]
    values = (
        record.sequence, record.recorded_at.isoformat(), record.station, verdict.rig, record.operator, record.job,
        record.session, " ".join(verdict.specimen) or None, verdict.outcome.name, decision and decision.action.value,
        (decision and decision.reason_code) or None, record.attempt, record.retake_of, record.replaced_by,
        figures.get("sharpness"), figures.get("skew"), figures.get("colour"), " ".join(wrong) or None,
        str(verdict.capture.path.name), verdict.capture.sha256, verdict.engine and verdict.engine.model,
        verdict.config_digest, verdict.software,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def as_csv(records: Iterable[Record]) -> Iterator[str]:
    """Lines of RFC 4180, the head first. What a spreadsheet would take for a formula begins with an apostrophe."""
    yield _line(COLUMNS)
    for record in records:
        yield _line(row(record).values())


def as_parquet(records: Iterable[Record]) -> bytes:
    """One file; a column has the same type whatever it holds. Raises ConfigError when pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow.", "pip install pyarrow, or take CSV.") from error
    kinds = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    schema = pyarrow.schema([(name, kinds[KINDS.get(name, str)]) for name in COLUMNS])
    written, rows = io.BytesIO(), map(row, records)
    with pyarrow.parquet.ParquetWriter(written, schema) as file:
        while batch := list(islice(rows, BATCH)):
            file.write_table(pyarrow.Table.from_pylist(batch, schema))
    return written.getvalue()


def _line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(["" if value is None else _harmless(value) for value in values])
    return line.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
