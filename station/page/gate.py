"""Who may enter which page. Nothing is open because somebody forgot to shut it: what is not listed asks for a log-in.

A station without accounts answers to its own computer alone, and whoever sits there may do everything. With accounts,
every request carries the cookie of a log-in, except at a kiosk screen, which is an operator's by its place.
Log-ins are kept on the server; the cookie is a secret of 256 bits that no script can read and no other site can send
(`HttpOnly`, `SameSite=Strict`). A request that changes something must besides show that it comes from a page of this
server (`Origin` or `Sec-Fetch-Site`), which browsers always tell and a foreign page cannot forge.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import asyncio
import ipaddress
from http.cookies import CookieError, SimpleCookie
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from station.errors import StoreError
from station.page.guard import SAFE_METHODS
from station.page.words import language_of, words_of
from station.people import ANONYMOUS, Book, Person, Role

COOKIE = "station-log-in"
OPEN = ("/login", "/language/", "/assets/", "/livez", "/readyz", "/metrics")
"""Without log-in: what the log-in itself needs, and figures without names for the network's watchman."""

RIGHTS: tuple[tuple[str, str, Role], ...] = (
    ("GET", "/settings", Role.SUPERVISOR),
    ("POST", "/settings", Role.ADMIN),
    ("*", "/api/settings", Role.ADMIN),
    ("*", "/wall", Role.SUPERVISOR),
    ("*", "/looks", Role.SUPERVISOR),
    ("*", "/reports", Role.SUPERVISOR),
    ("*", "/api/statistics", Role.SUPERVISOR),
    ("*", "/people", Role.ADMIN),
    ("*", "/openapi.json", Role.OPERATOR),
)
"""(method, first part of the path, least role); everything else is an operator's."""


class Gate:
    """ASGI middleware; the person is then `request.state.person`."""

    def __init__(self, app: ASGIApp, book: Book, host: str, kiosk: bool) -> None:
        self._app = app
        self._book = book
        self._at_home = loopback(host)
        self._kiosk = kiosk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            person = await asyncio.to_thread(self._who, scope, headers)
        except StoreError as error:
            await JSONResponse({"detail": str(error), "remedy": error.remedy}, 503)(scope, receive, send)
            return
        refusal = _refusal(person, scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["person"] = person
        await self._app(scope, receive, send)

    def _who(self, scope: Scope, headers: Headers) -> Person | None:
        token = token_in(headers)
        if token and (person := self._book.who(token)) is not None:
            return person
        if self._at_home and not self._book.people():
            return ANONYMOUS
        return Person("", Role.OPERATOR) if self._kiosk and _is_local(scope, headers) else None


def asking(request: Request) -> Person:
    """Who asks. The gate has put it there; a request that did not pass it is nobody's."""
    person: Person = request.state.person
    return person


Asking = Annotated[Person, Depends(asking)]
"""For a route's parameters: `def decide(person: Asking, ...)`."""


def is_open(path: str) -> bool:
    """May this be asked for without a log-in?"""
    return any(path == place or (place.endswith("/") and path.startswith(place)) for place in OPEN)


def needed(method: str, path: str) -> Role:
    """The least role for this request."""
    asked = "GET" if method in SAFE_METHODS else "POST"
    for which, place, role in RIGHTS:
        if which in ("*", asked) and (path == place or path.startswith(f"{place}/")):
            return role
    return Role.OPERATOR


def token_in(headers: Headers) -> str:
    """The secret in the cookie, or nothing."""
    try:
        held = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return held.value if held is not None else ""


def loopback(host: str) -> bool:
    """Can an address to listen on be reached from this computer only?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_local(scope: Scope, headers: Headers) -> bool:
    """From this computer itself, and not through a proxy on it."""
    passed_on = any(name in headers for name in ("forwarded", "x-forwarded-for", "via"))
    return scope["client"] is not None and loopback(scope["client"][0]) and not passed_on


def _refusal(person: Person | None, scope: Scope, headers: Headers) -> Response | None:
    method, path = scope["method"], scope["path"]
    if person is not None and person.may(needed(method, path)):
        proven = (
            method in SAFE_METHODS or "origin" in headers or "sec-fetch-site" in headers
        )  # guard.py has compared it
        return None if proven or not token_in(headers) else PlainTextResponse(_said(scope, "refused_origin"), 403)
    if method == "GET" and "text/html" in headers.get("accept", ""):
        return RedirectResponse(f"/login?next={quote(path)}" + ("&more=1" if person else ""), 303)
    told = _said(scope, "log_in_first" if person is None else "not_allowed")
    return JSONResponse({"detail": told}, 401 if person is None else 403)


def _said(scope: Scope, key: str) -> str:
    return words_of(language_of(HTTPConnection(scope)))[key]
