"""axe-core on every state of the operator screen: no finding that is serious or critical."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from station.types import Outcome
from tests.station.page.desk import Station
from tests.station.page.screen import Open, painted, start_session


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, as the package axe-playwright-python brings it."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python")
    return Path(spec.origin).with_name("axe.min.js").read_text("utf-8")


def complaints(page: Page, axe: str) -> list[str]:
    """Each serious or critical finding in words; that nothing was looked at would be one, too."""
    page.evaluate(axe)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations', 'passes']})")
    assert len(told["passes"]) > 10
    grave = [one for one in told["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html']}" for one in grave for node in one["nodes"]]


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
