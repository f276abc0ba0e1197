"""/looks: second looks. A supervisor draws a sample by the plan, says of each capture whether the station was right,
and closes the lot; what was missed decides how closely the next one is looked at (statistics/sampling.py)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from html import escape
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from station.page import lots, office, sample
from station.page.feed import Feed
from station.page.forms import Form, address
from station.page.gate import Asking
from station.page.sample import ANSWERS, form
from station.page.words import Speaking, Words
from station.people import Book, Person
from station.records import alarms, looks
from station.statistics.sampling import LOT, Level
from station.types import Answer, Outcome, Record, WrongAlarm


class NotDoneError(Exception):
    """What was asked cannot be; the key of the text that says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One supervisor's request: where the records, the pictures and the audit log are, and whose word it is."""

    feed: Feed
    book: Book
    words: Words
    who: str
    address: str

    def draw(self, station: str) -> None:
        """The next lot. Raises NotDoneError."""
        state, now = lots.plan(self.feed.store, station).state, datetime.now(UTC)
        level, number = state.level.value, state.plan.sample
        wanted = partial(looks.draw, station=station, size=LOT, sample=number, level=level, by=self.who, at=now)
        lot = self.feed.store.note(partial(wanted, drawing=random.SystemRandom().sample))
        if lot is None:
            raise NotDoneError("looks_too_few")
        self._note("sample drawn", f"{station}: lot {lot.number}, {number} of {LOT}, {level}")

    def answer(self, lot: int, place: int, said: Answer, defect: str, note: str) -> None:
        """A word on one capture; a wrong alarm is kept with its crop, too. Raises NotDoneError."""
        look = next((one for one in self.feed.store.ask(partial(looks.of_lot, lot=lot)) if one.place == place), None)
        record = None if look is None else self.feed.store.get(look.capture_id)
        if record is None:
            raise NotDoneError("looks_closed")
        if said is Answer.MISSED and not (defect or note):
            raise NotDoneError("looks_what")
        if said is Answer.WRONG_ALARM and record.verdict.outcome is Outcome.PASS:
            raise NotDoneError("nothing_wrong")
        now, kept = datetime.now(UTC), defect if said is Answer.MISSED else ""
        done = partial(looks.answer, lot=lot, place=place, said=said, defect=kept, note=note, by=self.who, at=now)
        if self.feed.store.note(done) is None:
            raise NotDoneError("looks_closed")
        if said is Answer.WRONG_ALARM:
            self._complain(record, note, now)
        self._note("second look", f"lot {lot}, No. {record.sequence}: {said.value} {kept}".strip())

    def close(self, lot: int) -> None:
        """The lot is done. Raises NotDoneError."""
        closed = self.feed.store.note(partial(looks.close, lot=lot, at=datetime.now(UTC)))
        if closed is None:
            raise NotDoneError("looks_not_all")
        level = lots.plan(self.feed.store, closed.station).state.level
        self._note("lot closed", f"{closed.station}: lot {lot}, {closed.faults} missed; next: {level.value}")

    def mend(self, station: str, why: str) -> None:
        """A stopped line goes on. Raises NotDoneError."""
        held = lots.plan(self.feed.store, station)
        if not why or held.state.level is not Level.STOPPED:
            raise NotDoneError("why_missing" if not why else "looks_closed")
        done = partial(looks.mend, lot=held.closed[-1].number, by=self.who, why=why, at=datetime.now(UTC))
        self.feed.store.note(done)
        self._note("cause mended", f"{station}: {why}")

    def _complain(self, record: Record, note: str, now: datetime) -> None:
        """Every finding that the verdict rests on."""
        capture_id, worst = record.verdict.capture.id, record.verdict.outcome
        for number, finding in enumerate(record.verdict.findings):
            if finding.outcome is worst:
                crop = self.feed.previews.read(capture_id, f"crop-{number}.jpg")
                alarm = WrongAlarm(0, capture_id, number, self.who, note, now, crop)
                self.feed.store.note(partial(alarms.add, alarm=alarm))

    def _note(self, action: str, detail: str) -> None:
        self.book.note(self.who, action, detail, address=self.address)


def router(title: str, assets: str, feed: Feed, book: Book) -> APIRouter:
    """/looks"""
    routes = APIRouter(include_in_schema=False)

    def shown(
        person: Person, words: Words, station: str, place: int | None, said: str = "", status: int = 200
    ) -> HTMLResponse:
        body = _page(feed, station, place, said, words)
        made = office.shell(words, title, assets, person, "/looks", body, style="wall.css looks.css", script="looks.js")
        return HTMLResponse(made, status, office.FRESH)

    @routes.get("/looks")
    def page(person: Asking, words: Speaking, station: str = "", place: int | None = None) -> HTMLResponse:
        return shown(person, words, station, place)

    @routes.post("/looks")
    def change(person: Asking, words: Speaking, held: Form, request: Request) -> Response:
        desk = Desk(feed, book, words, person.name or words["anonymous"], address(request))
        station, place = held.get("station", "")[:200], _number(held.get("place", ""))
        try:
            _do(desk, held, station, place)
        except NotDoneError as error:
            return shown(person, words, station, place or None, words[str(error)], 409)
        return RedirectResponse(f"/looks?{urlencode({'station': station})}", 303)

    return routes


def _do(desk: Desk, held: Mapping[str, str], station: str, place: int) -> None:
    note, defect, lot = held.get("note", "").strip()[:2000], held.get("defect", ""), _number(held.get("lot", ""))
    match held.get("deed"):
        case "draw":
            desk.draw(station)
        case "close":
            desk.close(lot)
        case "mend":
            desk.mend(station, held.get("why", "").strip()[:2000])
        case deed if deed in ANSWERS:
            desk.answer(lot, place, ANSWERS[deed], defect if f"code_{defect}" in desk.words else "", note)
        case _:
            raise NotDoneError("not_changed")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(feed: Feed, station: str, place: int | None, said: str, words: Words) -> str:
    stations = list(dict.fromkeys(stand.station for stand in feed.store.stands()))
    station = station if station in stations or not stations else stations[0]
    if not stations:
        return f'<p class="none">{escape(words["wall_no_rigs"])}</p>'
    held = lots.plan(feed.store, station)
    alert = f'<p class="said" role="alert">{escape(said)}</p>' if said else ""
    links = "".join(
        f'<a href="/looks?{escape(urlencode({"station": one}), quote=True)}"'
        f"{' aria-current=page' if one == station else ''}>{escape(one)}</a>"
        for one in stations
    )
    choice = f'<nav class="stations" aria-label="{escape(words["wall_station"])}">{links}</nav>'
    bench = sample.open_lot(feed, held, place, words) if held.open else _next(held, words)
    figures = lots.tiles(held, words) + lots.charts(held, words) + lots.history(held, words)
    return alert + choice + bench + figures


def _next(held: lots.Plan, words: Words) -> str:
    """What leads to the next lot: captures still to come, a button, or the cause that must be mended first."""
    state = held.state
    told = words["looks_waiting"].format(count=held.waiting, lot=LOT)
    button = f'<button type="submit" name="deed" value="draw">{escape(words["looks_draw"])}</button>'
    draw = form(held.station, {}, button if held.waiting >= LOT else "")
    body = f"<p>{escape(told)}</p>{draw}"
    if state.level is Level.STOPPED:
        why = f'<label>{escape(words["looks_mended"])} <input name="why" maxlength="2000" required></label>'
        go = f'<button type="submit" name="deed" value="mend">{escape(words["looks_go_on"])}</button>'
        stop = f'<p class="said" role="alert">{escape(words["looks_stopped"])}</p>'
        body = stop + form(held.station, {}, why + go) + body
    return f'<section class="next">{body}</section>'
