"""Charts that open anywhere: well-formed, escaped, points where they belong."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from station import svg

VALUES = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=9), st.text(max_size=20))
def test_any_values_make_a_well_formed_chart(points: list[tuple[float, float]], title: str) -> None:
    """Also none, one, or all alike; a title with angle brackets is text."""
    title = "".join(c for c in title if c.isprintable())
    axes = svg.Axes(title, "<x>", "y & z", svg.around(p[0] for p in points), svg.around(p[1] for p in points))
    drawn = ElementTree.fromstring(svg.sheet([svg.chart(axes, [svg.Series("a", points)])]))
    assert len(drawn.findall(".//{*}circle")) == len(points)


def test_larger_is_higher_and_further_right() -> None:
    """The second point lies right of and above the first; a bar spans its interval."""
    axes = svg.Axes("", "", "", (0, 1))
    drawn = ElementTree.fromstring(svg.chart(axes, [svg.Series("", [(0.2, 0.1, 0.2, 0.3), (0.8, 0.7, 0.9, 1.0)])]))
    first, second = drawn.findall(".//{*}circle")
    assert float(first.attrib["cx"]) < float(second.attrib["cx"])
    assert float(first.attrib["cy"]) > float(second.attrib["cy"])


def test_a_page_holds_its_tables_escaped() -> None:
    """What stands in a cell is text."""
    text = svg.page("A & B", [svg.table(("n",), [("<b>",), (3,)])])
    assert "<td>&lt;b&gt;</td><td>" not in text
    assert "&lt;b&gt;" in text
    assert "<title>A &amp; B</title>" in text
