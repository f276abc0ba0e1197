"""/people: the accounts and the audit log, for admins."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from station.page import office
from station.page.forms import Form, address
from station.page.gate import Asking
from station.page.words import WORDS
from station.people import Book, Person, Role
from station.people.passwords import LONGEST, SHORTEST

SHOWN = 200
"""Lines of the audit log."""


def router(title: str, assets: str, book: Book) -> APIRouter:
    """/people"""
    routes = APIRouter(include_in_schema=False)

    def shown(person: Person, said: str = "", status: int = 200) -> HTMLResponse:
        alert = f'<p class="said" role="alert">{escape(said)}</p>' if said else ""
        body = alert + _accounts(book, person) + _audit(book)
        return HTMLResponse(
            office.shell(title, assets, person, "/people", body, style="limits.css"), status, office.FRESH
        )

    @routes.get("/people")
    def page(person: Asking) -> HTMLResponse:
        return shown(person)

    @routes.post("/people")
    def change(person: Asking, held: Form, request: Request) -> Response:
        by = {"by": person.name or WORDS["anonymous"], "address": address(request)}
        name, role = held.get("name", ""), held.get("role", "").upper()
        if "remove" in held:
            if name.casefold() == person.name.casefold():
                return shown(person, WORDS["people_not_oneself"], 422)
            book.remove(name, **by)
            return RedirectResponse("/people", 303)
        try:
            if not book.people() and role != Role.ADMIN.name:
                raise ValueError(WORDS["people_first"])
            book.add(name, Role[role] if role in Role.__members__ else Role.OPERATOR, held.get("password", ""), **by)
        except ValueError as error:
            return shown(person, str(error), 422)
        return RedirectResponse("/people", 303)

    return routes


def _accounts(book: Book, person: Person) -> str:
    rows = [
        (escape(one.name), escape(WORDS[f"role_{one.role.name.lower()}"]), _remove(one, person))
        for one in book.people()
    ]
    head = [escape(WORDS["login_name"]), escape(WORDS["people_role"]), escape(WORDS["people_remove"])]
    listed = office.table(head, rows, escape(WORDS["nav_people"]), figures_from=9) if rows else ""
    note = "" if rows else f'<p class="said">{escape(WORDS["people_none"])}</p>'
    roles = "".join(
        f'<option value="{role.name.lower()}"{" selected" if not rows and role is Role.ADMIN else ""}>'
        f"{escape(WORDS[f'role_{role.name.lower()}'])}</option>"
        for role in Role
    )
    made = (
        f'<form method="post" action="/people" class="add" autocomplete="off"><h2>{escape(WORDS["people_add"])}</h2>'
        f'<label>{escape(WORDS["login_name"])} <input name="name" maxlength="80" required></label>'
        f'<label>{escape(WORDS["people_role"])} <select name="role">{roles}</select></label>'
        f'<label>{escape(WORDS["login_password"])} <input name="password" type="password" minlength="{SHORTEST}"'
        f' maxlength="{LONGEST}" autocomplete="new-password" required></label>'
        f'<button type="submit">{escape(WORDS["people_save"])}</button></form>'
    )
    return f'{note}<section class="accounts">{listed}{made}</section>'


def _remove(one: Person, person: Person) -> str:
    if one.name == person.name:
        return escape(WORDS["people_oneself"])
    button = (
        f'<button type="submit" name="remove" value="1">{escape(WORDS["people_remove"])} {escape(one.name)}</button>'
    )
    name = f'<input type="hidden" name="name" value="{escape(one.name, quote=True)}">'
    return f'<form method="post" action="/people">{name}{button}</form>'


def _audit(book: Book) -> str:
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
    head = [escape(WORDS[f"audit_{name}"]) for name in ("at", "who", "address", "action", "detail")]
    return f"<section>{office.table(head, rows, escape(WORDS['audit']), figures_from=9)}</section>"
