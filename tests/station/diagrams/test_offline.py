"""Pictures and pages that open anywhere: well-formed, escaped, with their own colours."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from station.diagrams.curves import Axes, Curve, around, curves, lying
from station.diagrams.offline import chart, page, sheet, table

VALUES = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=9), st.text(max_size=20))
def test_any_values_make_a_well_formed_sheet(points: list[tuple[float, float]], title: str) -> None:
    """Also none, one, or all alike; a title with angle brackets is text."""
    title = "".join(c for c in title if c.isprintable())
    axes = Axes(title, "<x>", "y & z", around(p[0] for p in points), around(p[1] for p in points))
    drawn = ElementTree.fromstring(sheet([curves(axes, [Curve("a", points)])] * 2))
    assert len(drawn.findall(".//{*}circle")) == 2 * len(points)


def test_a_chart_carries_its_colours() -> None:
    """On white, every ink that is used has a rule in the file itself; an empty sheet is one."""
    drawn = chart(lying("t", "ms", [("<one>", 2.0, "")]))
    assert 'fill="white"' in drawn
    assert ".series-1{fill:#" in drawn
    assert "&lt;one&gt;" in drawn
    ElementTree.fromstring(sheet([]))


def test_a_page_holds_its_tables_escaped() -> None:
    """What stands in a cell is text."""
    text = page("A & B", [table(("n",), [("<b>",), (3,)])])
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert "<title>A &amp; B</title>" in text
