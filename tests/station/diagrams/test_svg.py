"""Pictures as SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from station.diagrams.picture import Area, Box, Dot, Label, Line, Picture
from station.diagrams.svg import svg

MARKS = (
    Line(((0, 0), (1, 1)), "grid", 1, (6, 5)),
    Area(((0, 0), (1, 1), (2, 0)), "band"),
    Box(1, 2, 3, 4, "FAIL", "a <b>"),
    Dot(1, 2, 3, "bad", diamond=True),
    Dot(1, 2, 3, "series-1", "one"),
)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_it_is_well_formed_whatever_the_texts(text: str) -> None:
    """Names come from files and people: they are text, never markup; inks are classes, and nothing is styled inline,
    which the page's policy would forbid."""
    drawn = svg(Picture(600, 200, (*MARKS, Label(0, 0, text)), text))
    root = ET.fromstring(drawn)
    assert len(root) == len(MARKS) + 1
    assert (root[-1].text or "") == text
    assert root.get("role") == "img"
    assert "style=" not in drawn.split(">")[0] or text
