"""A report as PDF on A4, with the very charts of the wall, by reportlab (BSD licence, pure Python)."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from station.diagrams.picture import Area, Box, Dot, Label, Line, Picture
from station.reports.document import Document, Fact, Grid, Plate

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
FONTS = (DEJAVU / "DejaVuSans.ttf", DEJAVU / "DejaVuSans-Bold.ttf")
"""With all letters of Europe; without them the built-in font, which knows those of western Europe."""
INKS = {
    "text": "#1a1a1a", "quiet": "#555555", "grid": "#dddddd", "band": "#eeeeee", "limit": "#999999",
    "centre": "#777777", "bad": "#c2281d", "PASS": "#3a9a60",
    "WARN": "#e0a010", "UNKNOWN": "#2f6fd0", "FAIL": "#d0392d",
    "series-1": "#0072b2", "series-2": "#b87800", "series-3": "#b0528c", "series-4": "#00805c", "series-5": "#7a7000",
    "series-6": "#c04c00",
}  # fmt: skip
"""Ink -> colour on white paper."""
WIDTH_PT = 515.0
"""Between the margins of A4."""


def pdf(document: Document) -> bytes:
    """The whole report."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    regular, bold = _fonts()
    written = io.BytesIO()
    paper = SimpleDocTemplate(
        written, pagesize=A4, leftMargin=40, rightMargin=40, topMargin=42, bottomMargin=46,
        title=document.title, author="", creator="capture-station",
    )  # fmt: skip
    flow: list[Any] = [Paragraph(_text(document.title, regular), _style(bold, 18, 23))]
    flow += [Paragraph(_text(line, regular), _style(regular, 9.5, 13)) for line in document.about]
    flow += [Spacer(1, 10), _facts(document.facts, regular, bold), Spacer(1, 10), _plates(document, regular, bold)]
    flow += [part for grid in document.grids for part in _grid(grid, regular, bold)]

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(regular, 7.5)
        canvas.drawString(40, 26, _plain(document.foot, regular))
        canvas.drawRightString(40 + WIDTH_PT, 26, str(page.page))

    paper.build(flow, onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def _style(font: str, size: float, leading: float, *, right: bool = False) -> Any:
    from reportlab.lib.enums import TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    aligned = TA_RIGHT if right else TA_LEFT
    return ParagraphStyle("", fontName=font, fontSize=size, leading=leading, alignment=aligned)


def _facts(facts: Sequence[Fact], regular: str, bold: str) -> Any:
    from reportlab.platypus import Paragraph, Table

    small, large = _style(regular, 7.5, 10), _style(bold, 15, 19)
    cells = [
        [
            Paragraph(_text(f.name, regular), small),
            Paragraph(_text(f.value, regular), large),
            Paragraph(_text(f.note, regular), small),
        ]
        for f in facts
    ]
    return Table([cells], colWidths=[WIDTH_PT / len(facts)] * len(facts), style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _plates(document: Document, regular: str, bold: str) -> Any:
    """Two charts beside each other."""
    from reportlab.platypus import Table

    made = [_plate(plate, document.nothing, regular, bold) for plate in document.plates]
    rows = [[*made[at : at + 2], *([""] * (2 - len(made[at : at + 2])))] for at in range(0, len(made), 2)]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 2)]
    return Table(rows, colWidths=[WIDTH_PT / 2] * 2, style=style)


def _plate(plate: Plate, nothing: str, regular: str, bold: str) -> list[Any]:
    from reportlab.platypus import Paragraph

    head = Paragraph(_text(plate.title, regular), _style(bold, 10, 13))
    note = Paragraph(_text(plate.note, regular), _style(regular, 6.5, 9))
    shown = Paragraph(_text(nothing, regular), _style(regular, 9, 40))
    return [head, note, shown if plate.picture is None else _drawn(plate.picture, (WIDTH_PT / 2 - 12), regular, bold)]


def _grid(grid: Grid, regular: str, bold: str) -> list[Any]:
    from reportlab.platypus import Paragraph, Spacer, Table

    rows = [[_plain(cell, regular) for cell in row] for row in grid.rows]
    heads = [Paragraph(_text(cell, regular), _style(bold, 7.5, 9.5, right=at > 0)) for at, cell in enumerate(grid.head)]
    style = [
        ("FONT", (0, 0), (-1, -1), regular, 8.5),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, "#bbbbbb"),
    ]
    first = WIDTH_PT * 0.3
    widths = [first] + [(WIDTH_PT - first) / (len(grid.head) - 1)] * (len(grid.head) - 1)
    head = Paragraph(_text(grid.caption, regular), _style(bold, 11, 18))
    return [Spacer(1, 8), head, Table([heads, *rows], colWidths=widths, style=style, repeatRows=1)]


def _drawn(picture: Picture, width: float, regular: str, bold: str) -> Any:
    """The marks as reportlab's shapes, whose y grows upwards."""
    from reportlab.graphics import shapes

    scale, high = width / picture.width, picture.height
    group = shapes.Group(*(_shape(shapes, mark, high, regular, bold) for mark in picture.marks))
    group.scale(scale, scale)
    drawing = shapes.Drawing(width, high * scale)
    drawing.add(group)
    return drawing


def _shape(shapes: Any, mark: object, high: float, regular: str, bold: str) -> Any:
    match mark:
        case Line():
            flat = [v for x, y in mark.points for v in (x, high - y)]
            if len(mark.points) == 1:
                flat *= 2
            return shapes.PolyLine(
                flat, strokeColor=_ink(mark.ink), strokeWidth=mark.width, strokeDashArray=list(mark.dash) or None
            )
        case Area():
            return shapes.Polygon(
                [v for x, y in mark.points for v in (x, high - y)], fillColor=_ink(mark.ink), strokeColor=None
            )
        case Box():
            y = high - mark.y - mark.height
            return shapes.Rect(mark.x, y, mark.width, mark.height, fillColor=_ink(mark.ink), strokeColor=None)
        case Dot() if mark.diamond:
            x, y, r = mark.x, high - mark.y, mark.radius
            return shapes.Polygon([x, y - r, x + r, y, x, y + r, x - r, y], fillColor=_ink(mark.ink), strokeColor=None)
        case Dot():
            return shapes.Circle(mark.x, high - mark.y, mark.radius, fillColor=_ink(mark.ink), strokeColor=None)
        case Label():
            font = bold if mark.bold else regular
            return shapes.String(
                mark.x, high - mark.y, _plain(mark.text, regular), fontName=font, fontSize=mark.size,
                fillColor=_ink(mark.ink), textAnchor=mark.anchor,
            )  # fmt: skip
    raise TypeError(mark)


def _ink(name: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(INKS[name])


def _fonts() -> tuple[str, str]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    regular, bold = FONTS
    if regular.is_file() and bold.is_file():
        pdfmetrics.registerFont(TTFont("report", str(regular)))
        pdfmetrics.registerFont(TTFont("report-bold", str(bold)))
        return "report", "report-bold"
    return "Helvetica", "Helvetica-Bold"


def _plain(text: str, font: str) -> str:
    """What the built-in font cannot show loses its accents rather than its letters."""
    if font != "Helvetica":
        return text
    return "".join(c if c < "\u0100" else _latin(c) for c in text)


def _latin(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter).encode("latin-1", "ignore").decode("latin-1")


def _text(text: str, font: str) -> str:
    return escape(_plain(text, font))
