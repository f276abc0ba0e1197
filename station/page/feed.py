"""The one poller of the page process: what is new in the store, and is the daemon alive?

A thread asks the store every `poll_seconds`; what it finds goes, encoded once, to every open event stream. Ten screens
therefore cost the store no more than one. A store that hangs cannot hold up the web server, and the silence is told.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from station.contracts import Store
from station.errors import ReplacedError, StoreError
from station.page.events import Frame, decision_event, frame, pulse_event, retake_event, session_event, shown
from station.page.previews import Previews
from station.page.signs import Sign, clock_age_s, seen
from station.page.texts import TEXTS
from station.records import Event, alarms, chains, sessions
from station.types import Decision, Pulse, Record

BEAT_SECONDS = 0.5
"""Every stream hears from the server this often, so that a screen notices its end well within 3 s."""

SELDOM = 4
"""Only every fourth look asks for the pulse and for decisions: nobody waits for those."""

REPLACED = ("The records are others than before.", "The page goes on with them by itself.")
"""Fewer than were read: a backup was restored, or a new database made."""

BACKLOG = 256
"""Frames a stream may lag behind before it is closed; the browser then connects anew and starts from the present."""


@dataclass(frozen=True, slots=True)
class State:
    """Is what the screens show the present? `reason` and `remedy` are empty when it is; `said` is what they are made
    of, for a screen in another language: key of the reason, key of the remedy ("" when it is not of the catalogue),
    places."""

    live: bool
    reason: str
    remedy: str
    said: tuple[str, str, Event]
    pulse: Pulse | None
    pulse_age_seconds: float | None
    sequence: int

    def event(self) -> Event:
        """The JSON object of /api/state and of the heartbeat."""
        pulse = self.pulse
        return {
            "live": self.live,
            "reason": self.reason,
            "remedy": self.remedy,
            "said": list(self.said),
            "now": datetime.now(UTC).isoformat(),
            "sequence": self.sequence,
            "pulse_age_seconds": self.pulse_age_seconds,
            "pulse": pulse and pulse_event(pulse),
        }


@dataclass(slots=True)
class _Look:
    """What one look into the store found; `pulses` and `bench` are None when they were not asked for."""

    records: tuple[Record, ...] = ()
    frames: tuple[Frame, ...] = ()
    decisions: tuple[tuple[int, Decision], ...] = ()
    pulses: tuple[Pulse, ...] | None = None
    error: StoreError | None = None
    bench: Event | None = None
    replaced: bool = False


@dataclass(slots=True)
class Feed:
    """What this station's screens are told. Call `start` inside the running loop, `stop` at the end; everything else
    belongs to that loop's thread. `station`: the one whose page this is; others may write into the same store."""

    store: Store
    station: str
    previews: Previews
    max_pulse_age_seconds: float
    poll_seconds: float
    on_record: Callable[[Record], None]
    _queues: set[asyncio.Queue[Frame | None]] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _last: _Look = field(default_factory=_Look)
    _sequence: int | None = None
    _looks: int = 0
    _decided: int = 0
    _looked_at: float = field(default_factory=time.monotonic)
    _asked_at: float = field(default_factory=time.monotonic)
    _signs: dict[str, Sign] = field(default_factory=dict)
    _bench: Event | None = None
    _started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _beaten_at: float = 0.0
    _told: tuple[bool, str, Event | None] | None = None
    _timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._poll, args=(loop,), name="feed", daemon=True).start()
        self._tick(loop)

    def stop(self) -> None:
        """End the poller and every open stream."""
        self._stopped.set()
        if self._timer is not None:
            self._timer.cancel()
        for queue in tuple(self._queues):
            self._drop(queue)

    async def begun(self) -> None:
        """Wait for the first look, which says from where on records are told: what a screen reads by itself before it
        and what it is told after it would leave a gap."""
        while self._sequence is None and self._last.error is None and not self._stopped.is_set():
            await asyncio.sleep(self.poll_seconds / 2)

    @contextmanager
    def subscription(self) -> Iterator[asyncio.Queue[Frame | None]]:
        """Every frame from now on; None is the end."""
        queue: asyncio.Queue[Frame | None] = asyncio.Queue(BACKLOG)
        if self._stopped.is_set():
            queue.put_nowait(None)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def state(self, error: StoreError | None = None) -> State:
        """Never live without a fresh pulse read from an answering store. `error`: what somebody else just met."""
        sign, silent = self._signs.get(self.station), time.monotonic() - self._looked_at
        pulse, age = (None, None) if sign is None else (sign.pulse, sign.age_s)
        limit = self.max_pulse_age_seconds
        stale = age is not None and age > limit
        key, remedy_key = "", ""
        places: Event = {}
        error = error or self._last.error
        if error is not None:
            key, places = "dead_store", {"error": str(error)}
        elif silent > limit or (stale and silent > limit / 2):  # an old pulse may only be an old look
            key, remedy_key, places = "dead_store_silent", "dead_store_silent_do", {"seconds": round(silent)}
        elif age is None:
            key, remedy_key = "dead_no_pulse", "dead_pulse_do"
        elif stale:
            key, remedy_key, places = "dead_pulse", "dead_pulse_do", {"seconds": round(age)}
        reason = TEXTS[key].format(**places) if key else ""
        remedy = error.remedy if error is not None else TEXTS.get(remedy_key, "")
        return State(not reason, reason, remedy, (key, remedy_key, places), pulse, age, self._sequence or 0)

    def record_frame(self, record: Record) -> Frame:
        alarmed = self.store.ask(partial(alarms.of_capture, capture_id=record.verdict.capture.id))
        made = shown(record, self.previews, alarmed)
        return Frame(b"id: %d\n" % record.sequence + frame("record", made).body, record.sequence)

    def state_frame(self, error: StoreError | None = None) -> Frame:
        return frame("state", self.state(error).event())

    def age_s(self, pulse: Pulse) -> float:
        """Seconds since a station gave this sign of life, or a newer one."""
        sign = self._signs.get(pulse.station)
        return clock_age_s(pulse) if sign is None else sign.age_s

    def lives(self) -> dict[str, bool]:
        """Every station that ever lived: does it now? None does while the store does not answer."""
        limit = self.max_pulse_age_seconds
        told = self._last.error is None and time.monotonic() - self._looked_at <= limit
        return {name: told and sign.age_s <= limit for name, sign in self._signs.items()}

    def bench(self) -> Event:
        """The running session of this station, and the specimens still on its bench."""
        runs = self.store.ask(partial(sessions.current, station=self.station))
        waiting = self.store.ask(partial(chains.open_ones, station=self.station))
        told = [retake_event(retake, self.store.get(retake.head), self.previews) for retake in waiting]
        return {"session": runs and session_event(runs), "retakes": told}

    def bench_frame(self) -> Frame:
        """What is open at the bench, as it was last seen."""
        return frame("bench", self._bench or {"session": None, "retakes": []})

    def _poll(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody listens any more
            while not self._stopped.wait(self.poll_seconds):
                loop.call_soon_threadsafe(self._take, self._look())

    def _look(self) -> _Look:
        try:
            if self._sequence is None:
                newest = self.store.latest(1, self.station)
                self._sequence = newest[0].sequence if newest else 0
            records = self.store.since(self._sequence, station=self.station)
            due = self._looks % SELDOM == 0
            if due and self.store.count() < self._sequence:
                raise ReplacedError(*REPLACED)
            pulses = self.store.pulses() if due else None
            decisions = self.store.decided_since(self._decided, station=self.station) if due else ()
            bench = self.bench() if due else None
            frames = tuple(self.record_frame(record) for record in records)
        except ReplacedError as error:
            self._sequence, self._decided = None, 0
            return _Look(error=error, replaced=True)
        except StoreError as error:
            return _Look(error=error)
        self._looks += 1
        self._sequence = records[-1].sequence if records else self._sequence
        self._decided = decisions[-1][0] if decisions else self._decided
        return _Look(records, frames, decisions, pulses, bench=bench)

    def _take(self, look: _Look) -> None:
        if self._stopped.is_set():
            return
        self._looked_at = time.monotonic()
        if look.pulses is not None:
            self._signs = seen(self._signs, look.pulses, self._looked_at, self._asked_at)
            self._asked_at = self._looked_at
        if look.replaced:  # every screen connects again and is told of the new file
            for queue in tuple(self._queues):
                self._drop(queue)
        if look.bench is not None and look.bench != self._bench:
            self._bench = look.bench
            self._tell(frame("bench", look.bench))
        self._last = look
        for record, told in zip(look.records, look.frames, strict=True):
            self.on_record(record)
            self._tell(told)
        for _, decision in look.decisions:
            if decision.at >= self._started_at:  # older ones are history: they came with their records
                self._tell(frame("decision", decision_event(decision)))
        self._beat()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """The heartbeat goes on while the store hangs."""
        self._beat()
        self._timer = loop.call_later(BEAT_SECONDS / 2, self._tick, loop)

    def _beat(self) -> None:
        state = self.state()
        told = (state.live, state.reason, None if state.pulse is None else pulse_event(state.pulse) | {"at": None})
        now = time.monotonic()
        if told != self._told or now - self._beaten_at >= BEAT_SECONDS:
            self._told, self._beaten_at = told, now
            self._tell(frame("state", state.event()))

    def _tell(self, told: Frame) -> None:
        for queue in tuple(self._queues):
            if queue.full():
                self._drop(queue)
            else:
                queue.put_nowait(told)

    def _drop(self, queue: asyncio.Queue[Frame | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


def feed_of(request: Request) -> Feed:
    """The feed of the application that was asked."""
    feed: Feed = request.app.state.feed
    return feed


Feeding = Annotated[Feed, Depends(feed_of)]
