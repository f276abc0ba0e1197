"""The atlas page: every fault with its picture, reachable by anchor, readable in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from station import atlas
from station.page import atlas as screen
from station.page.texts import LANGUAGES
from station.page.words import words_of
from tests.station.page.desk import Station
from tests.station.page.screen import complaints


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_atlas_speaks_the_reader_s_language(
    shared_station: tuple[Station, str], open_page: Callable[[str], Page], axe: str, language: str
) -> None:
    """Every title, cause and remedy on the page and in the JSON; the codes stay; axe finds nothing to mend."""
    _, address = shared_station
    entries = atlas.entries(language)
    page = open_page(f"{address}/atlas?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("article h3").all_inner_texts() == [entry.title for entry in entries]
    told = page.locator("article p").all_inner_texts()
    for entry in entries:
        assert any(entry.cause in text for text in told), entry.code
        assert any(entry.remedy.replace("`", "") in text for text in told), entry.code
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert complaints(page, axe) == []
    faults = httpx.get(f"{address}/api/atlas", params={"lang": language}).json()
    assert [(f["check"], f["code"], f["title"]) for f in faults] == [(e.check, e.code, e.title) for e in entries]
    assert httpx.get(f"{address}/api/atlas", headers={"accept-language": language}).json() == faults


def test_texts_are_escaped() -> None:
    """A translation with an angle bracket stays text; a command between backticks is shown as one."""
    entry = atlas.Entry("a", "b", "<i>", "x < y.", "&. Or `station <b>`.", Path("p.jpg"))
    html = screen.page("<t>", "/assets/x", (entry,), words_of("en"))
    assert "<i>" not in html
    assert "x &lt; y." in html
    assert "<code>station &lt;b&gt;</code>" in html
