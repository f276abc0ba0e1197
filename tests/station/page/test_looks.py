"""Second looks over a real store, and in a browser by keyboard."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from station.people import Book
from station.records import alarms, looks
from station.statistics.sampling import LOT, PLANS, Level
from station.types import Answer, Outcome
from tests.station.page.desk import Station, page_process
from tests.station.page.screen import Open

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SAMPLE = PLANS[Level.NORMAL].sample


def send(address: str, deed: str, **more: object) -> httpx.Response:
    """What a button sends."""
    sent = {"station": "stand-1", "deed": deed} | {name: str(value) for name, value in more.items()}
    return httpx.post(f"{address}/looks", data=sent, follow_redirects=True)


def press(page: Page, key: str) -> None:
    """A key on a page that has come whole: its script hears keys only then."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def shoot_a_lot(station: Station, **every: object) -> None:
    for _ in range(LOT):
        station.shoot(pictures=False, **every)  # type: ignore[arg-type]


def test_a_supervisor_draws_looks_and_closes(station: Station, tmp_path: Path, open_page: Open) -> None:
    """By keyboard alone; a missed defect needs its name; who said what stands in the audit log."""
    shoot_a_lot(station)
    with page_process(tmp_path) as (_, address):
        page = open_page(f"{address}/looks")
        page.get_by_role("button", name="Draw the next sample").click()
        expect(page.locator("#main h2").first).to_have_text(f"Lot 1: 0 of {SAMPLE} looked at")
        press(page, "2")
        expect(page.get_by_role("alert")).to_have_text("What was missed?")
        page.locator("select").select_option("barcode_missing")
        page.locator("h3").click()
        press(page, "2")
        for done in (1, 2):
            expect(page.locator("#main h2").first).to_have_text(f"Lot 1: {done} of {SAMPLE} looked at")
            press(page, "1")
        expect(page.locator("#main h2").first).to_have_text(f"Lot 1: 3 of {SAMPLE} looked at")
        look_at_all(station, 1)
        press(page, "ArrowLeft")
        page.get_by_role("button", name="Close the lot").click()
        expect(page.locator("tbody")).to_contain_text("accepted")
        expect(page.locator(".tiles")).to_contain_text("3.1 %")
    (lot,) = station.store.ask(lambda connection: looks.of_station(connection, station="stand-1"))
    assert lot.faults == 1
    noted = [entry.action for entry in Book(tmp_path / "people.sqlite").entries(500)]
    assert (noted.count("sample drawn"), noted.count("second look"), noted.count("lot closed")) == (1, 3, 1)


def test_a_wrong_alarm_is_kept_with_its_crop(station: Station, tmp_path: Path) -> None:
    """As from the operator's screen; of a PASS there is none to call wrong, and refusals say why."""
    shoot_a_lot(station, outcome=Outcome.WARN)
    with page_process(tmp_path) as (_, address):
        assert send(address, "close", lot=1).status_code == 409
        assert send(address, "draw").status_code == 200
        assert send(address, "draw").status_code == 409
        assert send(address, "3", lot=1, place=1, note="dust").status_code == 200
        for nonsense in ({"deed": "3", "lot": 1, "place": 99}, {"deed": "9"}, {"deed": "1", "lot": "x"}):
            assert send(address, **nonsense).status_code == 409
    (first, *_) = station.store.ask(lambda connection: looks.of_lot(connection, lot=1))
    assert (first.answer, first.note) == (Answer.WRONG_ALARM, "dust")
    kept = station.store.ask(lambda connection: alarms.of_capture(connection, capture_id=first.capture_id))
    assert [alarm.note for alarm in kept] == ["dust"]


def test_a_line_that_gets_worse_is_stopped_until_the_cause_is_mended(station: Station, tmp_path: Path) -> None:
    """Two bad lots tighten, five more stop it; a supervisor's word on the cause lets it go on, closely looked at."""
    for lot in range(1, 7):
        for _ in range(3):
            station.shoot(pictures=False)
        wanted = partial(looks.draw, station="stand-1", size=3, sample=3, level="normal", by="Zoe", at=NOW)
        assert station.store.note(partial(wanted, drawing=random.sample)) is not None
        look_at_all(station, lot, missed=3)
        assert station.store.note(partial(looks.close, lot=lot, at=NOW)) is not None
    shoot_a_lot(station)
    with page_process(tmp_path) as (_, address):
        assert 'data-level="tightened"' in send(address, "draw").text
        look_at_all(station, 7, missed=3)
        assert 'data-level="stopped"' in send(address, "close", lot=7).text
        assert send(address, "mend").status_code == 409
        assert 'data-level="tightened"' in send(address, "mend", why="a lamp had failed").text
        assert send(address, "mend", why="again").status_code == 409
    assert "a lamp had failed" in Book(tmp_path / "people.sqlite").entries(1)[0].detail


def look_at_all(station: Station, lot: int, missed: int = 0) -> None:
    """Answer what nobody has answered, without a browser; the first so many are missed defects."""
    for look in station.store.ask(partial(looks.of_lot, lot=lot)):
        said = Answer.MISSED if look.place <= missed else Answer.AGREES
        done = partial(looks.answer, lot=lot, place=look.place, said=said, defect="", note="x", by="Zoe", at=NOW)
        if look.answer is None:
            station.store.note(done)
