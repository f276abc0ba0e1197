"""/api for the work at the bench: sessions, retakes, wrong alarms, specimens by number."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from station import retakes as rules
from station.page.api import CaptureId, known
from station.page.events import decision_event, session_event, shown
from station.page.feed import Feed, Feeding
from station.page.gate import Asking
from station.page.refusals import RefusedError
from station.people import ANONYMOUS, Person, Role
from station.records import Event, alarms, chains, queries, sessions
from station.types import Action, Decision, Outcome, Record, WrongAlarm

Name = Annotated[str, Field(max_length=80)]
Number = Annotated[int, Path(ge=1, le=2**62)]
WRONG_ALARM = "wrong_alarm"
"""The reason code of a capture that is accepted because every finding against it was wrong."""

routes = APIRouter(tags=["bench"], responses={503: {"description": "The records do not answer."}})


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewSession(_Body):
    """Who begins to work on what, and where."""

    operator: str = Field(min_length=1, max_length=80, description="who works; whoever is logged in goes before")
    job: Name = Field("", description="job, batch or collection")
    rig: Name = Field("", description="camera stand")


class SignOff(_Body):
    """The end of a session. `supervisor` and `reason` where retakes are open and the profile asks for them."""

    by: str = Field("", max_length=80, description="who signs; whoever is logged in goes before")
    supervisor: Name = ""
    reason: str = Field("", max_length=2000)


class Awaited(_Body):
    """The next file is of this specimen."""

    specimen: str | None = Field(None, max_length=200, description="its number, where none could be read")


class NewWrongAlarm(_Body):
    """A person says that a finding is wrong."""

    finding: int = Field(ge=0, le=999, description="its place in `findings` of the capture, from 0")
    operator: str = Field(min_length=1, max_length=80)
    note: str = Field("", max_length=2000)


@routes.get("/api/bench")
def bench(feed: Feeding) -> Event:
    """The running session and the open retakes, as the event `bench`."""
    return feed.bench()


@routes.post("/api/session", status_code=201, responses={409: {"description": "No station has ever been here."}})
def start(feed: Feeding, person: Asking, new: Annotated[NewSession, Body()]) -> Event:
    """Begin to work. The same operator on the same job and rig goes on; anybody else takes over, and the open retakes
    with it."""
    operator = person.name or new.operator
    work = partial(
        sessions.start, station=_station(feed), rig=new.rig, operator=operator, job=new.job, at=datetime.now(UTC)
    )
    return session_event(feed.store.note(work))


@routes.post("/api/session/sign-off", responses={409: {"description": "Nothing runs, or retakes are open."}})
def sign_off(feed: Feeding, person: Asking, new: Annotated[SignOff, Body()]) -> Event:
    """End the running session. With open retakes only as the profile's policy allows it."""
    now, station = datetime.now(UTC), _station(feed)
    runs = feed.store.ask(partial(sessions.current, station=station))
    if runs is None:
        raise RefusedError(409, "no_session")
    waiting = feed.store.ask(partial(chains.open_ones, station=station))
    supervisor = _supervisor(person, new.supervisor)
    if not rules.may_sign_off(waiting, new.reason, supervisor is not None):
        key = "supervisor_needed" if new.reason and supervisor is None else "sign_off_reason"
        raise RefusedError(409, key, count=len(waiting))
    by = person.name or new.by or runs.operator
    end = partial(sessions.sign_off, number=runs.number, by=by, supervisor=supervisor if waiting else None)
    done = feed.store.note(partial(end, reason=new.reason, open_retakes=len(waiting), at=now))
    if done is None:
        raise RefusedError(409, "no_session")
    return session_event(done)


@routes.post("/api/retakes/{number}/await", responses={404: {"description": "It is not open."}})
def wait_for(feed: Feeding, number: Number, new: Annotated[Awaited, Body()]) -> Event:
    """The next file belongs to this open retake; a scanned number names a specimen that had none."""
    found = feed.store.note(partial(chains.await_next, station=feed.station, number=number, specimen=new.specimen))
    if found is None:
        raise RefusedError(404, "no_retake")
    return {"number": found.number, "specimen": found.specimen, "awaited": found.awaited}


@routes.post(
    "/api/captures/{capture_id}/wrong-alarms", status_code=201, responses={404: {"description": "No such finding."}}
)
def call_wrong(feed: Feeding, person: Asking, capture_id: CaptureId, new: Annotated[NewWrongAlarm, Body()]) -> Event:
    """Keep the finding and its crop for thresholds and training. When no finding is left that the verdict rests on,
    the capture is accepted with the reason `wrong_alarm`."""
    record, operator = known(feed, capture_id), person.name or new.operator
    findings = record.verdict.findings
    if new.finding >= len(findings) or findings[new.finding].outcome is Outcome.PASS:
        raise RefusedError(404, "no_finding")
    crop = feed.previews.read(capture_id, f"crop-{new.finding}.jpg")
    said = WrongAlarm(0, capture_id, new.finding, operator, new.note, datetime.now(UTC), crop)
    feed.store.note(lambda connection: alarms.add(connection, said))
    wrong = feed.store.ask(partial(alarms.of_capture, capture_id=capture_id))
    decision = None if _stands(record, wrong) else _accepted(feed, capture_id, operator)
    return {"wrong_alarms": sorted(alarm.finding for alarm in wrong), "decision": decision and decision_event(decision)}


@routes.get("/api/wrong-alarms")
def wrong_alarms(
    feed: Feeding, since: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[Event]:
    """Every finding that a person called wrong, oldest first, with the finding itself and the address of its crop."""
    return [_alarm_event(feed, alarm) for alarm in feed.store.ask(partial(alarms.since, number=since, limit=limit))]


@routes.get(
    "/api/wrong-alarms/{number}/crop.jpg",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {"description": "No such picture."}},
)
def crop(feed: Feeding, number: Number) -> Response:
    """The picture of the place that was complained of, at the camera's own pixels."""
    picture = feed.store.ask(partial(alarms.crop, number=number))
    if picture is None:
        raise RefusedError(404, "no_picture")
    return Response(picture, media_type="image/jpeg")


@routes.get("/api/specimens", responses={404: {"description": "Never photographed here."}})
def specimen(feed: Feeding, number: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """The newest capture of a specimen at this station, by its number."""
    record = feed.store.ask(lambda connection: queries.of_specimen(connection, number, feed.station))
    if record is None:
        raise RefusedError(404, "no_specimen")
    return JSONResponse(shown(record, feed.previews))


def _station(feed: Feed) -> str:
    if feed.store.last_pulse(feed.station) is None:
        raise RefusedError(409, "dead_no_pulse")
    return feed.station


def _supervisor(person: Person, named: str) -> str | None:
    """Whose word it is. At a station without accounts a name must do; else the log-in says it."""
    if person == ANONYMOUS:
        return named or None
    return person.name if person.may(Role.SUPERVISOR) else None


def _stands(record: Record, wrong: tuple[WrongAlarm, ...]) -> bool:
    """Is there a finding as bad as the verdict that nobody has called wrong?"""
    called, worst = {alarm.finding for alarm in wrong}, record.verdict.outcome
    return any(f.outcome is worst and number not in called for number, f in enumerate(record.verdict.findings))


def _accepted(feed: Feed, capture_id: str, operator: str) -> Decision:
    decision = Decision(capture_id, Action.ACCEPT, operator, WRONG_ALARM, "", datetime.now(UTC))
    feed.store.decide(decision)
    return decision


def _alarm_event(feed: Feed, alarm: WrongAlarm) -> Event:
    record = feed.store.get(alarm.capture_id)
    assert record is not None, "an alarm without its capture"
    made = shown(record, feed.previews)
    return {
        "number": alarm.number,
        "capture_id": alarm.capture_id,
        "sequence": record.sequence,
        "finding": made["findings"][alarm.finding],
        "operator": alarm.operator,
        "note": alarm.note,
        "at": alarm.at.isoformat(),
        "crop": f"/api/wrong-alarms/{alarm.number}/crop.jpg",
    }
