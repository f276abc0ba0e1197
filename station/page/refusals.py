"""What a route refuses, said in the language of whoever asked."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

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
