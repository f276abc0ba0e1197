"""The operator screen: operator.html with every text from the catalogue of one language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from station.page.findings import faults
from station.page.settings import Settings
from station.page.shapes import SHAPES
from station.page.texts import LANGUAGES, catalogue
from station.page.words import COOKIE, YEAR_S, language_of

_HTML = Path(__file__).with_name("operator.html").read_text("utf-8")


def router(settings: Settings, assets: str) -> APIRouter:
    """`/`; the files that move it lie below `assets`. `?lang=de` chooses a language and is remembered."""
    pages = {language: shell(settings, language, assets) for language in LANGUAGES}
    routes = APIRouter(include_in_schema=False)

    @routes.get("/", response_class=HTMLResponse)
    async def page(request: Request, lang: str = "") -> HTMLResponse:
        answer = HTMLResponse(
            pages[language_of(request)], headers={"cache-control": "no-cache", "vary": "cookie, accept-language"}
        )
        if lang in LANGUAGES:
            answer.set_cookie(COOKIE, lang, YEAR_S, samesite="strict")
        return answer

    return routes


def shell(settings: Settings, language: str, assets: str) -> str:
    """The page as first sent: every place is there already, so nothing jumps when data comes."""
    texts = catalogue(language)
    words = {key.replace(" ", "_"): escape(text) for key, text in texts.items()}
    rules = {"pedal": settings.pedal, "scanner_ms": settings.scanner_ms, "reasons": settings.reasons}
    own = {
        "title": escape(settings.title),
        "language": language,
        "languages": "".join(map(partial(_option, language), LANGUAGES)),
        "assets": assets,
        "texts": _data(dict(texts)),
        "faults": _data(faults(language)),
        "rules": _data(rules),
        "silence": str(round(settings.max_pulse_age_seconds * 1000)),
    }
    return Template(_HTML).substitute(words | own, shapes=SHAPES)


def _option(chosen: str, language: str) -> str:
    selected = " selected" if language == chosen else ""
    return f'<option value="{language}" lang="{language}"{selected}>{LANGUAGES[language]}</option>'


def _data(value: Mapping[str, object]) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
