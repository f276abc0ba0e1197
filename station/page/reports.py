"""/reports: the figures of a session or of a time, to print, to keep, to reckon with: HTML, PDF, CSV, Parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from pathlib import Path
from typing import IO, Annotated, Literal, cast, get_args

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from station.contracts import Store
from station.errors import ConfigError
from station.page import boards, office
from station.page.assets import Assets
from station.page.feed import Feed
from station.page.refusals import RefusedError
from station.page.wall import WINDOWS, View, at_work, span
from station.page.words import Speaking, Words, words_of
from station.records import queries, sessions
from station.reports import pdf, tables, wrong_alarms
from station.reports.document import Document
from station.reports.figures import figures
from station.types import Record, Session, Span

Kind = Literal["html", "pdf", "csv", "parquet"]
MEDIA = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
BUCKETS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=4), timedelta(days=1), timedelta(days=7))
MOST = 48
"""Buckets in a chart of a session."""
BATCH = 500
SPOOLED, CHUNK = 16 * 2**20, 2**18
"""Bytes of an archive that are kept in memory, and that are sent at once."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report: what was asked for, in figures and as captures."""

    document: Document
    span: Span
    store: Store

    def records(self) -> Iterator[Record]:
        """Every capture of it, oldest first."""
        after = self.store.ask(partial(queries.last_before, at=self.span.since))
        while batch := self.store.since(after, BATCH):
            for record in batch:
                if record.recorded_at >= self.span.until:
                    return
                if _within(record, self.span):
                    yield record
            after = batch[-1].sequence


def of_view(store: Store, view: View, title: str, now: datetime, words: Words) -> Report:
    """What the wall shows. Raises StoreError."""
    worked = at_work(store, view, now)
    wanted = span(view, now, worked)
    about = [f"{wanted.since.astimezone():%Y-%m-%d %H:%M} - {wanted.until.astimezone():%Y-%m-%d %H:%M}"]
    about += [f"{words[f'group_{name}']}: {value}" for name in ("operator", "job") if (value := getattr(view, name))]
    about += [f"{words['wall_station']}: {view.station}"] if view.station else []
    return Report(boards.document(figures(wanted, store.tallies(wanted), worked), title, about, words), wanted, store)


def of_session(store: Store, session: Session, title: str, now: datetime, words: Words) -> Report:
    """One operator's work on one job, from its start to its end or to now. Raises StoreError."""
    until = (session.ended_at or now) + timedelta(seconds=1)
    lasted = until - session.started_at
    bucket = next((one for one in BUCKETS if lasted / one <= MOST), BUCKETS[-1])
    wanted = Span(session.started_at, until, bucket, station=session.station, sessions=(session.number,))
    worked = {session.number: (session.operator, session.job)}
    return Report(
        boards.document(figures(wanted, store.tallies(wanted), worked), title, _about(session, words), words),
        wanted,
        store,
    )


def router(title: str, assets: str, feed: Feed) -> APIRouter:
    """/reports/report.KIND"""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/reports/report.{kind}")
    def report(kind: Kind, words: Speaking, view: Annotated[View, Query()]) -> Response:
        now = datetime.now(UTC)
        if view.session is None:
            return answer(of_view(feed.store, view, title, now, words), kind, assets, words)
        found = feed.store.ask(partial(sessions.get, number=view.session))
        if found is None:
            raise RefusedError(404, "no_such_session")
        return answer(of_session(feed.store, found, title, now, words), kind, assets, words)

    @routes.get("/reports/wrong-alarms.zip")
    def complaints() -> StreamingResponse:
        file = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115  closed by what sends it
        wrong_alarms.write(feed.store, file)
        file.seek(0)
        saved = office.FRESH | {"content-disposition": 'attachment; filename="wrong-alarms.zip"'}
        return StreamingResponse(_sent(file), media_type="application/zip", headers=saved)

    return routes


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(CHUNK):
            yield part


def to_file(store: Store, out: Path, *, title: str, session: int | None, window: str, language: str = "en") -> None:
    """Write a report; the end of the name says which kind. Raises ConfigError for what there is not."""
    words, now = words_of("en" if language == "auto" else language), datetime.now(UTC)
    kind = out.suffix.removeprefix(".")
    if kind not in get_args(Kind) or window not in WINDOWS:
        known = f"{', '.join(get_args(Kind))}; {', '.join(WINDOWS)}"
        raise ConfigError(f"There is no report {out.name} of '{window}'.", f"There are: {known}.")
    if session is None:
        made = of_view(store, View.model_validate({"window": window}), title, now, words)
    elif (found := store.ask(partial(sessions.get, number=session))) is not None:
        made = of_session(store, found, title, now, words)
    else:
        raise ConfigError(words["no_such_session"], "The page lists them at /api/sessions.")
    out.write_bytes(written(made, cast(Kind, kind), words))


def written(report: Report, kind: Kind, words: Words) -> bytes:
    """The report as a file; HTML then carries its own styles. Raises ConfigError for Parquet without pyarrow."""
    if kind == "html":
        return html(report.document, "", words).encode()
    if kind == "pdf":
        return pdf.pdf(report.document)
    if kind == "csv":
        return "".join(tables.as_csv(report.records())).encode()
    return tables.as_parquet(report.records())


def answer(report: Report, kind: Kind, assets: str, words: Words) -> Response:
    """The report in one of its kinds; 501 for Parquet without pyarrow."""
    name = f"report-{report.span.since.astimezone():%Y-%m-%d-%H%M}.{kind}"
    saved = office.FRESH | {"content-disposition": f'attachment; filename="{name}"'}
    if kind == "html":
        return HTMLResponse(html(report.document, assets, words), headers=office.FRESH)
    if kind == "csv":
        return StreamingResponse(tables.as_csv(report.records()), media_type=MEDIA[kind], headers=saved)
    try:
        return Response(written(report, kind, words), media_type=MEDIA[kind], headers=saved)
    except ConfigError as error:
        raise HTTPException(501, error.whole) from error


def html(document: Document, assets: str, words: Words) -> str:
    """On white, for paper; `assets` is where the style sheets lie, empty: in the page itself."""
    about = "".join(f"<p>{escape(line)}</p>" for line in document.about)
    sheets = "".join(_sheet(name, assets) for name in ("style.css", "office.css", "wall.css", "report.css"))
    foot = f"<footer><p>{escape(document.foot)}</p></footer>"
    return (
        f'<!doctype html><html lang="{words["language"]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(document.title)}</title>'
        f'<link rel="icon" href="data:,">{sheets}</head><body class="office report"><main>'
        f"<h1>{escape(document.title)}</h1>{about}{boards.boards(document, words)}{foot}</main></body></html>"
    )


def _sheet(name: str, assets: str) -> str:
    if assets:
        return f'<link rel="stylesheet" href="{assets}/{name}">'
    return f"<style>{Assets.here().files[name].decode()}</style>"


def _within(record: Record, wanted: Span) -> bool:
    return (wanted.station in (None, record.station)) and (wanted.sessions is None or record.session in wanted.sessions)


def _about(session: Session, words: Words) -> list[str]:
    ended = session.ended_at
    lines = [
        f"{words['group_operator']}: {session.operator}   {words['group_job']}: {session.job}",
        f"{words['group_rig']}: {session.station}, {session.rig}",
        f"{session.started_at.astimezone():%Y-%m-%d %H:%M} - "
        + (words["session_runs"] if ended is None else f"{ended.astimezone():%Y-%m-%d %H:%M}"),
    ]
    if session.signed_by is not None:
        lines.append(words["session_signed"].format(who=session.signed_by))
    if session.open_retakes:
        who = session.supervisor or session.signed_by
        lines.append(words["session_left"].format(count=session.open_retakes, who=who, reason=session.reason))
    return lines
