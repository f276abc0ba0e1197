"""Curves and lying bars."""

from __future__ import annotations

import pytest

from station.diagrams.curves import Axes, Curve, around, curves, lying
from station.diagrams.picture import Box, Dot, Label, Line


def test_larger_is_higher_and_further_right() -> None:
    """The second point lies right of and above the first; each bar spans its interval."""
    points = [(0.2, 0.1, 0.2, 0.3), (0.8, 0.7, 0.9, 1.0)]
    marks = curves(Axes("", "", "", (0, 1)), [Curve("", points)]).marks
    first, second = (mark for mark in marks if isinstance(mark, Dot))
    assert first.x < second.x
    assert first.y > second.y
    spans = [
        m.points for m in marks if isinstance(m, Line) and m.ink == "series-1" and m.points[0][0] == m.points[1][0]
    ]
    assert [low[1] > dot.y > high[1] for (low, high), dot in zip(spans, (first, second), strict=True)] == [True, True]


def test_several_curves_have_their_names_and_colours() -> None:
    """One alone needs none; marks and levels are dashed and named."""
    two = [Curve("one", [(0, 0), (1, 1)]), Curve("two", [(0, 1)])]
    axes = Axes("t", "x", "y", (0, 1), marks=[(0.5, "half")], levels=[(0.9, "high")])
    marks = curves(axes, two).marks
    said = {mark.text for mark in marks if isinstance(mark, Label)}
    assert {"one", "two", "half", "high"} <= said
    assert len([mark for mark in marks if isinstance(mark, Line) and mark.dash]) == 2
    assert not {"one"} & {m.text for m in curves(axes, two[:1]).marks if isinstance(m, Label)}


@pytest.mark.parametrize(("values", "reach"), [([], (-0.5, 0.5)), ([3.0], (2.5, 3.5)), ([0.0, 10.0], (-0.5, 10.5))])
def test_a_range_has_a_little_room(values: list[float], reach: tuple[float, float]) -> None:
    """Round nothing, one value, or several."""
    assert around(values) == reach


def test_bars_lie_to_one_scale() -> None:
    """Twice the value is twice as long; nothing is longer than the room there is."""
    boxes = [mark for mark in lying("t", "ms", [("a", 1.0, ""), ("b", 2.0, "x")]).marks if isinstance(mark, Box)]
    assert boxes[1].width == pytest.approx(2 * boxes[0].width)
    assert lying("t", "ms", []).marks
