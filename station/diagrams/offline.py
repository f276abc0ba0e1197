"""Pictures and pages that open anywhere and ask for nothing else: the reports of benchmarks and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from station.diagrams.picture import SERIES, Picture
from station.diagrams.svg import drawn

INKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8a00")
"""Okabe & Ito 2008 (the yellow darkened for white paper), told apart by colour-deficient eyes."""
_STYLE = ".line{fill:none}.text{fill:#222}.quiet{fill:#555}.grid{stroke:#eee}.limit{stroke:#888}" + "".join(
    f".{n}{{fill:{ink}}}.line.{n}{{stroke:{ink};fill:none}}" for n, ink in zip(SERIES, INKS, strict=False)
)


def chart(picture: Picture) -> str:
    """One picture on white, as an <svg> element that carries its colours."""
    size = f'width="{picture.width:g}" height="{picture.height:g}"'
    about = escape(picture.about, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{about}" {size} font-family="sans-serif">'
        f'<style>{_STYLE}</style><rect {size} fill="white"/>{drawn(picture)}</svg>'
    )


def sheet(pictures: Sequence[Picture], columns: int = 3) -> str:
    """Several pictures of one size as one SVG picture."""
    wide, high = (pictures[0].width, pictures[0].height) if pictures else (0.0, 0.0)
    placed = (
        f'<g transform="translate({(n % columns) * wide:g} {(n // columns) * high:g})">{chart(one)}</g>'
        for n, one in enumerate(pictures)
    )
    size = f'width="{columns * wide:g}" height="{-(-len(pictures) // columns) * high:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>' + "".join(placed) + "</svg>\n"


def page(title: str, parts: Sequence[str]) -> str:
    """An HTML page that holds its charts and tables."""
    style = (
        "body{font:15px/1.5 sans-serif;max-width:90rem;margin:2rem auto;padding:0 1rem;color:#222}"
        "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left}"
        "svg{margin:.4rem}"
    )
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    return f"{head}<style>{style}</style><h1>{escape(title)}</h1>" + "\n".join(parts) + "</html>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table of plain texts."""
    top = "".join(f"<th>{escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"
