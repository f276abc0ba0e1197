"""The operator screen, as a person in front of it meets it: real server, real records, real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from station.page.texts import catalogue
from station.types import Action, Concern, Decision, Outcome
from tests.station.page.desk import Station, finding
from tests.station.page.screen import WORDS, Open, ground, painted, start_session


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_new_capture_appears_with_its_word_and_sign(
    shared_station: tuple[Station, str], open_page: Open, outcome: Outcome
) -> None:
    """Word, shape, lamp and reason of a record that is stored while the page is open."""
    station, address = shared_station
    page = open_page(address)
    record = station.shoot(outcome)
    painted(page, record)
    expect(page.locator("#word")).to_have_text(WORDS[outcome])
    expect(page.locator("#state > .shape use")).to_have_attribute("href", f"#shape-{outcome.name}")
    expect(page.locator("#specimen")).to_have_text(record.verdict.specimen[0])
    expect(page.locator("#frame img")).to_be_visible()
    expect(page.locator("#frame svg polygon.line")).to_have_count(1)
    expect(page).to_have_title(re.compile(f"^{WORDS[outcome]} "))
    if outcome is not Outcome.PASS:
        expect(page.locator("#reasons")).to_contain_text("The label is blurred.")
        expect(page.locator("#reasons")).to_contain_text("4.2 px · limit 2.5 px")
        expect(page.locator("#reasons img")).to_be_visible()


@pytest.mark.parametrize(
    "findings", [(finding(Outcome.UNKNOWN),), (), (finding(Outcome.PASS), finding(Outcome.UNKNOWN))]
)
def test_what_was_not_judged_is_never_green(
    shared_station: tuple[Station, str], open_page: Open, findings: tuple[object, ...]
) -> None:
    """NOT JUDGED in blue, also when no check said anything at all."""
    station, address = shared_station
    page = open_page(address)
    painted(page, station.shoot(findings=findings))  # type: ignore[arg-type]
    expect(page.locator("#word")).to_have_text("NOT JUDGED")
    red, green, blue = ground(page)
    assert blue > green
    assert blue > red
    lit = page.locator("[data-lamp='PASS'] use").evaluate("lamp => getComputedStyle(lamp).getPropertyValue('--body')")
    assert lit.strip() == "none"


def test_the_page_opens_on_the_last_capture(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Twenty earlier captures stand in the strip, the newest is the one shown."""
    station, address = shared_station
    records = [station.shoot(pictures=False) for _ in range(21)]
    page = open_page(address)
    painted(page, records[-1])
    expect(page.locator("#strip button")).to_have_count(20)
    expect(page.locator("#strip button").first).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(
    ("key", "action", "word"),
    [
        ("a", Action.ACCEPT, "ACCEPTED"),
        ("r", Action.RETAKE, "RETAKE"),
        ("s", Action.SET_ASIDE, "SET ASIDE"),
        ("A", Action.ACCEPT, "ACCEPTED"),
    ],
)
def test_keys_write_decisions(
    shared_station: tuple[Station, str], open_page: Open, key: str, action: Action, word: str
) -> None:
    """A, R and S are stored with the operator's name and shown as done, also in the large word; the verdict stays."""
    station, address = shared_station
    page = open_page(address)
    start_session(page)
    record = station.shoot(Outcome.FAIL)
    painted(page, record)
    page.wait_for_timeout(350)
    page.keyboard.press(key)
    if action is not Action.RETAKE:  # against the verdict, or aside: why?
        page.keyboard.press("2")
    expect(page.locator("#done")).to_contain_text("by Anna at")
    expect(page.locator(f"[data-deed='{action.value.replace(' ', '_')}']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#word")).to_have_text(word)
    (decision,) = station.store.decisions(record.verdict.capture.id)
    assert (decision.action, decision.operator) == (action, "Anna")


def test_a_key_needs_a_session(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Before the session nothing is stored and the page says what to do."""
    station, address = shared_station
    page = open_page(address)
    record = station.shoot()
    painted(page, record)
    expect(page.locator("#hint")).to_have_text("Starting the session turns the sound on.")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("a")
    expect(page.locator("#hint")).to_contain_text("every decision carries a name")
    assert station.store.decisions(record.verdict.capture.id) == ()


def test_an_earlier_capture_can_be_looked_at_and_decided(shared_station: tuple[Station, str], open_page: Open) -> None:
    """The strip shows an earlier one under a mark; a new capture changes the state but not what is looked at."""
    station, address = shared_station
    page = open_page(address)
    start_session(page)
    earlier = station.shoot(Outcome.FAIL)
    painted(page, station.shoot())
    page.locator("#strip button").nth(1).click()
    painted(page, earlier)
    expect(page.get_by_text("Looking at an earlier capture")).to_be_visible()
    expect(page.locator("#word")).to_have_text("PASS")
    newest = station.shoot(Outcome.WARN)
    expect(page.locator("#word")).to_have_text("WARN")
    expect(page.locator("#which")).to_contain_text(f"No. {earlier.sequence} ")
    page.keyboard.press("s")
    page.keyboard.press("6")
    expect(page.locator("#done")).to_contain_text("Set aside by Anna")
    assert station.store.decisions(earlier.verdict.capture.id)
    page.keyboard.press("Escape")
    painted(page, newest)
    expect(page.get_by_text("Looking at an earlier capture")).to_be_hidden()


def test_screens_follow_each_other(shared_station: tuple[Station, str], open_page: Open) -> None:
    """A decision written elsewhere shows here."""
    station, address = shared_station
    page = open_page(address)
    start_session(page)
    record = station.shoot(Outcome.FAIL)
    painted(page, record)
    station.store.decide(Decision(record.verdict.capture.id, Action.ACCEPT, "Ben", "", "", datetime.now(UTC)))
    expect(page.locator("#done")).to_contain_text("Accepted by Ben")


def test_a_detail_opens_at_the_camera_s_own_pixels(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Key 1 shows the first finding's crop unscaled; Esc closes it."""
    station, address = shared_station
    page = open_page(address)
    painted(page, station.shoot(Outcome.FAIL))
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("1")
    expect(page.locator("#detail img")).to_have_css("width", "300px")
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()


@pytest.mark.parametrize("pictures", [False, b"no picture at all"])
def test_a_missing_or_broken_picture_leaves_a_calm_place(
    shared_station: tuple[Station, str], open_page: Open, pictures: bool | bytes
) -> None:
    """No broken-picture sign anywhere; the verdict stands."""
    station, address = shared_station
    page = open_page(address)
    record = station.shoot(Outcome.FAIL, pictures=pictures)
    painted(page, record)
    expect(page.get_by_text("No picture of this capture")).to_be_visible()
    expect(page.locator("#word")).to_have_text("RETAKE")
    expect(page.locator("#frame img")).to_have_count(0)
    expect(page.locator("#strip button").first.locator("img")).to_have_count(0)
    expect(page.locator("#reasons img")).to_have_count(0)


def test_text_from_outside_is_never_markup(shared_station: tuple[Station, str], open_page: Open) -> None:
    """A barcode or message that looks like HTML is shown letter by letter."""
    station, address = shared_station
    page = open_page(address)
    evil = "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script>"
    record = station.shoot(findings=(finding(Outcome.FAIL, evil),), specimen=(evil,))
    painted(page, record)
    expect(page.locator("#reasons .message")).to_have_text(evil)
    expect(page.locator("#specimen")).to_have_text(evil)
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_wrong_is_headed_in_the_language_of_the_screen(
    shared_station: tuple[Station, str], open_page: Open, language: str
) -> None:
    """The daemon's own sentence stays below it, marked as English."""
    station, address = shared_station
    page = open_page(f"{address}/?lang={language}")
    station.pulse = {
        "problem": "The inbox has disappeared.",
        "problem_of": Concern.INBOX,
        "notice": "Running on the fallback.",
        "notice_of": Concern.ENGINE,
    }
    words = catalogue(language)
    try:
        expect(page.locator("#problem b")).to_have_text(words["about_inbox"])
        expect(page.locator("#problem span[lang=en]")).to_have_text("The inbox has disappeared.")
        expect(page.locator("#notice b")).to_have_text(words["about_engine"].replace("`", ""))
        expect(page.locator("#notice span[lang=en]")).to_have_text("Running on the fallback.")
    finally:
        station.pulse = {}


def test_what_arrives_and_what_is_wrong_is_told(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Arriving file, waiting count, the inbox's trouble and the fallback engine are all on the screen."""
    station, address = shared_station
    page = open_page(address)
    painted(page, station.shoot())
    expect(page.locator("#do")).to_have_text("The specimen may be lifted.")
    told: dict[str, object] = {
        "arriving": ("IMG_0042.NEF",),
        "waiting": 3,
        "problem": "The inbox has disappeared.",
        "notice": "Running on the fallback.",
    }
    station.pulse = told
    try:
        expect(page.locator("#do")).to_contain_text("The next one is being judged.")
        for text in ("IMG_0042.NEF arriving", "3 waiting", "The inbox has disappeared.", "Running on the fallback."):
            expect(page.get_by_text(text).first).to_be_visible()
        expect(page.locator("#engine")).to_have_text("herbarium-sheet on onnxruntime, fp32")
    finally:
        station.pulse = {}


def test_sound_needs_the_session_and_can_be_muted(shared_station: tuple[Station, str], open_page: Open) -> None:
    """Off until the session starts, then on; M mutes; the switches are remembered on this computer."""
    page = open_page(shared_station[1])
    expect(page.locator("#sound b")).to_have_text("off")
    start_session(page)
    expect(page.locator("#sound b")).to_have_text("on")
    expect(page.locator("#pass-sound b")).to_have_text("off")
    page.keyboard.press("p")
    expect(page.locator("#pass-sound b")).to_have_text("on")
    page.keyboard.press("m")
    expect(page.locator("#sound b")).to_have_text("off")
    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("Anna")
    page.locator("#session [type=submit]").click()
    expect(page.locator("#sound b")).to_have_text("off")
