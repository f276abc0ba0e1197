"""Places and ticks."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.diagrams.scales import Scale, decimals, ticks, times

START = datetime(2026, 5, 1, 8, 20, tzinfo=UTC)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 10))
def test_ticks_are_round_few_and_within(low: float, width: float, about: int) -> None:
    """One, two or five times a power of ten apart; none outside; never twice as many as asked for."""
    found = ticks(low, low + width, about)
    assert len(found) <= about + 1
    assert all(low - width * 1e-6 <= tick <= low + width * (1 + 1e-6) for tick in found)
    for one, other in pairwise(found):
        lead = (other - one) / 10 ** math.floor(math.log10(other - one) + 1e-6)
        assert min(abs(lead - round_) for round_ in (1, 2, 5)) < 1e-2
    shown = [f"{tick:.{decimals(found)}f}" for tick in found]
    assert len(set(shown)) == len(found)


def test_a_range_of_nothing_has_one_tick() -> None:
    """A single value still has an axis."""
    assert ticks(3, 3) == (3,)
    assert Scale(3, 3, 0, 100)(3) == 0


@given(st.integers(1, 60 * 24 * 60))
def test_times_are_few_and_within(minutes: int) -> None:
    """From a minute to two months, no crowd of texts, in order."""
    until = START + timedelta(minutes=minutes)
    found = [at for at, _ in times(START, until, UTC)]
    assert len(found) <= 9
    assert found == sorted(found)
    assert all(START <= at <= until for at in found)


@pytest.mark.parametrize(
    ("hours", "texts"),
    [(4, ["08:30", "09:00"]), (40, ["12:00", "18:00"]), (100, ["2.5.", "3.5."]), (480, ["8.5.", "15.5."])],
)
def test_times_are_told_as_clock_or_day(hours: int, texts: list[str]) -> None:
    """Clock times within a day, with the dates at midnight within days, dates beyond."""
    assert [text for _, text in times(START, START + timedelta(hours=hours), UTC)][:2] == texts


def test_times_are_local() -> None:
    """The wall shows the clock of the room."""
    assert times(START, START + timedelta(hours=2), ZoneInfo("Europe/Berlin"))[0][1] == "10:30"
