"""/api for scripts as for the screens: records, captures, decisions, the event stream. Described at /openapi.json."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from station.errors import StoreError
from station.page.events import Frame, decision_event, shown
from station.page.feed import Feed, Feeding
from station.page.gate import Asking
from station.page.previews import ID, NAME
from station.page.refusals import RefusedError
from station.records import Event, alarms
from station.types import Action, Decision, Policy, Record

CaptureId = Annotated[str, Path(pattern=f"^{ID}$", description="the capture's id: hex digits")]
RETRY_MS = 500
"""A browser that lost the stream connects again after this."""

FOR_EVER = "public, max-age=31536000, immutable"
"""A capture's pictures never change."""


class NewDecision(BaseModel):
    """A person's word on one capture. It is added to the others; it never changes the verdict."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    action: Action
    operator: str = Field(min_length=1, max_length=80, description="who decides")
    reason_code: str = Field("", max_length=40, description="a code of the house, e.g. `object-faded`")
    note: str = Field("", max_length=2000, description="in the operator's own words")


routes = APIRouter(tags=["api"], responses={503: {"description": "The records do not answer."}})


@routes.get("/api/state")
async def state(feed: Feeding) -> Event:
    """Is the station live, and if not, why? With the daemon's last sign of life."""
    return feed.state().event()


@routes.get("/api/records")
def records(
    feed: Feeding,
    since: Annotated[int, Query(ge=0, le=2**62, description="only records with a greater sequence")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Event]:
    """Records of this station, oldest first, as the events of /api/events."""
    return [shown(record, feed.previews) for record in feed.store.since(since, limit, feed.station)]


@routes.get("/api/stations")
async def stations(feed: Feeding) -> dict[str, bool]:
    """Every station that writes into these records: is what it shows the present?"""
    return feed.lives()


@routes.get("/api/captures/{capture_id}", responses={404: {"description": "No such capture."}})
def capture(feed: Feeding, capture_id: CaptureId) -> Event:
    """The record of one capture with its latest decision."""
    record = known(feed, capture_id)
    return shown(record, feed.previews, feed.store.ask(partial(alarms.of_capture, capture_id=capture_id)))


@routes.get("/api/captures/{capture_id}/decisions", responses={404: {"description": "No such capture."}})
def decisions(feed: Feeding, capture_id: CaptureId) -> list[Event]:
    """Every decision on one capture, oldest first."""
    known(feed, capture_id)
    return [decision_event(decision) for decision in feed.store.decisions(capture_id)]


@routes.post(
    "/api/captures/{capture_id}/decisions", status_code=201, responses={404: {"description": "No such capture."}}
)
def decide(feed: Feeding, person: Asking, capture_id: CaptureId, new: Annotated[NewDecision, Body()]) -> Event:
    """Add a decision; whoever is logged in is its operator. A retake that the capture belongs to follows it."""
    record, operator = known(feed, capture_id), person.name or new.operator
    if new.action is Action.ACCEPT and record.verdict.policy is not Policy.INFORM and not new.reason_code:
        raise RefusedError(422, "reason_needed")
    decision = Decision(capture_id, new.action, operator, new.reason_code, new.note, datetime.now(UTC))
    feed.store.decide(decision)
    return decision_event(decision)


@routes.get("/api/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def events(
    feed: Feeding,
    since: Annotated[int | None, Query(ge=0, le=2**62, description="first the records after this sequence")] = None,
    recent: Annotated[int | None, Query(ge=1, le=100, description="first the newest so many records")] = None,
    last_event_id: Annotated[str | None, Header(pattern=r"^[0-9]{1,18}$")] = None,
) -> StreamingResponse:
    """Server-sent events of this station: `record` (each once, its sequence as id), `decision`, `bench` (session and
    open retakes, whole, whenever one changes), and `state` as a heartbeat at least every 0.5 s. Records asked for by
    `recent`, `since` or Last-Event-ID come before the first `state`."""
    if recent is None and since is None and last_event_id is not None:
        since = int(last_event_id)
    return StreamingResponse(
        _stream(feed, since, recent),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


@routes.get(
    "/previews/{capture_id}/{name}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {"description": "No such picture."}},
)
def preview(feed: Feeding, capture_id: CaptureId, name: Annotated[str, Path(pattern=f"^{NAME}$")]) -> Response:
    """photo.jpg, thumb.jpg, or crop-N.jpg of finding number N."""
    picture = feed.previews.read(capture_id, name)
    if picture is None:
        raise RefusedError(404, "no_picture")
    return Response(picture, media_type="image/jpeg", headers={"cache-control": FOR_EVER})


def known(feed: Feed, capture_id: str) -> Record:
    """The record of a capture of this station, or the answer 404."""
    record = feed.store.get(capture_id)
    if record is None or record.station != feed.station:
        raise RefusedError(404, "no_capture")
    return record


async def _stream(feed: Feed, since: int | None, recent: int | None) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    with feed.subscription() as queue:
        sent = 0
        await feed.begun()
        try:
            async for earlier in _earlier(feed, since, recent):
                sent = earlier.sequence
                yield earlier.body
        except StoreError as error:
            yield feed.state_frame(error).body  # says why; the browser connects again
            return
        yield feed.state_frame().body
        yield feed.bench_frame().body
        while (told := await queue.get()) is not None:
            if not told.sequence or told.sequence > sent:
                yield told.body


async def _earlier(feed: Feed, since: int | None, recent: int | None) -> AsyncIterator[Frame]:
    """The records before the present, oldest first."""
    if recent is not None:
        for record in reversed(await asyncio.to_thread(feed.store.latest, recent, feed.station)):
            yield feed.record_frame(record)
    elif since is not None:
        while batch := await asyncio.to_thread(feed.store.since, since, station=feed.station):
            for record in batch:
                yield feed.record_frame(record)
            since = batch[-1].sequence
