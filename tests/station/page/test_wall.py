"""The supervisor's wall over a real store and in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from station.page.wall import WINDOWS, View, span
from station.records.tallies import SLOT_S
from station.types import Finding, Outcome
from tests.station.page.desk import Station, page_process

WORKED = {1: ("Ada", "moss"), 2: ("Ben", "moss"), 3: ("Ada", "fern")}


@settings(deadline=None)
@given(
    st.sampled_from(sorted(WINDOWS)), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
)
def test_a_span_holds_now_and_ends_on_a_bucket(window: str, now: datetime) -> None:
    """The present is always in it, whole quarters of an hour are counted, and its length is that of the window."""
    wanted = span(View.model_validate({"window": window}), now, {})
    assert wanted.since < now < wanted.until
    assert wanted.until - wanted.since == WINDOWS[window][0]  # type: ignore[index]
    assert wanted.until.timestamp() % SLOT_S == 0
    assert wanted.until - now <= timedelta(days=1)


@pytest.mark.parametrize(
    ("view", "sessions"),
    [({}, None), ({"operator": "Ada"}, (1, 3)), ({"operator": "Ada", "job": "moss"}, (1,)), ({"job": "x"}, ())],
)
def test_operator_and_job_choose_sessions(view: dict[str, str], sessions: tuple[int, ...] | None) -> None:
    """All that fit; none fits a name that nobody has."""
    assert span(View.model_validate(view), datetime.now(UTC), WORKED).sessions == sessions


def test_what_was_recorded_is_on_the_wall(station: Station, tmp_path: Path) -> None:
    """Rig, health, last outcome, yield, defects; as text in the page, before any script runs."""
    station.shoot(Outcome.FAIL, findings=(Finding("colour_chart", "missing", Outcome.FAIL, "none"),))
    for _ in range(3):
        station.shoot(Outcome.PASS)
    with page_process(tmp_path) as (_, address):
        page = httpx.get(f"{address}/wall").raise_for_status().text
    for told in ("stand-1", "live", "Pass", "75.0 %", "Colour chart missing", "By rig", "/wall/newest.jpg"):
        assert told in page, told
    assert "style=" not in page


@pytest.mark.parametrize("window", sorted(WINDOWS))
def test_every_window_is_shown(shared_station: tuple[Station, str], window: str) -> None:
    """Also for a station that never was, and never an error for nonsense in the address."""
    address = shared_station[1]
    for query in ({"window": window}, {"window": window, "station": "nobody", "operator": "x", "job": "\x00"}):
        assert httpx.get(f"{address}/wall/now", params=query).status_code == 200
    assert httpx.get(f"{address}/wall", params={"window": "century"}).status_code == 422


def test_the_wall_keeps_itself_fresh(shared_station: tuple[Station, str], open_page: Callable[[str], Page]) -> None:
    """A new capture appears by itself; choosing a station asks for it at once."""
    desk, address = shared_station
    desk.shoot(Outcome.PASS)
    page = open_page(f"{address}/wall")
    expect(page.locator(".rig .last b")).to_have_text("Pass")
    desk.shoot(Outcome.FAIL)
    expect(page.locator(".rig .last b")).to_have_text("Fail", timeout=10_000)
    page.get_by_label("Station").select_option("stand-1")
    page.wait_for_url("**station=stand-1**")


def test_a_dead_station_and_a_dead_server_are_seen(
    station: Station, tmp_path: Path, open_page: Callable[[str], Page]
) -> None:
    """The daemon's silence is on its card, the server's over the whole wall, within seconds."""
    station.shoot(Outcome.PASS)
    with page_process(tmp_path) as (process, address):
        page = open_page(f"{address}/wall")
        expect(page.locator(".rig")).to_have_attribute("data-health", "live")
        station.beating = False
        expect(page.locator(".rig")).to_have_attribute("data-health", "dead", timeout=10_000)
        expect(page.locator(".health")).to_contain_text("no sign of life")
        process.kill()
        expect(page.locator("#dead")).to_be_visible(timeout=6_000)
        expect(page.locator("#dead .word")).to_have_text("NO LIVE DATA")


def test_an_empty_station_has_a_wall_too(station: Station, tmp_path: Path) -> None:
    """It lives and has recorded nothing: its card says so, the charts say that there is nothing."""
    with page_process(tmp_path) as (_, address):
        page = httpx.get(f"{address}/wall").raise_for_status().text
    assert "stand-1" in page
    assert "WAITING" in page
    assert "Nothing was recorded" in page
