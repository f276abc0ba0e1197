"""Charts hold what they are given, at its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from station.diagrams.picture import Box, Dot, Label, Line, Picture
from station.diagrams.plots import Course, Series, bars, columns, control
from station.statistics.charts import ewma, p_chart

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Course(START, START + 12 * HOUR, HOUR, UTC)


def within(picture: Picture) -> bool:
    """Every mark lies on the paper."""
    for mark in picture.marks:
        match mark:
            case Box():
                corners = [(mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height)]
            case Dot() | Label():
                corners = [(mark.x, mark.y)]
            case _:
                corners = list(mark.points)
        if not all(-1 <= x <= picture.width + 1 and -1 <= y <= picture.height + 1 for x, y in corners):
            return False
    return True


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(0, 10))
def test_a_control_chart_has_a_point_for_each_value_on_the_paper(values: list[float], sigma: float) -> None:
    """Those beyond their limits are diamonds, so that they are found without colour; higher values stand higher."""
    chart = ewma(values, centre=0, sigma=sigma)
    at = [START + number * HOUR for number in range(len(values))]
    picture = control(DAY, [Series("stand-1", at, chart)], "about")
    dots = [mark for mark in picture.marks if isinstance(mark, Dot)]
    assert [dot.diamond for dot in dots] == [point.out for point in chart.points]
    assert [x.x for x in dots] == sorted(x.x for x in dots)
    assert within(picture)
    order = sorted(range(len(values)), key=lambda number: chart.points[number].value)
    heights = [dots[number].y for number in order]
    assert all(a >= b - 1e-6 for a, b in pairwise(heights))


def test_several_series_are_named_and_have_no_common_band() -> None:
    """Each rig has limits of its own; only its outliers are marked."""
    chart = p_chart([(1, 50), (2, 50), (20, 50)])
    assert chart is not None
    at = [START, START + HOUR, START + 2 * HOUR]
    picture = control(DAY, [Series("one", at, chart), Series("two", at, chart)], "about")
    texts = {mark.text for mark in picture.marks if isinstance(mark, Label)}
    assert {"one", "two"} <= texts
    assert not any(isinstance(mark, Line) and mark.ink == "centre" for mark in picture.marks)


@given(st.lists(st.tuples(*[st.integers(0, 500)] * 4), max_size=12))
def test_columns_are_as_high_as_their_counts(counts: list[tuple[int, int, int, int]]) -> None:
    """The areas of the boxes are to each other as the counts."""
    given_ = [(START + number * HOUR, one) for number, one in enumerate(counts)]
    picture = columns(DAY, given_, "about")
    boxes = [mark for mark in picture.marks if isinstance(mark, Box)]
    assert len(boxes) == sum(count > 0 for one in counts for count in one)
    assert within(picture)
    if boxes:
        per_capture = {round(box.height / int(box.title.split(": ")[1].split()[0]), 6) for box in boxes}
        assert max(per_capture) - min(per_capture) < 1e-5


def test_bars_are_to_one_scale_and_long_names_are_cut() -> None:
    """The greatest reaches the end; nothing runs out of its place, nothing at all is an empty picture."""
    picture = bars([("label sharpness: blurred and more", 40, "FAIL", "80 %"), ("b", 10, "WARN", "100 %")], "about")
    long, short = (mark for mark in picture.marks if isinstance(mark, Box))
    assert long.width == 4 * short.width
    assert any(isinstance(mark, Label) and mark.text.endswith("…") for mark in picture.marks)
    assert within(picture)
    assert bars([], "nothing").marks == ()
