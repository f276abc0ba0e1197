"""Work at the bench on the operator screen: retakes, reasons, wrong alarms, sign-off, scanner, pedal, languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from station.page.texts import LANGUAGES
from station.records import alarms, sessions
from station.types import Action, Outcome
from tests.station.page.desk import Station, page_process, running_station
from tests.station.page.screen import Open, painted, start_session

SIZES = ((1920, 1080), (1280, 800), (820, 1180), (1024, 600))
STRAY_MS = 350


def scan(page: Page, code: str) -> None:
    """As a wedge scanner does: every character at once, then Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def tread(page: Page, key: str) -> None:
    """As a foot pedal does, with a key that no keyboard and no Playwright has."""
    page.evaluate("key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))", key)


def test_a_retake_is_closed_by_the_good_photograph(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Red and on the list; the good one stands beside the bad one, says so, and empties the list."""
    station, address = shared_station
    page = open_page(address)
    bad = station.shoot(Outcome.FAIL, specimen=("E7",))
    painted(page, bad)
    expect(page.locator("#owed")).to_contain_text("E7")
    expect(page.locator("#owed")).to_contain_text("Label blurred")
    good = station.shoot(specimen=("E7",))
    painted(page, good)
    expect(page.locator("#do")).to_have_text("The retake is good. The specimen may be lifted.")
    expect(page.locator("#kicker")).to_contain_text("attempt 2")
    expect(page.locator("#before img")).to_be_visible()
    expect(page.locator("#owed")).not_to_contain_text("E7")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("b")
    expect(page.locator("#before")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#done")).to_contain_text("Replaced by a later photograph.")


def test_accepting_against_the_verdict_by_keyboard_alone(
    tmp_path_factory: pytest.TempPathFactory, open_page: Open
) -> None:
    """From the first key of the session to the sign-off that is refused and then allowed: no mouse."""
    root = tmp_path_factory.mktemp("keyboard")
    with running_station(root) as station, page_process(root) as (_, address):
        page = open_page(address)
        page.keyboard.type("Anna", delay=90)
        page.keyboard.press("Enter")
        expect(page.locator("#actions")).to_be_visible()
        first = station.shoot(Outcome.FAIL)
        painted(page, first)
        page.wait_for_timeout(STRAY_MS)
        page.keyboard.press("a")
        page.keyboard.press("n")
        expect(page.locator("#note")).to_be_focused()
        page.keyboard.type("of 1823", delay=90)
        page.keyboard.press("Enter")
        page.keyboard.press("1")
        expect(page.locator("#word")).to_have_text("ACCEPTED")
        expect(page.locator("#kicker")).to_contain_text("Object itself is faded")
        (decision,) = station.store.decisions(first.verdict.capture.id)
        assert (decision.action, decision.reason_code, decision.note) == (Action.ACCEPT, "object_faded", "of 1823")
        painted(page, station.shoot(Outcome.FAIL, specimen=("E99",)))
        page.keyboard.press("f")
        expect(page.locator("#sign-off")).to_contain_text("E99")
        page.keyboard.press("Enter")
        expect(page.locator("#sign-off .said")).to_contain_text("Give the reason")
        expect(page.locator("#supervisor")).to_be_focused()
        page.keyboard.type("Zoe", delay=90)
        page.keyboard.press("Tab")
        page.keyboard.type("fragile", delay=90)
        page.keyboard.press("Enter")
        expect(page.locator("#hint")).to_have_text("The session is signed off.")
        (signed,) = station.store.ask(sessions.recent)
        assert (signed.operator, signed.supervisor, signed.reason, signed.open_retakes) == ("Anna", "Zoe", "fragile", 1)


def test_a_wrong_alarm_is_one_key(shared_station: tuple[Station, str], open_page: Open) -> None:
    """W keeps the finding with its crop and, as it was the only one, accepts the capture."""
    station, address = shared_station
    page = open_page(address)
    start_session(page)
    record = station.shoot(Outcome.FAIL)
    painted(page, record)
    page.wait_for_timeout(STRAY_MS)
    page.keyboard.press("w")
    expect(page.locator("#word")).to_have_text("ACCEPTED")
    expect(page.locator("#reasons")).to_contain_text("Called wrong")
    kept = station.store.ask(lambda connection: alarms.of_capture(connection, capture_id=record.verdict.capture.id))
    assert [alarm.operator for alarm in kept] == ["Anna"]
    crop = station.store.ask(lambda connection: alarms.crop(connection, number=kept[0].number))
    assert crop is not None
    assert crop.startswith(b"\xff\xd8")


def test_a_scanner_is_no_typist_and_a_pedal_is_a_key(shared_station: tuple[Station, str], open_page: Open) -> None:
    """A scanned number finds its capture or is awaited; none of its letters is taken for a key."""
    station, address = shared_station
    page = open_page(address)
    start_session(page)
    found = station.shoot(specimen=("AWS-5512",))
    owed = station.shoot(Outcome.FAIL, specimen=("SRA-1234",))
    painted(page, station.shoot())
    page.wait_for_timeout(STRAY_MS)
    scan(page, "AWS-5512")
    expect(page.locator("#done")).to_contain_text(f"AWS-5512 is No. {found.sequence}.")
    expect(page.locator("#specimen")).to_have_text("AWS-5512")
    scan(page, "NONE-1")
    expect(page.locator("#done")).to_contain_text("never photographed here")
    scan(page, "SRA-1234")
    expect(page.locator("#owed .awaited")).to_contain_text("SRA-1234")
    expect(page.locator("#specimen")).to_have_text("SRA-1234")
    tread(page, "F13")  # accept: the capture looked at failed
    expect(page.locator("#why")).to_be_visible()
    with page.expect_response("**/await"):
        scan(page, "SRA-1234")  # its digits are no reasons
    page.keyboard.press("Escape")
    assert all(station.store.decisions(record.verdict.capture.id) == () for record in (found, owed))
    replaced = station.shoot(specimen=())
    assert replaced.retake_of == owed.verdict.capture.id
    page.keyboard.press("Home")
    painted(page, replaced)
    page.wait_for_timeout(STRAY_MS)
    tread(page, "F14")
    expect(page.locator("#word")).to_have_text("RETAKE")


def test_outlines_go_by_class(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Shift and a digit, by the key's place; O for all. Remembered for the next capture."""
    station, address = shared_station
    page = open_page(address)
    painted(page, station.shoot())
    page.locator("body").click(position={"x": 5, "y": 300})
    label = page.locator("#frame svg [data-class=label]")
    expect(label).to_be_visible()
    page.keyboard.press("Shift+Digit3")
    expect(label).to_be_hidden()
    painted(page, station.shoot())
    expect(label).to_be_hidden()
    page.locator("[data-toggles=label]").click()
    expect(label).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator("#frame svg")).to_be_hidden()


def test_every_screen_shows_all_of_it_in_every_language(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Nothing hangs over the edge; the language chosen last is remembered."""
    station, address = shared_station
    station.shoot(Outcome.FAIL)
    page = open_page(address)
    start_session(page)
    for language in LANGUAGES:
        page.goto(f"{address}/?lang={language}")
        expect(page.locator("#owed b").first).not_to_have_text("0")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            edges = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            assert page.evaluate(edges) == [width, height], (language, width)
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", list(LANGUAGES)[-1])


def test_after_an_hour_the_page_is_right_at_once(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Two hundred captures later, what is owed is still on the list and can be looked at; ten screens agree."""
    station, address = shared_station
    owed = station.shoot(Outcome.FAIL, specimen=("E-OLD",))
    for _ in range(200):
        last = station.shoot(pictures=False)
    pages = [open_page(address) for _ in range(10)]
    for page in pages:
        painted(page, last)
        expect(page.locator("#owed")).to_contain_text("E-OLD")
    newest = station.shoot(Outcome.WARN)
    for page in pages:
        painted(page, newest)
    pages[0].locator("#owed .open", has_text="E-OLD").click()
    expect(pages[0].locator("#which")).to_contain_text(f"No. {owed.sequence} ")
