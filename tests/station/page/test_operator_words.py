"""What is wrong and what to do, on the operator screen in every language: the atlas, and the check's English below."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from station import atlas
from station.page.texts import LANGUAGES, catalogue
from station.types import Box, Finding, Outcome
from tests.station.page.desk import Station, finding
from tests.station.page.screen import Open, complaints, painted

OTHERS = [code for code in LANGUAGES if code != "en"]
ODD = Finding("third_party", "odd_thing", Outcome.WARN, "It looks odd.", "Look at it.")
UNSURE = Finding("scale", "not_judged", Outcome.UNKNOWN, "The marks run together.", "Lay it flat.")
SIZES = ((1280, 800), (1920, 1080), (1024, 600), (834, 1112))
LONGEST = tuple(
    Finding(check, code, Outcome.FAIL, "The check's own sentence.", "", 131.25, 160, "of 255", Box(9, 9, 90, 90))
    for check, code in (("required_objects", "wrong_zone"), ("file", "settings_drift"), ("drift", "stop_line"))
)


WIDE = """() => [
  ...[...document.querySelectorAll('#reasons li, #actions button, #readings .reading, body')]
    .filter(one => one.scrollWidth > one.clientWidth + 1),
  ...[...document.querySelectorAll('#actions button')].filter(one =>
    one.getBoundingClientRect().right > document.querySelector('#decide').getBoundingClientRect().right),
].map(one => one.outerHTML)"""


def overhanging(page: Page) -> list[str]:
    """What is wider than its place or lies outside it: buttons, cards, read-outs, the page."""
    found: list[str] = page.evaluate(WIDE)
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_a_finding_speaks_the_reader_s_language(
    shared_station: tuple[Station, str], open_page: Open, axe: str, language: str
) -> None:
    """Title, figures and remedy; below it, marked as English, what the check said; retake list and voice, too."""
    station, address = shared_station
    page, texts = open_page(f"{address}/?lang={language}"), catalogue(language)
    painted(page, station.shoot())
    painted(page, station.shoot(findings=(finding(Outcome.FAIL), UNSURE, ODD)))
    said, unsure = atlas.entry("label_sharpness", "blurred", language), atlas.entry("scale", "not_judged", language)
    assert said is not None
    assert unsure is not None
    blurred, scale, odd = page.locator("#reasons li").all()
    expect(blurred.locator("h2")).to_contain_text(f"{said.title} 4,2 px · {texts['limit'].format(limit='2,5 px')}")
    expect(blurred.locator(".remedy")).to_have_text(said.remedy)
    expect(blurred.locator(".own[lang=en]")).to_have_text("The label is blurred.")
    expect(blurred).not_to_contain_text("Refocus.")
    expect(scale.locator("h2")).to_contain_text(f"{texts['check_scale']}: {texts['kicker_UNKNOWN']}")
    expect(scale.locator(".remedy")).to_have_text(unsure.remedy)
    expect(scale.locator(".own[lang=en]")).to_have_text("The marks run together.")
    expect(odd.locator(".message[lang=en]")).to_have_text("It looks odd.")
    expect(odd.locator(".remedy[lang=en]")).to_have_text("Look at it.")
    expect(page.locator("#owed .title").last).to_have_text(texts["code_label_sharpness_blurred"])
    expect(page.locator("#announce")).to_contain_text(f"{said.title}.")
    assert complaints(page, axe) == []


def test_english_stays_the_check_s_own(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Sentence and remedy of the check, and nothing below."""
    station, address = shared_station
    page = open_page(f"{address}/?lang=en")
    painted(page, station.shoot(Outcome.FAIL))
    expect(page.locator("#reasons .message")).to_have_text("The label is blurred.")
    expect(page.locator("#reasons .remedy")).to_have_text("Refocus.")
    expect(page.locator("#reasons .own")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_words_break_no_place(shared_station: tuple[Station, str], open_page: Open, language: str) -> None:
    """The longest titles and the longest buttons, on every screen."""
    station, address = shared_station
    record = station.shoot(findings=LONGEST)
    page = open_page(f"{address}/?lang={language}")
    page.locator("#name").fill("Anna")
    page.locator("#session [type=submit]").click()
    painted(page, record)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert overhanging(page) == [], (width, height)
