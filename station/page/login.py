"""/login: name and password, as a form that needs no script; /logout; /api/me."""

from __future__ import annotations

from functools import partial
from html import escape
from string import Template
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from station.page.forms import Form, address, inside
from station.page.gate import COOKIE, Asking, token_in
from station.page.office import languages
from station.page.words import Speaking, Words
from station.people import Book
from station.people.book import PAUSE, TooManyTriesError
from station.records import Event


def router(title: str, assets: str, book: Book, hours: float) -> APIRouter:
    """The routes; style sheets lie below `assets`."""
    routes, page = APIRouter(), partial(_page, title, assets)

    @routes.get("/login", include_in_schema=False)
    async def form(words: Speaking, next: str = "/", more: bool = False) -> HTMLResponse:
        return HTMLResponse(page(words, next, words["login_more"] if more else ""), headers=_FRESH)

    @routes.post("/login", include_in_schema=False)
    async def log_in(request: Request, words: Speaking, held: Form) -> Response:
        name, next_ = held.get("name", "").strip(), held.get("next", "/")
        proof = partial(book.log_in, name, held.get("password", ""), address=address(request), hours=hours)
        try:
            found = await run_in_threadpool(proof)
        except TooManyTriesError:
            said = words["login_pause"].format(minutes=round(PAUSE.total_seconds() / 60))
            headers = _FRESH | {"retry-after": str(round(PAUSE.total_seconds()))}
            return HTMLResponse(page(words, next_, said, name), 429, headers)
        if found is None:
            return HTMLResponse(page(words, next_, words["login_wrong"], name), 401, _FRESH)
        answer = RedirectResponse(inside(next_), 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, found[0], round(hours * 3600), httponly=True, samesite="strict", secure=secure)
        return answer

    @routes.post("/logout", include_in_schema=False)
    async def log_out(request: Request) -> Response:
        await run_in_threadpool(book.log_out, token_in(request.headers), address=address(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    @routes.get("/api/me", tags=["people"])
    async def me(person: Asking) -> Event:
        """Who is logged in here; the name is empty at a station without accounts and at a kiosk screen."""
        return {"name": person.name, "role": person.role.name.lower()}

    return routes


_FRESH = {"cache-control": "no-store"}


def _page(title: str, assets: str, words: Words, next_: str, said: str, name: str = "") -> str:
    texts = {key: escape(text) for key, text in words.items() if key.startswith("login_")}
    own = {
        "title": escape(title),
        "next": escape(inside(next_)),
        "said": escape(said),
        "typed": escape(name),
        "assets": assets,
        "languages": languages(words, f"/login?next={quote(inside(next_))}"),
    }
    return Template(_SHELL).substitute(texts | own, language=words["language"], hidden="" if said else " hidden")


_SHELL = """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>$login_head - $title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$assets/style.css">
<link rel="stylesheet" href="$assets/office.css">
</head>
<body class="office login">
<main>
<h1>$title</h1>
<form method="post" action="/login">
  <input type="hidden" name="next" value="$next">
  <p role="alert" class="said"$hidden>$said</p>
  <label for="name">$login_name</label>
  <input id="name" name="name" value="$typed" autocomplete="username" maxlength="80" required autofocus>
  <label for="password">$login_password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required>
  <button type="submit">$login_go</button>
</form>
</main>
$languages
</body>
</html>
"""
