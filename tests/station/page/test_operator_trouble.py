"""The operator screen when something is dead, hung or replaced: it never shows yesterday's state as the present."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from station.types import Outcome
from tests.station.page.desk import Station, page_process, running_station
from tests.station.page.screen import SOON_MS, Open, ground, painted, start_session


def test_a_dead_daemon_covers_the_state(shared_station: tuple[Station, str], open_page: Open) -> None:
    """The pulse stops: NO LIVE DATA instead of a stale green; it comes back: so does the state."""
    station, address = shared_station
    page = open_page(address)
    painted(page, station.shoot())
    station.beating = False
    try:
        expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)
        expect(page.locator("#dead")).to_contain_text("no sign of life")
        expect(page.locator("#dead")).to_contain_text("station run")
        red, green, blue = ground(page)
        assert red == green == blue
    finally:
        station.beating = True
    expect(page.locator("#word")).to_have_text("PASS")
    expect(page.locator("#dead")).to_be_hidden()


def test_records_that_do_not_answer_cover_the_state(tmp_path: Path, open_page: Open) -> None:
    """The store raises: NO LIVE DATA with the store's own words."""
    with running_station(tmp_path) as station, page_process(tmp_path) as (_, address):
        page = open_page(address)
        painted(page, station.shoot())
        station.beating = False
        (tmp_path / "records.sqlite").rename(tmp_path / "away.sqlite")
        expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)
        expect(page.locator("#dead .why")).to_contain_text("The records do not answer")


def test_a_station_begun_anew_replaces_what_was_shown(tmp_path: Path, open_page: Open) -> None:
    """The tab was left open while the records were replaced: first it waits, then number 1 is another capture."""
    old, new = tmp_path / "old", tmp_path / "new"
    with running_station(old) as station, page_process(old) as (_, address):
        page = open_page(address)
        painted(page, station.shoot(Outcome.FAIL))
        expect(page.locator("#word")).to_have_text("RETAKE")
    with running_station(new) as station, page_process(new, port=int(address.rpartition(":")[2])):
        expect(page.locator("#word")).to_have_text("WAITING")
        expect(page.locator("#strip button")).to_have_count(0)
        expect(page.get_by_text("The first capture appears here.")).to_be_visible()
        start_session(page)
        page.keyboard.press("a")
        expect(page.locator("#done")).to_have_text("There is no capture to decide on yet.")
        station.shoot(Outcome.WARN, specimen=("E00099999",))
        expect(page.locator("#word")).to_have_text("WARN")
        expect(page.locator("#specimen")).to_have_text("E00099999")


def test_a_screen_that_found_no_live_records_asks_for_all_of_them_later(tmp_path: Path, open_page: Open) -> None:
    """What was known stays, covered, as long as the new records say nothing; then it makes way, whole."""
    old, new = tmp_path / "old", tmp_path / "new"
    with running_station(old) as station, page_process(old) as (_, address):
        page = open_page(address)
        painted(page, station.shoot(Outcome.FAIL))
    with running_station(new) as station:
        station.beating = False
        time.sleep(2.5)  # the sign of life is old when the page begins
        with page_process(new, port=int(address.rpartition(":")[2])):
            expect(page.locator("#dead .why")).to_contain_text("no sign of life", timeout=SOON_MS)
            expect(page.locator("#strip button")).to_have_count(1)
            station.beating = True
            expect(page.locator("#word")).to_have_text("WAITING", timeout=SOON_MS)
            expect(page.locator("#strip button")).to_have_count(0)


@pytest.mark.parametrize(("count", "back"), [(3, 1), (20, 19)], ids=["in the strip", "no longer in the strip"])
def test_the_capture_that_is_looked_at_stays_when_the_page_comes_back(
    tmp_path: Path, open_page: Open, count: int, back: int
) -> None:
    """A key that is pressed after the connection was lost is for the capture on the screen, not for a newer one."""
    with running_station(tmp_path) as station:
        with page_process(tmp_path) as (process, address):
            page = open_page(address)
            records = [station.shoot() for _ in range(count)]
            painted(page, records[-1])
            start_session(page)
            page.locator("#strip button").nth(back).click()
            expect(page.locator("#earlier")).to_be_visible()
            process.kill()
        expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)
        newest = station.shoot(Outcome.WARN)
        with page_process(tmp_path, port=int(address.rpartition(":")[2])):
            expect(page.locator("#word")).to_have_text("WARN", timeout=SOON_MS)
            expect(page.locator("#earlier")).to_be_visible()
            page.keyboard.press("r")
            pressed = page.locator("#actions [data-deed=retake]")
            expect(pressed).to_have_attribute("aria-pressed", "true", timeout=SOON_MS)
            decided = [station.store.decisions(record.verdict.capture.id) for record in (records[-1 - back], newest)]
    assert [len(told) for told in decided] == [1, 0]


def test_a_dead_server_covers_the_state_and_a_new_one_takes_it_off(tmp_path: Path, open_page: Open) -> None:
    """The page's own process is killed: the screen says so by itself, and goes on when the server is back."""
    with running_station(tmp_path) as station:
        record = station.shoot()
        with page_process(tmp_path) as (process, address):
            page = open_page(address)
            painted(page, record)
            expect(page.locator("#word")).to_have_text("PASS")
            process.kill()
            expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)
            expect(page.locator("#dead")).to_contain_text("lost the page's server")
        missed = station.shoot(Outcome.FAIL)
        with page_process(tmp_path, port=int(address.rpartition(":")[2])):
            painted(page, missed)
            expect(page.locator("#word")).to_have_text("RETAKE")


def test_records_that_were_replaced_are_read_anew(tmp_path: Path, open_page: Open) -> None:
    """Another records file under a running page: it goes on with that one, without being started again."""
    with page_process(tmp_path) as (_, address):
        page = open_page(address)
        with running_station(tmp_path) as station:
            painted(page, station.shoot(Outcome.FAIL, pictures=False))
        for path in tmp_path.glob("records.sqlite*"):
            path.unlink()
        expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)
        with running_station(tmp_path) as station:
            expect(page.locator("#word")).to_have_text("WAITING", timeout=10_000)
            painted(page, station.shoot(Outcome.WARN, specimen=("E-NEW",)))
            expect(page.locator("#specimen")).to_have_text("E-NEW")
            expect(page.locator("#owed h2 b")).to_have_text("0")
