"""Counts are those of the verdicts, whoever counted them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.records import queries, tallies
from station.records.tables import metadata
from station.types import Capture, Count, Finding, Outcome, Policy, Span, Stamp, Verdict

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
ALL = Span(START, START + timedelta(days=30), timedelta(hours=1))

SHOTS = st.lists(
    st.tuples(
        st.integers(0, 3000),  # seconds since the one before
        st.sampled_from(("stand-1", "stand-2")),
        st.lists(st.tuples(st.sampled_from(("a", "b")), st.sampled_from(list(Outcome))), max_size=4),
        st.one_of(st.none(), st.floats(-20, 20)),
    ),
    max_size=25,
)


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    """A plain database with the tables and nothing else."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def verdict(number: int, findings: list[tuple[str, Outcome]], skew: float | None = None) -> Verdict:
    capture = Capture(f"{number:016x}", Path("/a.jpg"), f"{number:064x}", START, 5, Stamp(1, number, 5, number))
    found = tuple(Finding("label_sharpness", code, outcome, "") for code, outcome in findings)
    labels = [{"edge_width_px": width} for width in (2.0, 3.0, 9.0)]
    measures = {"skew_deg": skew, "labels": labels, "charts": [{"mean_de2000": 1.5}, {"mean_de2000": None}]}
    return Verdict(capture, "p", "default", None, (), found, measures, (), None, "c", "0.1.0")


def shoot(connection: sa.Connection, shots: list[tuple[int, str, list[tuple[str, Outcome]], float | None]]) -> None:
    at = START
    for number, (gap, station, findings, skew) in enumerate(shots, 1):
        at += timedelta(seconds=gap)
        queries.add(connection, verdict(number, findings, skew), station, at)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHOTS, st.sampled_from((900, 3600, 86400)))
def test_the_cells_add_up_to_the_verdicts(
    connection: sa.Connection, shots: list[tuple[int, str, list[tuple[str, Outcome]], float | None]], bucket_s: int
) -> None:
    """Whatever the bucket: every verdict is counted once, by its outcome, in the bucket that holds its moment."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(sa.delete(table))
    shoot(connection, shots)
    span = Span(START, START + timedelta(days=30), timedelta(seconds=bucket_s))
    cells = tallies.read(connection, span).cells
    total = sum((cell.count for cell in cells), Count())
    outcomes = Counter(max((o for _, o in f), default=Outcome.UNKNOWN) for _, _, f, _ in shots)
    assert (total.captures, total.first) == (len(shots), len(shots))
    assert [total.passed, total.warned, total.unknown, total.failed] == [outcomes[o] for o in Outcome]
    assert total.passed_at_once == outcomes[Outcome.PASS] + outcomes[Outcome.WARN]
    at = START
    moments = [at := at + timedelta(seconds=gap) for gap, *_ in shots]
    assert {c.at for c in cells} == {m - timedelta(seconds=int(m.timestamp()) % bucket_s) for m in moments}


def test_pauses_are_work_idleness_or_absence(connection: sa.Connection) -> None:
    """Up to two minutes is work, up to half an hour idle time, longer neither; each stand has a clock of its own."""
    well = [("a", Outcome.PASS)]
    shoot(connection, [(0, "one", well, 0.0), (100, "one", well, 0.0), (10, "two", well, 0.0), (600, "one", well, 0.0)])
    queries.add(connection, verdict(9, well), "one", START + timedelta(hours=5))
    total = sum((cell.count for cell in tallies.read(connection, ALL).cells), Count())
    assert (total.busy_s, total.idle_s) == (100, 610)
    assert total.per_hour == pytest.approx(5 / 710 * 3600)


def test_defects_are_counted_once_a_capture_and_ranked(connection: sa.Connection) -> None:
    """Three blurred labels are one blurred sheet; what is well is no defect."""
    blurred = [("blurred", Outcome.FAIL)] * 3 + [("small", Outcome.WARN), ("sharp", Outcome.PASS)]
    shoot(connection, [(1, "one", blurred, 0.0), (1, "one", blurred[:1], 0.0)])
    found = tallies.read(connection, ALL).defects
    assert [(d.code, d.outcome, d.count) for d in found] == [("blurred", "FAIL", 2), ("small", "WARN", 1)]


def test_measures_are_means_of_what_was_measured(connection: sa.Connection) -> None:
    """The median of the labels' edges, the skew with its sign, the worst chart; what was not measured counts not."""
    shoot(connection, [(1, "one", [], -2.0), (1, "one", [], 1.0), (1, "one", [], None)])
    found = {m.measure: (m.count, m.mean) for m in tallies.read(connection, ALL).means}
    assert found == {"skew": (2, -0.5), "sharpness": (3, 3.0), "colour": (3, 1.5)}


def test_days_begin_at_local_midnight(connection: sa.Connection) -> None:
    """In a zone five hours behind, an early morning in UTC still belongs to yesterday."""
    queries.add(connection, verdict(1, []), "one", datetime(2026, 5, 2, 3, tzinfo=UTC))
    day = Span(START, START + timedelta(days=3), timedelta(days=1), zone=timedelta(hours=-5))
    (cell,) = tallies.read(connection, day).cells
    assert cell.at == datetime(2026, 5, 1, 5, tzinfo=UTC)


def test_a_span_is_narrowed_to_station_and_rig(connection: sa.Connection) -> None:
    """And to sessions: nothing was taken in session 7."""
    shoot(connection, [(1, "one", [], 0.0), (1, "two", [], 0.0)])
    for narrow, captures in (
        ({"station": "one"}, 1),
        ({"rig": "default"}, 2),
        ({"rig": "x"}, 0),
        ({"sessions": (7,)}, 0),
    ):
        span = Span(ALL.since, ALL.until, ALL.bucket, **narrow)
        assert sum(cell.count.captures for cell in tallies.read(connection, span).cells) == captures
    assert [(s.station, s.sequence) for s in tallies.last_at_stands(connection)] == [("one", 1), ("two", 2)]


def test_the_time_to_a_retake_is_measured(connection: sa.Connection) -> None:
    """A bad sheet at eight, its second photograph fifty seconds later: one retake, which is no first pass."""
    bad = replace(verdict(1, [("blurred", Outcome.FAIL)]), specimen=("E1",), policy=Policy.BLOCK)
    good = replace(verdict(2, [("sharp", Outcome.PASS)]), specimen=("E1",))
    queries.add(connection, bad, "one", START)
    queries.add(connection, good, "one", START + timedelta(seconds=50))
    found = tallies.read(connection, ALL)
    total = sum((cell.count for cell in found.cells), Count())
    assert (total.captures, total.retakes, total.passed_at_once, total.first_pass_yield) == (2, 1, 0, 0.0)
    assert [(m.count, m.mean) for m in found.means if m.measure == "retake"] == [(1, 50.0)]
