"""The page says what its tables say, is well formed and needs no network."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from engines.evaluation_page import page
from engines.evaluation_tables import shown, tables

VOID = {"meta", "img", "path", "rect"}


class Page(HTMLParser):
    """Collects what stands in each table's cells, which ids there are and what is linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.ids += [facts["id"] or ""] if "id" in facts else []
        self.links += [value for key in ("href", "src") if (value := facts.get(key))]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data


def test_the_page_is_well_formed_and_needs_no_network(metrics: dict[str, Any]) -> None:
    """Every tag is closed, every link leads to a part of the page or a picture beside it, nothing is fetched."""
    text = page(metrics)
    parsed = Page(text)
    assert parsed.open == []
    assert text.startswith("<!DOCTYPE html>")
    assert len(set(parsed.ids)) == len(parsed.ids)
    inner = {link[1:] for link in parsed.links if link.startswith("#")}
    assert inner == set(parsed.ids)
    assert {link for link in parsed.links if not link.startswith("#")} == {"pictures/label-a&b.jpg"}
    assert not re.search(r"https?:|//|@import|url\(|<script", text)
    assert "A & <b>" not in text


def test_the_page_tells_the_tables(metrics: dict[str, Any]) -> None:
    """Each table stands on the page cell by cell."""
    parsed = Page(page(metrics))
    expected = [[list(t.head), *([shown(cell) for cell in row] for row in t.rows)] for t in tables(metrics)]
    assert parsed.tables == expected


def test_without_pictures_no_photograph_is_named(metrics: dict[str, Any]) -> None:
    """Totals only: neither pictures nor file names."""
    del metrics["worst"]
    text = page(metrics)
    assert "<img" not in text
    assert "a&amp;b.jpg" not in text


def test_the_style_has_no_place_left_open() -> None:
    """The colours of the pictures are those of the legend."""
    source = Path("engines/evaluation_page.py").read_text()
    assert set(re.findall(r"%[A-Z]+%", source)) == {"%TRUE%", "%FOUND%"}
