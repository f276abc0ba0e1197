"""/api over a real store and the whole application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from station.types import Action, Outcome
from tests.station.page.desk import Station


@pytest.fixture
def client(shared_station: tuple[Station, str]) -> Iterator[httpx.Client]:
    """Talks to the page process."""
    with httpx.Client(base_url=shared_station[1], timeout=10) as made:
        yield made


@pytest.fixture
def desk(shared_station: tuple[Station, str]) -> Station:
    return shared_station[0]


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and object of every server-sent event."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_records_are_the_events_of_the_contract(desk: Station, client: httpx.Client) -> None:
    """Oldest first after a sequence, with the contract's keys, the decision and the pictures beside them."""
    one, two = desk.shoot(Outcome.FAIL), desk.shoot(pictures=False)
    told = client.get("/api/records", params={"since": one.sequence - 1}).raise_for_status().json()
    assert [event["sequence"] for event in told] == [one.sequence, two.sequence]
    assert {"capture_id", "outcome", "findings", "regions", "station", "operator", "retake_of"} <= told[0].keys()
    assert told[0]["outcome"] == "FAIL"
    assert told[0]["decision"] is None
    assert told[0]["previews"]["crops"] == [f"/previews/{one.verdict.capture.id}/crop-0.jpg"]
    assert told[1]["previews"] == {"photo": None, "thumb": None, "crops": [None]}
    assert len(client.get("/api/records", params={"limit": 1}).json()) == 1


def test_a_decision_is_added_and_listed(desk: Station, client: httpx.Client) -> None:
    """POST answers what was stored; the capture and its list show it."""
    record = desk.shoot(Outcome.FAIL)
    path = f"/api/captures/{record.verdict.capture.id}"
    body = {"action": "set aside", "operator": " Anna ", "reason_code": "faded", "note": "the object itself"}
    made = client.post(f"{path}/decisions", json=body)
    assert made.status_code == 201
    assert made.json()["operator"] == "Anna"
    (stored,) = desk.store.decisions(record.verdict.capture.id)
    assert (stored.action, stored.note) == (Action.SET_ASIDE, "the object itself")
    assert client.get(f"{path}/decisions").json() == [made.json()]
    assert client.get(path).json()["decision"] == made.json()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "accept"},
        {"action": "accept", "operator": "  "},
        {"action": "burn", "operator": "Anna"},
        {"action": "accept", "operator": "Anna", "verdict": "PASS"},
        {"action": "accept", "operator": "Anna", "note": "x" * 2001},
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_refused(
    desk: Station, client: httpx.Client, body: dict[str, str]
) -> None:
    """Who and what are needed; unknown words are errors."""
    record = desk.shoot()
    assert client.post(f"/api/captures/{record.verdict.capture.id}/decisions", json=body).status_code == 422


def test_lone_surrogates_are_refused(desk: Station, client: httpx.Client) -> None:
    """Half a character in JSON is the sender's error, not ours."""
    path = f"/api/captures/{desk.shoot().verdict.capture.id}/decisions"
    body = b'{"action": "accept", "operator": "\\ud800"}'
    assert client.post(path, content=body, headers={"content-type": "application/json"}).status_code == 422


@pytest.mark.parametrize("capture_id", ["0000000000000000", "../../etc/passwd", "..%2f..%2fetc", "XYZ", "0", "a" * 65])
def test_an_unknown_or_odd_capture_is_not_found(client: httpx.Client, capture_id: str) -> None:
    """Hex digits only; nothing leads out of the folder."""
    for path in (
        f"/api/captures/{capture_id}",
        f"/api/captures/{capture_id}/decisions",
        f"/previews/{capture_id}/photo.jpg",
    ):
        assert client.get(path).status_code in {404, 422}
    body = {"action": "accept", "operator": "Anna"}
    assert client.post(f"/api/captures/{capture_id}/decisions", json=body).status_code in {404, 405, 422}


def test_pictures_are_kept_by_the_browser(desk: Station, client: httpx.Client) -> None:
    """A picture never changes; one that is missing is asked for again."""
    capture_id = desk.shoot().verdict.capture.id
    picture = client.get(f"/previews/{capture_id}/photo.jpg")
    assert picture.headers["content-type"] == "image/jpeg"
    assert "immutable" in picture.headers["cache-control"]
    missing = client.get(f"/previews/{capture_id}/crop-7.jpg")
    assert missing.status_code == 404
    assert "cache-control" not in missing.headers
    assert client.get(f"/previews/{capture_id}/secrets.txt").status_code == 422


def test_the_stream_begins_with_what_was_asked_for_and_goes_on(desk: Station, client: httpx.Client) -> None:
    """Earlier records, then a state, then each new record once, decisions and heartbeats."""
    earlier = [desk.shoot(pictures=False).sequence for _ in range(3)]
    with client.stream("GET", "/api/events", params={"since": earlier[0]}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = events(stream.iter_lines())
        assert [next(told)[1]["sequence"] for _ in range(2)] == earlier[1:]
        name, state = next(told)
        assert (name, state["live"], state["reason"]) == ("state", True, "")
        new = desk.shoot(pictures=False)
        seen = next(event for name, event in told if name == "record")
        assert seen["sequence"] == new.sequence
        path = f"/api/captures/{new.verdict.capture.id}/decisions"
        client.post(path, json={"action": "accept", "operator": "Anna"}).raise_for_status()
        assert next(event for name, event in told if name == "decision")["operator"] == "Anna"
        assert next(name for name, _ in told) == "state"


def test_the_stream_takes_up_where_a_browser_lost_it(desk: Station, client: httpx.Client) -> None:
    """Last-Event-ID is what browsers send; `recent` outranks it."""
    numbers = [desk.shoot(pictures=False).sequence for _ in range(3)]
    for params, expected in (({}, numbers[1:]), ({"recent": 1}, numbers[2:])):
        headers = {"last-event-id": str(numbers[0])}
        with client.stream("GET", "/api/events", params=params, headers=headers) as stream:
            told = events(stream.iter_lines())
            assert [next(told)[1]["sequence"] for _ in expected] == expected
            assert next(told)[0] == "state"


def test_the_state_says_what_the_daemon_does(desk: Station, client: httpx.Client) -> None:
    """Live, with the pulse and its age."""
    state = client.get("/api/state").json()
    assert state["live"] is True
    assert state["pulse"]["station"] == "stand-1"
    assert state["pulse"]["engine"]["backend"] == "onnxruntime"
    assert 0 <= state["pulse_age_seconds"] < 3


def test_the_api_describes_itself(client: httpx.Client) -> None:
    """OpenAPI lists every route, and no page that would fetch anything from elsewhere."""
    described = client.get("/openapi.json").json()["paths"]
    expected = {"/api/state", "/api/records", "/api/events", "/livez", "/readyz", "/metrics"}
    assert expected <= described.keys()
    assert {"get", "post"} <= described["/api/captures/{capture_id}/decisions"].keys()
    assert client.get("/docs").status_code == 404
