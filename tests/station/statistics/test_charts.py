"""Control charts against their textbook properties."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.statistics.charts import ewma, p_chart, spread

COUNTS = st.lists(st.integers(0, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), max_size=40)
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(COUNTS)
def test_a_p_chart_has_its_centre_between_its_limits(counts: list[tuple[int, int]]) -> None:
    """Shares and limits stay within 0..1; larger samples have narrower limits; nothing counted, no chart."""
    chart = p_chart(counts)
    some = [of for _, of in counts if of]
    if chart is None:
        assert not some
        return
    assert len(chart.points) == len(some)
    for point in chart.points:
        assert 0 <= point.low <= chart.centre + 1e-12
        assert chart.centre - 1e-12 <= point.high <= 1
        assert 0 <= point.value <= 1
    widths = sorted((of, -(p.high - p.low)) for of, p in zip(some, chart.points, strict=True))
    assert [w for _, w in widths] == sorted(w for _, w in widths)


def test_a_worked_p_chart() -> None:
    """Ten samples of 100 with 5 faulty and one of 100 with 20: by hand, p = 70/1100, reach 3 sqrt(p q / 100)."""
    chart = p_chart([(5, 100)] * 10 + [(20, 100)])
    assert chart is not None
    p = 70 / 1100
    assert chart.centre == pytest.approx(p)
    assert chart.points[-1].high == pytest.approx(p + 3 * math.sqrt(p * (1 - p) / 100))
    assert [point.out for point in chart.points] == [False] * 10 + [True]


@given(VALUES, st.floats(0.01, 1))
def test_an_ewma_stays_within_what_it_has_seen(values: list[float], weight: float) -> None:
    """It is a mean of the centre and the values; with weight 1 it is the values themselves."""
    chart = ewma(values, centre=0.0, sigma=1.0, weight=weight)
    low, high = min(0.0, *values), max(0.0, *values)
    slack = 1e-9 * (1 + high - low)
    assert all(low - slack <= point.value <= high + slack for point in chart.points)
    itself = ewma(values, centre=0.0, sigma=1.0, weight=1.0)
    assert [p.value for p in itself.points] == values
    assert all(p.high == pytest.approx(3.0) for p in itself.points)


@given(st.floats(0.05, 0.95), st.integers(2, 60))
def test_the_limits_widen_towards_their_end(weight: float, many: int) -> None:
    """From L sigma w at the first point to L sigma sqrt(w / (2 - w))."""
    points = ewma([0.0] * many, centre=0.0, sigma=2.0, weight=weight).points
    assert points[0].high == pytest.approx(3 * 2 * weight)
    assert all(a.high <= b.high + 1e-12 for a, b in pairwise(points))
    assert points[-1].high <= 6 * math.sqrt(weight / (2 - weight)) + 1e-9


def test_an_ewma_finds_a_small_drift_and_seldom_cries_wolf() -> None:
    """Drawn noise, seeded: a shift of one sigma is found within 20 points, of 2,000 quiet points few are out."""
    noise = random.Random(6)
    quiet = [noise.gauss(0, 1) for _ in range(2000)]
    assert sum(p.out for p in ewma(quiet, centre=0, sigma=1).points) <= 10
    shifted = ewma([noise.gauss(1, 1) for _ in range(20)], centre=0, sigma=1)
    assert any(point.out for point in shifted.points)


def test_the_spread_is_that_of_the_noise_not_of_the_drift() -> None:
    """A slope adds next to nothing to the moving range, while it more than doubles the standard deviation."""
    noise = random.Random(7)
    drifting = [noise.gauss(0, 1) + step / 200 for step in range(1000)]
    assert spread(drifting) == pytest.approx(1.0, rel=0.1)
    assert spread([]) == spread([3.0]) == 0.0


@pytest.mark.parametrize(("weight", "sigma"), [(0, 1), (1.1, 1), (0.2, -1)])
def test_senseless_parameters_are_errors(weight: float, sigma: float) -> None:
    """Weight outside (0, 1], negative spread."""
    with pytest.raises(ValueError, match="weight"):
        ewma([1.0], centre=0, sigma=sigma, weight=weight)
