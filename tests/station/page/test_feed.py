"""The one poller: is the station live, and who is told what."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from station.contracts import Store
from station.page import api
from station.page import feed as room
from station.page.feed import Feed
from station.page.previews import Previews
from station.records.log import Log
from station.types import Action, Decision, Pulse, Record
from tests.station.page.desk import Station

MAX_AGE_S = 0.6


def lived(store: Store, story: Callable[[Feed], Awaitable[None]]) -> list[Record]:
    """Run the story with a started feed; answers the records it met."""
    met: list[Record] = []
    feed = Feed(store, "stand-1", Previews(Path("/nowhere")), MAX_AGE_S, 0.01, met.append)

    async def run() -> None:
        feed.start()
        try:
            async with asyncio.timeout(20):
                await story(feed)
        finally:
            feed.stop()

    asyncio.run(run())
    return met


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


class Hanging:
    """A real store whose next look for the pulse hangs until it is let go, as a sick disk would make it."""

    def __init__(self, store: Log) -> None:
        self._store = store
        self.free = threading.Event()
        self.free.set()

    def pulses(self) -> tuple[Pulse, ...]:
        self.free.wait()
        return self._store.pulses()

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_a_store_that_hangs_is_told(station: Station) -> None:
    """No answer is not the present, although nothing was raised; it recovers by itself."""
    store = Hanging(station.store)

    async def story(feed: Feed) -> None:
        await until(lambda: feed.state().live)
        store.free.clear()
        await until(lambda: not feed.state().live)
        assert "have not answered" in feed.state().reason
        store.free.set()
        await until(lambda: feed.state().live)

    lived(store, story)  # type: ignore[arg-type]


def test_a_clock_that_was_set_back_keeps_no_daemon_alive(tmp_path: Path) -> None:
    """A pulse from the future ages by this process's own clock."""
    station = Station(tmp_path)
    station.store.pulse(Pulse(datetime.now(UTC) + timedelta(hours=1), "stand-1"))

    async def story(feed: Feed) -> None:
        await until(lambda: feed.state().live)
        await until(lambda: not feed.state().live)
        assert "no sign of life" in feed.state().reason

    lived(station.store, story)
    station.store.close()


def test_only_what_is_new_is_counted_and_told(station: Station) -> None:
    """Records and decisions from before the start are history; those after it are told once, in order."""
    old = station.shoot(pictures=False)
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    station.store.decide(Decision(old.verdict.capture.id, Action.ACCEPT, "Ben", "", "", long_ago))
    told: list[bytes] = []

    async def story(feed: Feed) -> None:
        await until(lambda: feed.state().live)
        with feed.subscription() as queue:
            new = [station.shoot(pictures=False) for _ in range(3)]
            station.store.decide(Decision(old.verdict.capture.id, Action.RETAKE, "Ann", "", "", datetime.now(UTC)))
            while not (told and b'"Ann"' in told[-1]):
                frame = await queue.get()
                assert frame is not None
                told.append(frame.body)
            sequences = [int(body.split(b"\n")[0].removeprefix(b"id: ")) for body in told if body.startswith(b"id: ")]
            assert sequences == [record.sequence for record in new]

    assert [record.sequence for record in lived(station.store, story)] == [2, 3, 4]
    assert not any(b'"Ben"' in body and body.startswith(b"event: decision") for body in told)


class Late(Hanging):
    """The feed's first look is late: a screen has connected and a capture has come before it."""

    def __init__(self, store: Log) -> None:
        super().__init__(store)
        self.free.clear()
        self.looked = False

    def latest(self, limit: int, station: str) -> tuple[Record, ...]:
        if not self.looked:
            self.looked = True
            self.free.wait()
        return self._store.latest(limit, station)


def test_what_comes_while_a_page_begins_is_told(station: Station) -> None:
    """Neither the screen's own first read nor the feed may pass it over."""
    station.shoot(pictures=False)
    late, told = Late(station.store), list[int]()

    async def screen(feed: Feed) -> None:
        async for body in api._stream(feed, None, 20):
            told.extend([int(body.split(b"\n")[0].removeprefix(b"id: "))] if body.startswith(b"id: ") else [])
            if len(told) == 2:
                return

    async def story(feed: Feed) -> None:
        await until(lambda: late.looked)
        connected = asyncio.create_task(screen(feed))
        await asyncio.sleep(0.3)
        station.shoot(pictures=False)
        late.free.set()
        async with asyncio.timeout(5):
            await connected

    lived(cast(Store, late), story)
    assert told == [1, 2]


def test_a_stream_that_reads_too_slowly_is_ended(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not fill the memory; the browser connects anew."""
    monkeypatch.setattr(room, "BACKLOG", 2)

    async def story(feed: Feed) -> None:
        with feed.subscription() as queue:
            await until(lambda: queue.qsize() == 1 and feed.state().live)
            await asyncio.sleep(4 * room.BEAT_SECONDS)
            assert await queue.get() is None

    lived(station.store, story)


def test_the_end_ends_every_stream(station: Station) -> None:
    """Also one that begins after it."""

    async def story(feed: Feed) -> None:
        with feed.subscription() as before:
            feed.stop()
            while await before.get() is not None:
                pass
        with feed.subscription() as after:
            assert await after.get() is None

    lived(station.store, story)
