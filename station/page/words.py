"""The texts of every page in the language of whoever looks: those of texts.py and, beside them, those of the pages for
supervisors and admins, one catalogue a language each. What a setting means is written in English where it is made, and
in a catalogue for each other language.

The language is the one in the address (`?lang=de`), else the one chosen before (a cookie, /language/de), else what
`page: {language: ...}` says: a language, or `auto`, the browser's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection

from station.page.forms import inside
from station.page.texts import LANGUAGES, catalogue, wished

Words = Mapping[str, str]
"""Key -> text with `{places}`."""
COOKIE = "station-language"
YEAR_S = 365 * 86400
FOLDER = Path(__file__).parent / "catalogues"


@cache
def words_of(language: str) -> Words:
    """Every text in one language. Raises FileNotFoundError for one that has no catalogue."""
    return {**catalogue(language), **json.loads((FOLDER / f"office.{language}.json").read_text("utf-8"))}


@cache
def meanings(language: str) -> Words:
    """ "CHECK.KEY" -> what this setting means; nothing in English, where the check's own Settings say it."""
    if language == "en":
        return {}
    told: Words = json.loads((FOLDER / f"settings.{language}.json").read_text("utf-8"))
    return told


def language_of(asked: HTTPConnection) -> str:
    """The language of an answer; an application that says nothing of languages follows the browser."""
    state = getattr(asked.scope.get("app"), "state", None)
    told: str = getattr(state, "language", "auto")
    for chosen in (asked.query_params.get("lang"), asked.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return wished(asked.headers.get("accept-language", ""), "en") if told == "auto" else told


def spoken(request: Request) -> Words:
    """The texts for a request."""
    return words_of(language_of(request))


Speaking = Annotated[Words, Depends(spoken)]
"""For a route's parameters: `def page(words: Speaking, ...)`."""


def router() -> APIRouter:
    """/language/de remembers the choice and leads back."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/language/{code}")
    async def choose(code: str, next: str = "/") -> RedirectResponse:
        answer = RedirectResponse(inside(next), 303)
        if code in LANGUAGES:
            answer.set_cookie(COOKIE, code, YEAR_S, samesite="strict")
        return answer

    return routes
