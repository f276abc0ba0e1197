"""Whole stories with real photographs: the daemon and the shipped network judge them, Chromium shows it.

The photographs are of the training set: one stand of one herbarium that crops tightly, with one kind of chart and of
barcode. Each fault is made of the very photograph that mends it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.station.page.photographs import Stand, running_stand
from tests.station.page.screen import SOON_MS, Open, start_session
from tests.station.page.test_operator_story import LATENCY_S, SLOW, answers

STRAY_MS = 350
"""So soon after a new picture a key is not taken for a word on it."""
JUDGED_MS = 30_000


@pytest.fixture(scope="module")
def stand(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """One stand for all stories; each has specimens of its own and leaves the bench as it found it."""
    photographs = shared / "data" / "herbarium" / "train"
    if not photographs.is_dir():
        pytest.skip("the photographs (../shared/data/herbarium/train) are not beside this checkout")
    with running_stand(tmp_path_factory.mktemp("photographs"), photographs) as made:
        assert answers(int(made.address.rpartition(":")[2]))
        yield made


def at_work(stand: Stand, open_page: Open) -> Page:
    """A live screen of this stand with its session."""
    page = open_page(stand.address)
    expect(page.locator("#station")).to_have_text("stand-1", timeout=60_000)
    start_session(page)
    return page


def shows(page: Page, specimen: str, *words: str) -> None:
    """Wait until the live capture is of this specimen and is called one of these words."""
    expect(page.locator("#specimen")).to_have_text(specimen, timeout=JUDGED_MS)
    called = "words => words.includes(document.querySelector('#word').textContent)"
    page.wait_for_function(called, arg=list(words), timeout=JUDGED_MS)
    page.wait_for_timeout(STRAY_MS)


def test_a_sheet_without_its_chart_is_taken_again(stand: Stand, open_page: Open) -> None:
    """Red in time and on the list; the sign-off is refused; the good photograph closes the chain and it is allowed."""
    page, owed = at_work(stand, open_page), "ANG015263"
    laid = stand.take(stand.without_chart("t271"))
    expect(page.locator("#word")).to_have_text("RETAKE", timeout=JUDGED_MS)
    assert time.monotonic() - laid < SLOW * LATENCY_S
    shows(page, owed, "RETAKE")
    expect(page.locator("#reasons")).to_contain_text("Colour chart missing")
    expect(page.locator("#owed")).to_contain_text(owed)
    page.keyboard.press("f")
    expect(page.locator("#sign-off")).to_contain_text(owed)
    page.keyboard.press("Enter")
    expect(page.locator("#sign-off .said")).to_contain_text("Open retakes: 1")
    page.keyboard.press("Escape")
    stand.take(stand.sheet("t271"))
    shows(page, owed, "PASS", "WARN")
    expect(page.locator("#kicker")).to_contain_text("attempt 2")
    expect(page.locator("#before img")).to_be_visible()
    expect(page.locator("#owed")).not_to_contain_text(owed)
    bad, good = stand.asked("records?limit=500")[-2:]
    assert good["retake_of"] == bad["capture_id"]
    page.keyboard.press("f")
    expect(page.locator("#sign-off .sum")).to_contain_text("Nothing is open")
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_have_text("The session is signed off.")


def test_a_label_that_is_faded_itself_is_accepted_with_a_reason(stand: Stand, open_page: Open) -> None:
    """The label is called blurred and shown at the camera's own pixels; a person's word stands beside the verdict."""
    page = at_work(stand, open_page)
    stand.take(stand.blurred("t283"))
    shows(page, "ANG015035", "RETAKE")
    expect(page.locator("#reasons")).to_contain_text("Label blurred")
    expect(page.locator("#reasons li img").first).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("#why")).to_be_visible()
    page.keyboard.press("4")
    expect(page.locator("#word")).to_have_text("ACCEPTED")
    expect(page.locator("#owed")).not_to_contain_text("ANG015035")
    kept = stand.asked("records?limit=500")[-1]
    assert (kept["outcome"], kept["decision"]["reason_code"]) == ("FAIL", "label_unreadable")


def test_a_wrong_alarm_is_kept_with_its_crop(stand: Stand, open_page: Open) -> None:
    """One key for each finding: what was complained of can be fetched with its picture, and the capture is accepted."""
    page = at_work(stand, open_page)
    stand.take(stand.blurred("t281"))
    shows(page, "ANG016137", "RETAKE")
    record = stand.asked("records?limit=500")[-1]
    for _ in [one for one in record["findings"] if one["outcome"] == "FAIL"]:
        with page.expect_response("**/wrong-alarms"):
            page.keyboard.press("w")
    expect(page.locator("#word")).to_have_text("ACCEPTED")
    expect(page.locator("#reasons")).to_contain_text("Called wrong")
    kept = [one for one in stand.asked("wrong-alarms") if one["capture_id"] == record["capture_id"]]
    assert {one["finding"]["code"] for one in kept} == {"blurred"}
    crop = page.request.get(stand.address + kept[0]["crop"])
    assert crop.body().startswith(b"\xff\xd8")


def test_a_session_ends_with_an_open_retake_on_a_supervisors_word_alone(stand: Stand, open_page: Open) -> None:
    """Refused without one; with name and reason it is signed off, and the retake stays on the list for the next."""
    page, owed = at_work(stand, open_page), "ANG006235"
    stand.take(stand.askew("t275"))
    shows(page, owed, "RETAKE")
    expect(page.locator("#reasons")).to_contain_text("Sheet askew")
    page.keyboard.press("f")
    expect(page.locator("#supervisor")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sign-off .said")).to_contain_text("Open retakes: 1")
    page.locator("#supervisor").fill("Zoe")
    page.locator("#reason").fill("goes to the restorer")
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_have_text("The session is signed off.")
    expect(page.locator("#owed")).to_contain_text(owed)
    stand.take(stand.sheet("t275"))
    expect(page.locator("#owed")).not_to_contain_text(owed, timeout=JUDGED_MS)


def test_the_page_opened_anew_after_many_captures_is_right(stand: Stand, open_page: Open) -> None:
    """What came meanwhile is there, the newest is the live one, and what is owed from before is still owed."""
    page, owed = at_work(stand, open_page), "ANG006495"
    stand.take(stand.without_chart("t277"))
    shows(page, owed, "RETAKE")
    names = ("t270", "t272", "t273", "t274", "t278", "t279", "t282", "t280")
    for name in names:
        stand.take(stand.sheet(name))
    expect(page.locator("#specimen")).to_have_text("ANG015997", timeout=2 * JUDGED_MS)
    page.reload()
    shows(page, "ANG015997", "PASS", "WARN")
    expect(page.locator("#owed")).to_contain_text(owed)
    expect(page.locator("#strip button")).to_have_count(min(20, stand.asked("state")["sequence"]))
    expect(page.locator("#session")).to_be_visible()
    page.locator("#session [type=submit]").click()
    page.locator("#owed .open", has_text=owed).click()
    expect(page.locator("#specimen")).to_have_text(owed)
    stand.take(stand.sheet("t277"))
    expect(page.locator("#owed")).not_to_contain_text(owed, timeout=JUDGED_MS)


def test_a_dead_daemon_is_told_and_what_came_meanwhile_is_judged_later(stand: Stand, open_page: Open) -> None:
    """NO LIVE DATA within three seconds of the kill; started again, the screen goes on with what the camera took."""
    page = at_work(stand, open_page)
    killed = stand.kill()
    expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)
    assert time.monotonic() - killed < SOON_MS / 1000
    stand.take(stand.sheet("t276"))
    stand.start()
    shows(page, "ANG006212", "PASS", "WARN")
    expect(page.locator("#dead")).to_be_hidden()
