"""Which station lives, whatever its clock says."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.page.signs import GAP_S, clock_age_s, seen
from station.types import Pulse


def pulse(station: str, off_s: float = 0.0) -> Pulse:
    return Pulse(datetime.now(UTC) + timedelta(seconds=off_s), station)


@given(st.floats(-1e6, 1e6))
def test_a_clock_that_goes_wrong_makes_no_station_dead_or_alive(off_s: float) -> None:
    """Once its sign of life was seen to change, only how long ago that was counts: by our own clock."""
    now = time.monotonic() - 2.0
    held = seen(seen({}, [pulse("a", off_s)], 0.0, 0.0), [pulse("a", off_s + 0.7)], now, now)
    assert held["a"].age_s == pytest.approx(2.0, abs=0.5)


def test_the_first_sign_may_be_old() -> None:
    """What was written yesterday is no life, and one from the future ages all the same."""
    now = time.monotonic()
    held = seen({}, [pulse("old", -3600), pulse("ahead", 3600)], now - 5, now - 5)
    assert held["old"].age_s == pytest.approx(3600, abs=1)
    assert held["ahead"].age_s == pytest.approx(5, abs=0.5)
    assert clock_age_s(held["old"].pulse) == pytest.approx(3600, abs=1)


def test_the_same_sign_again_is_no_news() -> None:
    """Looking often does not keep a dead station alive, and each station has its own life."""
    first, other = pulse("a"), pulse("b")
    held = seen({}, [first, other], 1.0, 1.0)
    held = seen(held, [first, pulse("b", 0.7)], 2.0, 1.8)
    assert (held["a"].since, held["a"].followed) == (1.0, False)
    assert (held["b"].since, held["b"].followed) == (1.8, True)


def test_a_sign_is_taken_for_as_old_as_it_may_be_but_not_for_older() -> None:
    """It came between two looks; looks that are seldom make no station dead."""
    held = seen(seen({}, [pulse("a")], 1.0, 1.0), [pulse("a", 1)], 9.0, 1.0)
    assert held["a"].since == 9.0 - GAP_S
