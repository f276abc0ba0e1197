"""/api of the work at the bench, over a real store and the whole application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from station.people import Book, Role
from station.types import Action, Outcome, Policy, RetakeState
from tests.station.page.desk import Station, finding, page_process, running_station


@pytest.fixture
def bench(station: Station) -> Iterator[tuple[Station, httpx.Client]]:
    """A station of this test's own and who talks to its page."""
    with page_process(station.root) as (_, address), httpx.Client(base_url=address, timeout=10) as client:
        yield station, client


def start(client: httpx.Client, operator: str = "Anna") -> Any:
    answer = client.post("/api/session", json={"operator": operator, "job": "J1", "rig": "stand-1"})
    return answer.raise_for_status().json()


def test_a_session_runs_and_is_signed_off(bench: tuple[Station, httpx.Client]) -> None:
    """Whoever begins again goes on; captures carry the operator; with nothing open no reason is asked for."""
    station, client = bench
    first = start(client)
    assert start(client) == first
    station.shoot()
    (told,) = client.get("/api/records").json()
    assert (told["operator"], told["job"], told["session"]) == ("Anna", "J1", first["number"])
    assert client.get("/api/bench").json() == {"session": first, "retakes": []}
    done = client.post("/api/session/sign-off", json={"by": "Anna"}).raise_for_status().json()
    assert (done["signed_by"], done["supervisor"], done["open_retakes"]) == ("Anna", None, 0)
    assert client.post("/api/session/sign-off", json={"by": "Anna"}).status_code == 409
    assert client.get("/api/bench").json()["session"] is None


def test_open_retakes_hold_the_sign_off_up(bench: tuple[Station, httpx.Client]) -> None:
    """Refused without a reason, refused without a supervisor, allowed with both; all of it is kept."""
    station, client = bench
    start(client)
    record = station.shoot(Outcome.FAIL)
    (owed,) = client.get("/api/bench").json()["retakes"]
    assert (owed["head"], owed["policy"], owed["code"]) == (record.verdict.capture.id, "block", "blurred")
    for short in ({}, {"reason": "closing time"}, {"supervisor": "Zoe"}):
        assert client.post("/api/session/sign-off", json=short).status_code == 409
    done = (
        client.post("/api/session/sign-off", json={"supervisor": "Zoe", "reason": "fragile"}).raise_for_status().json()
    )
    assert (done["supervisor"], done["reason"], done["open_retakes"]) == ("Zoe", "fragile", 1)


@pytest.mark.parametrize(("policy", "status"), [(Policy.INFORM, 200), (Policy.ACKNOWLEDGE, 409)])
def test_policies_ask_for_less(bench: tuple[Station, httpx.Client], policy: Policy, status: int) -> None:
    """INFORM opens no retake; ACKNOWLEDGE is content with the operator's own reason."""
    station, client = bench
    start(client)
    station.shoot(Outcome.FAIL, policy=policy)
    assert client.post("/api/session/sign-off", json={}).status_code == status
    if status == 409:
        assert client.post("/api/session/sign-off", json={"reason": "tomorrow"}).status_code == 200


def test_accepting_against_the_verdict_needs_a_reason(bench: tuple[Station, httpx.Client]) -> None:
    """With it the retake is closed, and the decision says who and why."""
    station, client = bench
    path = f"/api/captures/{station.shoot(Outcome.FAIL).verdict.capture.id}/decisions"
    body = {"action": "accept", "operator": "Anna"}
    assert client.post(path, json=body).status_code == 422
    assert client.post(path, json=body | {"reason_code": "object_faded", "note": "1823"}).status_code == 201
    assert client.get("/api/bench").json()["retakes"] == []


def test_a_wrong_alarm_is_kept_with_its_crop(bench: tuple[Station, httpx.Client]) -> None:
    """The first of two leaves the verdict standing; the second accepts the capture. Each is listed with its picture."""
    station, client = bench
    record = station.shoot(
        findings=(finding(Outcome.FAIL), finding(Outcome.FAIL, "And that one."), finding(Outcome.PASS))
    )
    path = f"/api/captures/{record.verdict.capture.id}"
    first = client.post(f"{path}/wrong-alarms", json={"finding": 0, "operator": "Anna"}).raise_for_status().json()
    assert first == {"wrong_alarms": [0], "decision": None}
    second = client.post(f"{path}/wrong-alarms", json={"finding": 1, "operator": "Anna"}).json()
    assert (second["wrong_alarms"], second["decision"]["reason_code"]) == ([0, 1], "wrong_alarm")
    assert client.get(path).json()["wrong_alarms"] == [0, 1]
    (decision,) = station.store.decisions(record.verdict.capture.id)
    assert decision.action is Action.ACCEPT
    listed = client.get("/api/wrong-alarms").json()
    assert [(one["finding"]["message"], one["sequence"]) for one in listed] == [
        ("The label is blurred.", record.sequence),
        ("And that one.", record.sequence),
    ]
    assert (
        client.get(listed[0]["crop"]).content
        == station.previews.joinpath(
            record.verdict.capture.id[:2], record.verdict.capture.id, "crop-0.jpg"
        ).read_bytes()
    )
    assert client.get(listed[1]["crop"]).status_code == 404
    for wrong in (2, 3):
        answer = client.post(f"{path}/wrong-alarms", json={"finding": wrong, "operator": "Anna"})
        assert answer.status_code == 404


def test_a_specimen_is_found_and_awaited_by_its_number(bench: tuple[Station, httpx.Client]) -> None:
    """What a scanner asks: the newest capture of a number; the next file for a retake that had none."""
    station, client = bench
    record = station.shoot(Outcome.FAIL, specimen=())
    station.shoot(specimen=("E1/2",))
    newest = station.shoot(specimen=("E1/2",))
    assert client.get("/api/specimens", params={"number": "E1/2"}).json()["sequence"] == newest.sequence
    assert client.get("/api/specimens", params={"number": "E9"}).status_code == 404
    assert client.get("/api/bench").json()["retakes"] == []  # the next file has replaced it
    again = station.shoot(Outcome.FAIL, specimen=("E3",))
    (owed,) = client.get("/api/bench").json()["retakes"]
    told = client.post(f"/api/retakes/{owed['number']}/await", json={}).raise_for_status().json()
    assert told == {"number": owed["number"], "specimen": "E3", "awaited": True}
    station.shoot(specimen=("E7",))
    assert station.shoot(specimen=()).retake_of == again.verdict.capture.id
    assert client.post(f"/api/retakes/{owed['number']}/await", json={}).status_code == 404
    assert record.retake is not None
    assert RetakeState.OPEN.value == "open"


def test_before_any_station_there_is_no_session(tmp_path: Path) -> None:
    """Nobody knows yet whose session it would be; the answer says what to do."""
    silent = Station(tmp_path)
    with page_process(tmp_path) as (_, address), httpx.Client(base_url=address, timeout=10) as client:
        assert client.post("/api/session", json={"operator": "Anna"}).status_code == 409
    silent.store.close()


def test_with_accounts_the_log_in_says_who_it_is(tmp_path: Path) -> None:
    """Nobody decides under another's name, and an operator is no supervisor by typing one."""
    people = Book(tmp_path / "people.sqlite")
    for name, role in (("Olga", Role.OPERATOR), ("Zoe", Role.SUPERVISOR)):
        people.add(name, role, "paper and glue", by="test")
    with running_station(tmp_path) as station, page_process(tmp_path) as (_, address):
        record = station.shoot(Outcome.FAIL)
        signed: dict[str, Any] = {}
        for name in ("Olga", "Zoe"):
            with httpx.Client(base_url=address, headers={"origin": address}, timeout=20) as client:
                client.post("/login", data={"name": name, "password": "paper and glue"})
                assert start(client, "Eve")["operator"] == name
                path = f"/api/captures/{record.verdict.capture.id}/decisions"
                told = client.post(path, json={"action": "retake", "operator": "Eve"}).json()
                assert told["operator"] == name
                body = {"supervisor": "Zoe", "reason": "fragile"}
                signed[name] = client.post("/api/session/sign-off", json=body).status_code
        assert signed == {"Olga": 409, "Zoe": 200}
