"""What a route refuses, said in the language of whoever asked."""

from __future__ import annotations

from html import escape
from string import Template

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from station.errors import StoreError
from station.page.shapes import SHAPES
from station.page.words import language_of, words_of


class RefusedError(Exception):
    """`status` is HTTP's; `key` names the text, whose `{places}` are `places`."""

    def __init__(self, status: int, key: str, **places: object) -> None:
        super().__init__(key)
        self.status, self.key, self.places = status, key, places


async def refused(request: Request, error: Exception) -> JSONResponse:
    """The answer: `detail` as FastAPI's own."""
    assert isinstance(error, RefusedError)
    said = words_of(language_of(request))[error.key]
    return JSONResponse({"detail": said.format(**error.places)}, error.status)


async def no_records(request: Request, error: Exception) -> Response:
    """The store does not answer: NO LIVE DATA to people, on a page that tries again by itself; else JSON."""
    assert isinstance(error, StoreError)
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"detail": str(error), "remedy": error.remedy}, 503)
    words = words_of(language_of(request))
    own = words["language"] != "en"  # in English the error's words suffice
    page = Template(_AWAY).substitute(
        language=words["language"],
        assets=request.app.state.assets,
        shapes=SHAPES,
        word=escape(words["state_dead"]),
        why=escape(words["about_records"] if own else str(error)),
        what=escape(error.whole if own else error.remedy),
    )
    return HTMLResponse(page, 503, {"cache-control": "no-store"})


_AWAY = """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>$word</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$assets/style.css">
<link rel="stylesheet" href="$assets/office.css">
<link rel="stylesheet" href="$assets/wall.css">
<script type="module" src="$assets/again.js"></script>
</head>
<body class="office">
$shapes
<main><div id="dead"><svg aria-hidden="true"><use href="#shape-dead"/></svg>
  <h1 class="word">$word</h1><p class="why">$why</p><p class="what" lang="en">$what</p></div></main>
</body>
</html>
"""
