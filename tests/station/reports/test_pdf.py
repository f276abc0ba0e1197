"""A report as PDF."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.diagrams.picture import SERIES, Area, Box, Dot, Label, Line, Picture
from station.reports import pdf
from station.reports.document import Document, Fact, Grid, Plate

MARKS = (
    Line(((0, 0), (9, 9)), "grid", 1, (6, 5)),
    Line(((1, 1),), SERIES[5]),
    Area(((0, 0), (1, 1), (2, 0)), "band"),
    Box(1, 2, 3, 4, "FAIL", "a"),
    Dot(1, 2, 3, "bad", diamond=True),
    Dot(1, 2, 3, SERIES[0]),
    Label(1, 2, "Dvořák", anchor="end", bold=True),
)


def document(rows: int) -> Document:
    plates = (Plate("One", "note", Picture(600, 200, MARKS, "about")), Plate("Two", "", None), Plate("Three", "", None))
    grid = Grid("By operator", ("Operator", "Captures"), tuple((f"Dvořák <&> {n}", str(n)) for n in range(rows)))
    return Document(
        "Müller & <Söhne>", ("8:00",), (Fact("a", "1", "x"), Fact("b", "2")), plates, (grid,), "none", "foot"
    )


@pytest.mark.parametrize("rows", [0, 3, 120])
@pytest.mark.parametrize("fonts", [pdf.FONTS, (Path("/none"), Path("/none"))])
def test_every_kind_of_mark_is_drawn_on_as_many_pages_as_it_takes(
    rows: int, fonts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names with any letters and signs, with and without fonts for them; a long table goes on on the next page."""
    monkeypatch.setattr(pdf, "FONTS", fonts)
    made = pdf.pdf(document(rows))
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    pages = made.count(b"/Type /Page\n") + made.count(b"/Type /Page ")
    assert pages >= (2 if rows > 100 else 1)


def test_letters_without_a_font_lose_their_accents_only() -> None:
    """The built-in font knows western Europe."""
    assert pdf._plain("Dvořák Müller", "Helvetica") == "Dvorák Müller"
    assert pdf._plain("Dvořák", "report") == "Dvořák"


def test_every_ink_has_a_colour_on_paper() -> None:
    """Those of the charts and of the outcomes."""
    assert {
        *SERIES,
        "PASS",
        "WARN",
        "UNKNOWN",
        "FAIL",
        "text",
        "quiet",
        "grid",
        "band",
        "limit",
        "centre",
        "bad",
    } == set(pdf.INKS)
