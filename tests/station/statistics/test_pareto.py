"""The few causes that make most of the trouble."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from station.statistics.pareto import pareto


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 1000)))
def test_the_greatest_come_first_and_together_make_all(counts: dict[str, int]) -> None:
    """Nothing is lost, nothing rises, the last cumulative share is 1."""
    bars = pareto(counts)
    assert {bar.cause: bar.count for bar in bars} == {cause: count for cause, count in counts.items() if count}
    assert all(a.count >= b.count and a.cumulative < b.cumulative for a, b in pairwise(bars))
    assert not bars or bars[-1].cumulative == 1
