"""/people: the accounts and the audit log, for admins."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from station.page import office
from station.page.forms import Form, address
from station.page.gate import Asking
from station.page.words import Speaking, Words
from station.people import Book, Person, Role
from station.people.passwords import LONGEST, SHORTEST

SHOWN = 200
"""Lines of the audit log."""


def router(title: str, assets: str, book: Book) -> APIRouter:
    """/people"""
    routes = APIRouter(include_in_schema=False)

    def shown(person: Person, words: Words, said: str = "", status: int = 200) -> HTMLResponse:
        alert = f'<p class="said" role="alert">{escape(said)}</p>' if said else ""
        body = alert + _accounts(book, person, words) + _audit(book, words)
        return HTMLResponse(
            office.shell(words, title, assets, person, "/people", body, style="limits.css"), status, office.FRESH
        )

    @routes.get("/people")
    def page(person: Asking, words: Speaking) -> HTMLResponse:
        return shown(person, words)

    @routes.post("/people")
    def change(person: Asking, words: Speaking, held: Form, request: Request) -> Response:
        by = {"by": person.name or words["anonymous"], "address": address(request)}
        name, role = held.get("name", ""), held.get("role", "").upper()
        if "remove" in held:
            if name.casefold() == person.name.casefold():
                return shown(person, words, words["people_not_oneself"], 422)
            book.remove(name, **by)
            return RedirectResponse("/people", 303)
        try:
            if not book.people() and role != Role.ADMIN.name:
                raise ValueError(words["people_first"])
            book.add(name, Role[role] if role in Role.__members__ else Role.OPERATOR, held.get("password", ""), **by)
        except ValueError as error:
            return shown(person, words, str(error), 422)
        return RedirectResponse("/people", 303)

    return routes


def _accounts(book: Book, person: Person, words: Words) -> str:
    rows = [
        (escape(one.name), escape(words[f"role_{one.role.name.lower()}"]), _remove(one, person, words))
        for one in book.people()
    ]
    head = [escape(words["login_name"]), escape(words["people_role"]), escape(words["people_remove"])]
    listed = office.table(head, rows, escape(words["nav_people"]), figures_from=9) if rows else ""
    note = "" if rows else f'<p class="said">{escape(words["people_none"])}</p>'
    roles = "".join(
        f'<option value="{role.name.lower()}"{" selected" if not rows and role is Role.ADMIN else ""}>'
        f"{escape(words[f'role_{role.name.lower()}'])}</option>"
        for role in Role
    )
    made = (
        f'<form method="post" action="/people" class="add" autocomplete="off"><h2>{escape(words["people_add"])}</h2>'
        f'<label>{escape(words["login_name"])} <input name="name" maxlength="80" required></label>'
        f'<label>{escape(words["people_role"])} <select name="role">{roles}</select></label>'
        f'<label>{escape(words["login_password"])} <input name="password" type="password" minlength="{SHORTEST}"'
        f' maxlength="{LONGEST}" autocomplete="new-password" required></label>'
        f'<button type="submit">{escape(words["people_save"])}</button></form>'
    )
    return f'{note}<section class="accounts">{listed}{made}</section>'


def _remove(one: Person, person: Person, words: Words) -> str:
    if one.name == person.name:
        return escape(words["people_oneself"])
    button = (
        f'<button type="submit" name="remove" value="1" aria-label="{escape(words["people_remove"])}: '
        f'{escape(one.name, quote=True)}">{escape(words["people_remove"])}</button>'
    )
    name = f'<input type="hidden" name="name" value="{escape(one.name, quote=True)}">'
    return f'<form method="post" action="/people">{name}{button}</form>'


def _audit(book: Book, words: Words) -> str:
    rows = [
        (
            f"{one.at.astimezone():%Y-%m-%d %H:%M:%S}",
            escape(one.who),
            escape(one.address),
            escape(one.action),
            escape(one.detail),
        )
        for one in book.entries(SHOWN)
    ]
    head = [escape(words[f"audit_{name}"]) for name in ("at", "who", "address", "action", "detail")]
    return f"<section>{office.table(head, rows, escape(words['audit']), figures_from=9)}</section>"
