"""Two stations that write into the same records: each page is of one, the wall is of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from station.types import Action, Outcome
from tests.station.page.desk import Station, page_process

OTHER = "stand-2"
TEN = {"limit": 10}


@pytest.fixture
def client(station: Station) -> Iterator[httpx.Client]:
    """Who talks to the page of stand-1."""
    with page_process(station.root) as (_, address), httpx.Client(base_url=address, timeout=10) as client:
        yield client


def test_the_page_of_one_station_knows_no_capture_of_another(station: Station, client: httpx.Client) -> None:
    """Not in the list, not by its id or its specimen number, and nothing can be decided on it there."""
    own, other = station.shoot(Outcome.FAIL), station.shoot(Outcome.FAIL, at=OTHER)
    assert [record["sequence"] for record in client.get("/api/records", params=TEN).json()] == [own.sequence]
    capture = f"/api/captures/{other.verdict.capture.id}"
    word = {"action": Action.RETAKE.value, "operator": "Ada"}
    assert client.get(capture).status_code == client.post(f"{capture}/decisions", json=word).status_code == 404
    assert client.post(f"{capture}/wrong-alarms", json={"finding": 0, "operator": "Ada"}).status_code == 404
    assert client.get("/api/specimens", params={"number": other.verdict.specimen[0]}).status_code == 404
    assert client.get("/api/specimens", params={"number": own.verdict.specimen[0]}).status_code == 200


def test_retakes_and_sessions_are_of_one_bench(station: Station, client: httpx.Client) -> None:
    """What waits at the other bench is not in sight, cannot be awaited and holds no sign-off up."""
    other = station.shoot(Outcome.FAIL, at=OTHER)
    client.post("/api/session", json={"operator": "Ada"}).raise_for_status()
    assert client.get("/api/bench").json()["retakes"] == []
    assert client.post(f"/api/retakes/{other.retake}/await", json={}).status_code == 404
    station.shoot(Outcome.PASS)
    done = client.post("/api/session/sign-off", json={"by": "Ada"})
    assert (done.status_code, done.json()["open_retakes"]) == (200, 0)


def test_every_station_is_told_alive_or_not(station: Station, client: httpx.Client) -> None:
    """A station that beats is, one that has stopped is not, one that never was is not there."""
    station.beat(OTHER)
    end = time.monotonic() + 10
    while client.get("/api/stations").json() != {"stand-1": True, OTHER: False}:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert client.get("/readyz").status_code == 200  # the page of stand-1 is as well as stand-1


def test_a_page_lives_by_its_own_station_alone(station: Station, client: httpx.Client) -> None:
    """The other one's sign of life does not make this one's screen live."""
    end = time.monotonic() + 10
    while client.get("/readyz").status_code != 200:  # until it has beaten once
        assert time.monotonic() < end
        time.sleep(0.05)
    station.beating = False
    for _ in range(40):
        station.beat(OTHER)
        if client.get("/readyz").status_code == 503:
            break
        time.sleep(0.2)
    assert "no sign of life" in client.get("/readyz").json()["reason"]
    assert client.get("/api/stations").json() == {"stand-1": False, OTHER: True}


def test_both_are_on_the_wall_and_the_dead_one_says_so_at_once(
    station: Station, client: httpx.Client, open_page: Callable[[str], Page]
) -> None:
    """The rig that stops says NO LIVE DATA within 3 s, the other one goes on."""
    station.shoot(Outcome.PASS)
    station.shoot(Outcome.FAIL, at=OTHER)
    station.beat(OTHER)
    page = open_page(f"{client.base_url}/wall")
    dead, live = page.locator(f'[data-station="{OTHER}"]'), page.locator('[data-station="stand-1"]')
    expect(dead.locator(".last b")).to_have_text("Fail")
    for _ in range(4):  # as a daemon does, which is killed somewhere between two beats
        station.beat(OTHER)
        page.wait_for_timeout(350)
    expect(dead.locator(".dead")).to_have_text("NO LIVE DATA", timeout=3_000)
    expect(live).to_have_attribute("data-health", "live")
    station.beat(OTHER)
    expect(dead).to_have_attribute("data-health", "live", timeout=3_000)
