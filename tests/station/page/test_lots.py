"""The sampling plan on the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from station.page.lots import Plan, accepted, charts, history, tiles
from station.page.words import words_of
from station.statistics.sampling import Level
from station.types import Answer, Lot

WORDS = words_of("en")
START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def lots(*faults: int, level: str = "normal") -> tuple[Lot, ...]:
    """Closed lots, one an hour."""
    made = []
    for n, found in enumerate(faults):
        at = START + timedelta(hours=n)
        made.append(Lot(n + 1, "stand-1", 200 * n, 200 * n + 199, 200, level, False, at, "<Zoe>", at, found))
    return tuple(made)


def plan(*faults: int, counts: tuple[tuple[Answer, str, int], ...] = ()) -> Plan:
    return Plan("stand-1", lots(*faults), None, (), 0, counts)


def test_a_lot_is_accepted_by_the_level_it_was_drawn_at() -> None:
    """Two faults are accepted in a normal lot and refused in a tightened one."""
    assert accepted(lots(2, 3, 3, 2)) == [True, False, False, False]
    assert plan(2, 3, 3, 2).state.level is Level.TIGHTENED


def test_the_plan_and_the_figures_are_told() -> None:
    """Level with its numbers, share with its interval, lots; names are text."""
    counts = ((Answer.AGREES, "", 60), (Answer.MISSED, "barcode_missing", 3), (Answer.WRONG_ALARM, "", 1))
    held = plan(0, 3, counts=counts)
    shown = tiles(held, WORDS) + charts(held, WORDS) + history(held, WORDS)
    for told in ("Normal", "32 of 200", "1 / 2", "4.7 %", "Barcode missing", "refused", "&lt;Zoe&gt;", "<svg"):
        assert told in shown, told


def test_nothing_was_looked_at_yet() -> None:
    """A dash instead of a share, no charts, no table."""
    assert charts(plan(), WORDS) == history(plan(), WORDS) == ""
    assert "<b>-</b>" in tiles(plan(), WORDS)


def test_lots_of_one_moment_are_drawn_too() -> None:
    """An axis without length does not divide by nothing."""
    one = lots(1)[0]
    assert "<svg" in charts(Plan("s", (one, one), None, (), 0, ()), WORDS)
