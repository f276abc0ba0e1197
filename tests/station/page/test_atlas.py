"""The atlas page: every fault with its picture, reachable by anchor, readable in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page

from station import atlas
from station.page import atlas as screen
from station.page.words import words_of
from tests.station.page.desk import Station


def test_the_page_shows_every_fault_and_its_picture(
    shared_station: tuple[Station, str], open_page: Callable[[str], Page]
) -> None:
    """One card an entry, every picture loads, an anchor leads to the card."""
    _, address = shared_station
    page = open_page(f"{address}/atlas#sheet_alignment-skewed")
    assert page.locator("article").count() == len(atlas.entries())
    assert page.locator("#sheet_alignment-skewed h3").is_visible()
    loaded = (
        "async images => { for (const i of images) { i.loading = 'eager'; await i.decode() } return images.length }"
    )
    assert page.locator("img").evaluate_all(loaded) == len(atlas.entries())
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_scripts_get_the_same_as_json(shared_station: tuple[Station, str]) -> None:
    """`/api/atlas`: the addresses of the pictures answer, unknown ones do not."""
    _, address = shared_station
    faults = httpx.get(f"{address}/api/atlas").json()
    assert {(f["check"], f["code"]) for f in faults} == {(e.check, e.code) for e in atlas.entries()}
    assert httpx.get(address + faults[0]["picture"]).headers["content-type"] == "image/jpeg"
    assert httpx.get(f"{address}/atlas/none.jpg").status_code == 404


def test_texts_are_escaped() -> None:
    """A translation with an angle bracket stays text."""
    entry = atlas.Entry("a", "b", "<i>", "x < y.", "&.", Path("p.jpg"))
    html = screen.page("<t>", "/assets/x", (entry,), words_of("en"))
    assert "<i>" not in html
    assert "x &lt; y." in html
