"""axe-core on every page but the operator's (test_operator_access.py): no finding that is serious or critical."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import yaml
from playwright.sync_api import expect

from station.people import Book, Role
from station.records import looks
from station.types import Outcome
from tests.station.page.desk import Station, page_process
from tests.station.page.screen import SOON_MS, Open, complaints
from tests.station.page.test_looks import NOW

PAGES = ("/wall", "/looks", "/settings", "/people", "/atlas", "/reports/report.html")
PASSWORD = "correct horse battery"


def test_every_page(station: Station, tmp_path: Path, open_page: Open, axe: str) -> None:
    """With something to show on each: captures of every outcome, an open lot, an account, a refused log-in."""
    (tmp_path / "station.yaml").write_text(yaml.safe_dump({"station": "stand-1", "inbox": "inbox"}))
    (tmp_path / "inbox").mkdir()
    for outcome in Outcome:
        station.shoot(outcome)
    drawn = partial(looks.draw, station="stand-1", size=3, sample=3, level="normal", by="Zoe", at=NOW)
    assert station.store.note(partial(drawn, drawing=lambda captures, number: captures)) is not None
    Book(tmp_path / "people.sqlite").add("Ada", Role.ADMIN, PASSWORD, by="test")
    with page_process(tmp_path) as (_, address):
        page = open_page(f"{address}/wall")
        found = {"/login": complaints(page, axe)}
        page.locator("#name").fill("Ada")
        page.locator("#password").fill("wrong")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        found["refused"] = complaints(page, axe)
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/wall")
        for path in PAGES:
            page.goto(address + path)
            found[path] = complaints(page, axe)
    assert found == {name: [] for name in found}


def test_a_wall_without_records(tmp_path: Path, open_page: Open, axe: str) -> None:
    """It says so large, and comes by itself when they answer again."""
    station = Station(tmp_path)
    station.beat()
    station.store.close()
    held, away = tmp_path / "records.sqlite", tmp_path / "away.sqlite"
    with page_process(tmp_path) as (_, address):
        held.rename(away)
        page = open_page(f"{address}/wall")
        expect(page.locator("#dead .word")).to_have_text("NO LIVE DATA")
        assert complaints(page, axe) == []
        away.rename(held)
        expect(page.locator(".rig h2")).to_have_text("stand-1", timeout=2 * SOON_MS)
