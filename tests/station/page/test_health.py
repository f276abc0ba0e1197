"""/livez, /readyz and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from station.page.app import create_app
from station.page.settings import Settings
from station.people import Book
from station.revisions import Revisions
from station.stores import sqlite
from station.types import Outcome
from tests.station.page.desk import Station

Story = Callable[[httpx.AsyncClient], Awaitable[None]]


def told(station: Station, story: Story) -> None:
    """Run the story against the application over a store of its own, as the page process opens it."""

    async def run() -> None:
        store = sqlite.build(sqlite.Settings(), station.root)
        app = create_app(
            Settings(max_pulse_age_seconds=1),
            "stand-1",
            store,
            station.previews,
            Book(station.root / "people.sqlite"),
            Revisions(None, station.root),
        )
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            await story(client)
        store.close()

    asyncio.run(run())


async def until(client: httpx.AsyncClient, path: str, true: Callable[[httpx.Response], bool]) -> httpx.Response:
    """Ask again, at most 10 s long."""
    async with asyncio.timeout(10):
        while not true(answer := await client.get(path)):
            await asyncio.sleep(0.02)
    return answer


def ready(answer: httpx.Response) -> bool:
    return answer.status_code == 200


def unready(answer: httpx.Response) -> bool:
    return answer.status_code == 503


def test_ready_only_while_the_daemon_lives(station: Station) -> None:
    """200 with a fresh pulse; 503 with the reason when it stops; alive all the time."""

    async def story(client: httpx.AsyncClient) -> None:
        await until(client, "/readyz", ready)
        station.beating = False
        answer = await until(client, "/readyz", unready)
        assert "no sign of life" in answer.json()["reason"]
        assert (await client.get("/livez")).json() == {"alive": True}

    told(station, story)


def test_not_ready_when_the_records_are_gone(tmp_path: Path) -> None:
    """The store raises: 503 in its own words, and the API says the same; a page says it large and asks again."""
    station = Station(tmp_path)
    station.beat()

    async def story(client: httpx.AsyncClient) -> None:
        await until(client, "/readyz", ready)
        (tmp_path / "records.sqlite").rename(tmp_path / "away.sqlite")
        answer = (await until(client, "/readyz", unready)).json()
        assert "records" in answer["reason"]
        assert answer["remedy"]
        failed = await client.get("/api/records")
        assert failed.status_code == 503
        assert failed.json()["remedy"]
        for path in ("/wall", "/looks"):
            seen = await client.get(path, headers={"accept": "text/html"})
            assert seen.status_code == 503
            assert "NO LIVE DATA" in seen.text
            assert "/again.js" in seen.text

    told(station, story)
    station.store.close()


def test_no_pulse_at_all_is_not_ready(tmp_path: Path) -> None:
    """An empty store has no daemon."""
    station = Station(tmp_path)

    async def story(client: httpx.AsyncClient) -> None:
        await until(client, "/readyz", lambda answer: "ever written" in answer.json()["reason"])

    told(station, story)
    station.store.close()


def values(answer: httpx.Response) -> dict[tuple[str, ...], float]:
    """Name and labels of each figure -> its value."""
    families = text_string_to_metric_families(answer.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_metrics_count_what_happens(station: Station) -> None:
    """Verdicts by outcome, findings by check, seconds per stage, pulse and queue."""
    station.pulse = {"waiting": 2}
    station.beat()

    async def story(client: httpx.AsyncClient) -> None:
        await until(client, "/readyz", ready)
        station.shoot(Outcome.FAIL)
        station.shoot()
        seen = values(await until(client, "/metrics", lambda told: ("station_verdicts_total", "PASS") in values(told)))
        assert seen[("station_verdicts_total", "FAIL")] == 1
        assert seen[("station_sequence",)] == 2
        assert seen[("station_findings_total", "label_sharpness", "blurred", "FAIL")] == 1
        assert seen[("station_stage_seconds_sum", "decode")] == 0.2
        assert seen[("station_waiting",)] == 2
        assert seen[("station_live",)] == 1
        assert seen[("station_pulse_age_seconds",)] >= 0

    told(station, story)


def test_metrics_tell_which_engine_judges_and_why_it_is_not_the_first(station: Station) -> None:
    """Labels for the engine; the reason of a fallback in one word, and no word of it when it is over."""
    station.pulse = {"fallback": "no driver", "notice": "Running on onnxruntime instead of tensorrt."}
    station.beat()

    def engines(answer: httpx.Response) -> set[tuple[str, ...]]:
        return {key for key in values(answer) if key[0].startswith("station_engine")}

    async def story(client: httpx.AsyncClient) -> None:
        seen = await until(client, "/metrics", lambda told: len(engines(told)) == 2)
        assert ("station_engine_fallback", "no driver") in engines(seen)
        assert values(seen)[("station_notice",)] == 1
        assert (await client.get("/api/state")).json()["pulse"]["fallback"] == "no driver"
        station.pulse = {}
        station.beat()
        seen = await until(client, "/metrics", lambda told: len(engines(told)) == 1)
        assert values(seen)[("station_notice",)] == 0

    told(station, story)
