"""The page and its tables say what metrics.json says, and are well formed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engines import required
from engines.evaluation_page import page
from engines.evaluation_tables import markdown, shown, spread, tables
from engines.tally import MAPS, OBJECTS, PRESENCE, UPRIGHT, Tally, figures
from engines.truth import HERBARIUM

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


def tally(seed: int) -> Tally:
    """Counts of some photographs that never were, most of them right."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 9, (2, len(HERBARIUM), len(HERBARIUM))) + 200 * np.eye(len(HERBARIUM), dtype=np.int64)
    objects = rng.integers(3, 9, (len(OBJECTS), 2))
    overlaps = tuple(tuple(rng.uniform(0.4, 1, min(pair)).tolist()) for pair in objects)
    decisions = rng.integers(1, 9, (len(PRESENCE), 2, 2))
    return Tally(9, pixels, objects, overlaps, decisions, rng.integers(1, 9, len(UPRIGHT)), ((0.5, 0.2),), 0)


@pytest.fixture
def metrics() -> dict[str, Any]:
    """A metrics.json of two institutions, one of them with a name that must be escaped."""
    groups = {"A & <b>": tally(1), "P | Q": tally(2)}
    case = {"photograph": "a&b.jpg", "institution": "A & <b>", "missed": 2, "false": 1, "iou": 0.5,
            "picture": "pictures/label-a&b.jpg"}  # fmt: skip
    facts: dict[str, Any] = {
        "model": {"name": "m", "version": "1", "sha256": "0" * 64, "onnx_mb": 12.5, "engine": "onnxruntime 1, fp32"},
        "data": {"name": "drawn", "photographs": 18, "institutions": 2},
        "total": figures(groups["A & <b>"] + groups["P | Q"], HERBARIUM),
        "institutions": {name: figures(group, HERBARIUM) for name, group in groups.items()},
    }
    return {**facts, "required": required.judged(facts), "worst": {"label": [case], "barcode": []}}


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


def test_the_tables_tell_the_metrics(metrics: dict[str, Any]) -> None:
    """Figures come from metrics.json as they are, rounded to three places."""
    found = {t.name: {row[0]: row for row in t.rows} for t in tables(metrics)}
    total = metrics["total"]
    for name, iou in total["iou"].items():
        assert found["pixels"][name.replace("_", " ")][1:3] == tuple(iou[kind] for kind in MAPS)
    for name, facts in total["objects"].items():
        row = found["objects"][name.replace("_", " ")]
        assert (row[1], row[2], row[5], row[8]) == (
            facts["annotated"], facts["found"], facts["at_0.5"]["f1"], facts["at_0.75"]["f1"],
        )  # fmt: skip
    for name, group in metrics["institutions"].items():
        assert found["institutions"][name][2] == group["mean_iou"]["class_map"]
        assert found["institution-objects"][name][2] == group["objects"]["label"]["at_0.5"]["f1"]
    assert [row["measure"] for row in metrics["required"]] == list(found["required"])
    assert all(len(row) == len(t.head) for t in tables(metrics) for row in t.rows)


def test_the_spread_names_no_institution(metrics: dict[str, Any]) -> None:
    """Lowest, median and highest lie in order and among the institutions' own figures."""
    table = spread(metrics)
    for row in table.rows:
        lowest, middle, highest = (v for v in row[1:4] if isinstance(v, float))
        assert lowest <= middle <= highest
    own = {g["objects"]["label"]["at_0.5"]["f1"] for g in metrics["institutions"].values()}
    (labels,) = (row for row in table.rows if row[0] == "F1 of label at IoU 0.5")
    assert {labels[1], labels[3]} == own
    assert not any(name in markdown(table) for name in metrics["institutions"])


def test_markdown_keeps_its_columns(metrics: dict[str, Any]) -> None:
    """A pipe in a name is escaped, so that every row has as many cells as the head."""
    for table in tables(metrics):
        lines = [line for line in markdown(table).splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(table.head) + 1}


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
