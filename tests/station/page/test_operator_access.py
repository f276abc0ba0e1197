"""axe-core on every state of the operator screen: no finding that is serious or critical."""

from __future__ import annotations

from playwright.sync_api import expect

from station.types import Outcome
from tests.station.page.desk import Station
from tests.station.page.screen import Open, complaints, painted, start_session


def test_every_state_of_the_screen(shared_station: tuple[Station, str], open_page: Open, axe: str) -> None:
    """Before the session, with each outcome, a reason asked for, a detail, the sign-off, a retake, no live data."""
    station, address = shared_station
    page = open_page(address)
    painted(page, station.shoot(Outcome.FAIL, specimen=("E1",)))
    found = {"before the session": complaints(page, axe)}
    start_session(page)
    page.wait_for_timeout(350)
    for name, key in (("reason", "a"), ("back", "Escape"), ("detail", "1"), ("again", "1"), ("sign-off", "f")):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
        found[name] = complaints(page, axe)
    page.keyboard.press("Escape")
    for outcome in (Outcome.PASS, Outcome.WARN, Outcome.UNKNOWN):
        painted(page, station.shoot(outcome, specimen=("E1",)))
        found[outcome.name] = complaints(page, axe)
    station.beating = False
    try:
        expect(page.locator("#dead")).to_be_visible()
        found["dead"] = complaints(page, axe)
    finally:
        station.beating = True
    assert found == {name: [] for name in found}
