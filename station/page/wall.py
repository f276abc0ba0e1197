"""/wall: every rig with its health, and what a supervisor wants to know of the last hours, days, weeks.

The charts are drawn on the server as SVG from the counts of the records: nothing to load but the page, the same
pictures as in the report, and a million verdicts cost no more than a few hundred rows. NiceGUI with ECharts would bring
a megabyte of scripts and a second connection beside the one that the pages have.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from importlib.util import find_spec
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from station.contracts import Revisions, Store
from station.page import boards, cards, limits, office
from station.page.feed import Feed
from station.page.gate import Asking
from station.page.refusals import RefusedError
from station.page.words import Speaking, Words
from station.records import sessions, tallies
from station.reports.figures import Figures, Worked, figures
from station.types import Span

Window = Literal["shift", "day", "week", "month", "year"]
WINDOWS: Mapping[Window, tuple[timedelta, timedelta]] = {
    "shift": (timedelta(hours=8), timedelta(minutes=15)),
    "day": (timedelta(hours=24), timedelta(minutes=30)),
    "week": (timedelta(days=7), timedelta(hours=4)),
    "month": (timedelta(days=30), timedelta(days=1)),
    "year": (timedelta(days=364), timedelta(days=7)),
}
"""How far back, in buckets of which width."""
Named = Annotated[str, Query(max_length=200)]
KEPT_S = 1.5
"""A view younger than this is shown again: ten walls cost the records no more than one."""


class View(BaseModel):
    """What is looked at; empty: everything."""

    model_config = ConfigDict(frozen=True)
    window: Window = "shift"
    station: str = Field(default="", max_length=200)
    operator: str = Field(default="", max_length=80)
    job: str = Field(default="", max_length=200)
    session: int | None = Field(default=None, ge=1, le=2**62)


@dataclass(slots=True)
class Wall:
    """Makes the moving part of the page, and keeps it for a moment. `made`: (view, language, which
    stations live) -> (when, HTML)."""

    feed: Feed
    revisions: Revisions
    made: dict[tuple[View, str, frozenset[tuple[str, bool]]], tuple[float, str]] = field(default_factory=dict)

    def content(self, view: View, words: Words) -> str:
        """Cards, figures, charts, tables. Raises StoreError."""
        key = (view, words["language"], frozenset(self.feed.lives().items()))
        at, html = self.made.get(key, (0.0, ""))
        if time.monotonic() - at < KEPT_S:
            return html
        html = (
            limits.wrong(self.revisions, words)
            + cards.cards(self.feed, words)
            + boards.boards(boards.document(self._figures(view), "", (), words), words)
        )
        self.made = {k: m for k, m in self.made.items() if time.monotonic() - m[0] < KEPT_S}
        self.made[key] = (time.monotonic(), html)
        return html

    def _figures(self, view: View) -> Figures:
        now = datetime.now(UTC)
        worked = at_work(self.feed.store, view, now)
        wanted = span(view, now, worked)
        return figures(wanted, self.feed.store.tallies(wanted), worked)


def at_work(store: Store, view: View, now: datetime) -> Worked:
    """Who worked on what in the time that is looked at."""
    asked = partial(sessions.during, since=now - WINDOWS[view.window][0] - timedelta(days=1), until=now)
    return {session.number: (session.operator, session.job) for session in store.ask(asked)}


def span(view: View, now: datetime, worked: Worked) -> Span:
    """The span of a view: back from the end of the present quarter of an hour, days from local midnight."""
    back, bucket = WINDOWS[view.window]
    lead = now.astimezone().utcoffset() or timedelta(0)
    step = min(bucket, timedelta(days=1)).total_seconds()
    seconds = now.timestamp() + lead.total_seconds()
    until = datetime.fromtimestamp(seconds - seconds % step + step - lead.total_seconds(), UTC)
    chosen = None
    if view.operator or view.job:
        wanted = (view.operator, view.job)
        chosen = tuple(n for n, own in worked.items() if all(w in ("", o) for w, o in zip(wanted, own, strict=True)))
    return Span(until - back, until, bucket, zone=lead, station=view.station or None, sessions=chosen)


def router(title: str, assets: str, feed: Feed, revisions: Revisions) -> APIRouter:
    """/wall and its moving part."""
    routes, wall = APIRouter(include_in_schema=False), Wall(feed, revisions)

    @routes.get("/wall", response_class=HTMLResponse)
    def page(person: Asking, words: Speaking, view: Annotated[View, Query()]) -> HTMLResponse:
        body = f'{_dead(words)}<div id="live">{wall.content(view, words)}</div>{_reports(view, words)}'
        made = office.shell(
            words,
            title,
            assets,
            person,
            "/wall",
            body,
            tools=_choices(feed, view, words),
            style="wall.css",
            script="wall.js",
        )
        return HTMLResponse(made, headers=office.FRESH)

    @routes.get("/wall/now", response_class=HTMLResponse)
    def now(words: Speaking, view: Annotated[View, Query()]) -> HTMLResponse:
        return HTMLResponse(wall.content(view, words), headers=office.FRESH)

    @routes.get("/wall/newest.jpg")
    def newest(station: Named, rig: Named, number: int = 0) -> Response:  # noqa: ARG001 - makes the address its own
        picture = feed.store.ask(partial(tallies.thumb, station=station, rig=rig))
        if picture is None:
            raise RefusedError(404, "no_picture")
        return Response(picture, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})

    return routes


def _reports(view: View, words: Words) -> str:
    """The same figures to take along."""
    query = escape(urlencode(view.model_dump(exclude_defaults=True, exclude_none=True)), quote=True)
    kinds = ("html", "pdf", "csv", *(("parquet",) if find_spec("pyarrow") else ()))
    links = "".join(f'<a href="/reports/report.{kind}?{query}">{kind.upper()}</a>' for kind in kinds)
    links += f'<a href="/reports/wrong-alarms.zip">{escape(words["looks_wrong"])} (COCO)</a>'
    return f'<p class="reports">{escape(words["report"])} {links}</p>'


def _choices(feed: Feed, view: View, words: Words) -> str:
    stations = list(dict.fromkeys(stand.station for stand in feed.store.stands()))
    worked = at_work(feed.store, view, datetime.now(UTC)).values()
    everywhere = [("", words["wall_all"]), *((name, name) for name in stations)]
    windows = [(name, words[f"window_{name}"]) for name in WINDOWS]
    return (
        '<form id="choices" method="get" action="/wall">'
        + _choice("window", words["wall_window"], windows, view.window)
        + _choice("station", words["wall_station"], everywhere, view.station)
        + _named("operator", words["group_operator"], {who for who, _ in worked}, view.operator, words)
        + _named("job", words["group_job"], {job for _, job in worked}, view.job, words)
        + f'<button type="submit">{escape(words["wall_show"])}</button></form>'
    )


def _named(name: str, label: str, names: set[str], chosen: str, words: Words) -> str:
    """A choice among names, when there is one."""
    known = sorted(names - {""} | ({chosen} - {""}))
    return _choice(name, label, [("", words["wall_all"]), *((n, n) for n in known)], chosen) if known else ""


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    made = "".join(
        f'<option value="{escape(value, quote=True)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in options
    )
    return f'<label><span>{escape(label)}</span><select name="{name}">{made}</select></label>'


def _dead(words: Words) -> str:
    word, why = escape(words["state_dead"]), escape(words["dead_connection"])
    sign = '<svg aria-hidden="true"><use href="#shape-dead"/></svg>'
    return f'<div id="dead" role="alert" hidden>{sign}<p class="word">{word}</p><p class="why">{why}</p></div>'
