"""/settings: the limits with their sources, the files behind them, every version; checked as by `check-config`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from station.contracts import Revisions
from station.errors import ConfigError
from station.page import office
from station.page.forms import Form, address
from station.page.gate import Asking
from station.page.words import Speaking, Words, meanings
from station.people import Book, Person, Role
from station.types import Setting, Source

VALUE = "value:"
"""Begins the name of a field that holds a value."""


def router(title: str, assets: str, book: Book, revisions: Revisions) -> APIRouter:
    """/settings: seen by supervisors, changed by admins."""
    routes = APIRouter(include_in_schema=False)

    def shown(person: Person, words: Words, said: str = "", text: str | None = None, status: int = 200) -> HTMLResponse:
        body = _page(revisions, person.may(Role.ADMIN), said, text, words)
        made = office.shell(words, title, assets, person, "/settings", body, style="limits.css")
        return HTMLResponse(made, status, office.FRESH)

    @routes.get("/settings")
    def page(person: Asking, words: Speaking) -> HTMLResponse:
        return shown(person, words)

    @routes.post("/settings")
    def change(person: Asking, words: Speaking, held: Form, request: Request) -> Response:
        who, why, base = person.name or words["anonymous"], held.get("why", "").strip(), held.get("base", "")
        text = held.get("text")
        try:
            if not why:
                raise ConfigError(words["why_missing"], words["why_missing_do"])
            if "back" in held:
                kept = revisions.back_to(_number(held["back"]), who=who, why=why, base=base)
            else:
                changed = text if text is not None else revisions.with_values(_changes(revisions, held))
                kept = revisions.save(changed, who=who, why=why, base=base)
        except ConfigError as error:
            return shown(person, words, error.whole, text, 422)
        book.note(who, "settings changed", f"version {kept.number}: {why}", address=address(request))
        return RedirectResponse("/settings", 303)

    return routes


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _changes(revisions: Revisions, held: dict[str, str]) -> dict[tuple[str, str], str]:
    """Only what differs from what holds now: a form carries every value."""
    now = {f"{VALUE}{one.check}.{one.key}": one for one in revisions.settings()}
    return {(now[n].check, now[n].key): v for n, v in held.items() if n in now and v.strip() != now[n].value}


def wrong(revisions: Revisions, words: Words) -> str:
    """In large type, why the file is no configuration; nothing when it is one."""
    said = revisions.problem()
    return _wrong(said, words) if said else ""


def _wrong(said: str, words: Words) -> str:
    head = escape(words["settings_wrong"])
    return f'<div class="wrong" role="alert"><p>{head}</p><p>{escape(said)}</p></div>'


def _page(revisions: Revisions, admin: bool, said: str, typed: str | None, words: Words) -> str:
    body, limits, behind = "", "", ""
    try:
        text, base = revisions.text(), revisions.base()
    except ConfigError as error:
        text, base, admin = f"# {error.whole}", "", False
    try:
        limits, behind = _limits(revisions.settings(), base, admin, words), _sources(revisions.sources(), words)
    except ConfigError as error:
        body = _wrong(error.whole, words)
    body += f'<p class="said" role="alert">{escape(words["not_changed"])} {escape(said)}</p>' if said else ""
    whole = _whole(typed if typed is not None else text, base, admin, words)
    return body + limits + whole + behind + _history(revisions, base, admin, words)


def _limits(settings: Iterable[Setting], base: str, admin: bool, words: Words) -> str:
    made = ""
    for check, rows in groupby(settings, lambda one: one.check):
        name = words.get(f"check_{check}", check.replace("_", " "))
        cells = [_row(one, admin, words) for one in rows]
        if cells:
            head = [escape(words[f"setting_{n}"]) for n in ("key", "value", "meaning", "default", "origin")]
            made += office.table(head, cells, escape(name), figures_from=9)
    above = f"<h2>{escape(words['settings_limits'])}</h2><p>{escape(words['settings_limits_note'])}</p>"
    tables = f'<div class="limits">{made}</div>{_save(admin, words)}'
    return f"<section>{above}{_form(base, tables)}</section>"


def _row(one: Setting, admin: bool, words: Words) -> Sequence[str]:
    name, value = f"{VALUE}{one.check}.{one.key}", escape(one.value, quote=True)
    label = escape(f"{one.check}.{one.key}", quote=True)
    held = (
        f'<input name="{name}" value="{value}" aria-label="{label}" spellcheck="false">' if admin else f"<b>{value}</b>"
    )
    origin = f'<b class="set">{escape(one.origin)}</b>' if one.origin else escape(words["origin_default"])
    said = meanings(words["language"]).get(f"{one.check}.{one.key}")
    meaning = f'<span lang="en">{office.coded(one.meaning)}</span>' if said is None else office.coded(said)
    return (f"<code>{escape(one.key)}</code>", held, meaning, f"<code>{escape(one.default)}</code>", origin)


def _whole(text: str, base: str, admin: bool, words: Words) -> str:
    lines = min(40, max(8, text.count("\n") + 2))
    readonly = "" if admin else " readonly"
    named = f'name="text" rows="{lines}" spellcheck="false" aria-label="station.yaml"{readonly}'
    area = f"<textarea {named}>{escape(text)}</textarea>{_save(admin, words)}"
    head = f"<h2>station.yaml</h2><p>{escape(words['settings_whole_note'])}</p>"
    return f"<section>{head}{_form(base, area)}</section>"


def _sources(sources: Iterable[Source], words: Words) -> str:
    made = "".join(
        f"<details><summary>{escape(words[f'source_{one.kind}'])} <code>{escape(one.path)}</code></summary>"
        f'<pre tabindex="0">{escape(one.text)}</pre></details>'
        for one in sources
        if one.kind != "station"
    )
    return f"<section><h2>{escape(words['settings_sources'])}</h2>{made}</section>"


def _history(revisions: Revisions, base: str, admin: bool, words: Words) -> str:
    history = revisions.history()
    if not history:
        return ""
    head = [escape(words[f"version_{n}"]) for n in ("number", "at", "who", "why")] + [
        "" if not admin else escape(words["version_back"])
    ]
    rows = [
        (
            str(one.number),
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            escape(one.who),
            escape(one.why),
            _back(one.number, base, one.sha256, admin, words),
        )
        for one in history[:50]
    ]
    return f"<section>{office.table(head, rows, escape(words['settings_versions']), figures_from=9)}</section>"


def _back(number: int, base: str, sha256: str, admin: bool, words: Words) -> str:
    if sha256 == base:
        return escape(words["version_present"])
    if not admin:
        return ""
    why = escape(words["back_why"].format(number=number), quote=True)
    hidden = f'<input type="hidden" name="back" value="{number}"><input type="hidden" name="why" value="{why}">'
    return _form(base, f'{hidden}<button type="submit">{escape(words["back"].format(number=number))}</button>')


def _form(base: str, inside: str) -> str:
    """`base`: which text the change is about."""
    return f'<form method="post" action="/settings"><input type="hidden" name="base" value="{base}">{inside}</form>'


def _save(admin: bool, words: Words) -> str:
    if not admin:
        return ""
    return (
        f'<p class="save"><label>{escape(words["why"])} <input name="why" maxlength="300" required></label>'
        f'<button type="submit">{escape(words["settings_save"])}</button></p>'
    )
