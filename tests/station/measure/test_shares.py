"""Intervals of counted shares."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from station.measure.shares import wilson


def test_of_nothing_nothing_is_known() -> None:
    """No count, no interval."""
    assert wilson(0, 0) is None


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_interval_holds_the_share(hits: int, of: int) -> None:
    """The interval lies within 0..1, holds the observed share, and mirrors when right and wrong change places."""
    assume(hits <= of)
    interval, mirrored = wilson(hits, of), wilson(of - hits, of)
    assert interval is not None
    assert mirrored is not None
    assert 0 <= interval[0] <= hits / of + 1e-12
    assert hits / of - 1e-12 <= interval[1] <= 1
    assert interval == pytest.approx((1 - mirrored[1], 1 - mirrored[0]))


@pytest.mark.parametrize(
    ("hits", "of", "interval"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_the_interval_of_known_cases(hits: int, of: int, interval: tuple[float, float]) -> None:
    """The worked examples of Newcombe 1998 (Statistics in Medicine 17:857, table I, method 3)."""
    assert wilson(hits, of) == pytest.approx(interval, abs=1e-4)
