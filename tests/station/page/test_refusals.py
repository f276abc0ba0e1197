"""Refusals in words."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

from fastapi import Request

from station.errors import StoreError
from station.page.refusals import RefusedError, no_records, refused
from station.page.words import words_of


def test_a_refusal_has_its_places_filled() -> None:
    """In the language of the address, with the status that was meant."""
    app = SimpleNamespace(state=SimpleNamespace(language="auto"))
    scope = {"type": "http", "query_string": b"lang=de", "headers": [], "app": app, "path": "/", "method": "GET"}
    answer = asyncio.run(refused(Request(scope), RefusedError(409, "sign_off_reason", count=3)))
    assert answer.status_code == 409
    assert json.loads(bytes(answer.body))["detail"] == words_of("de")["sign_off_reason"].format(count=3)


def test_records_that_are_away_are_told_to_people_and_to_programs() -> None:
    """A page in the language of the address with the error as text; JSON for what asks for no page."""
    app = SimpleNamespace(state=SimpleNamespace(language="auto", assets="/assets/x"))
    error = StoreError("The <records> do not answer.", "Look at the server.")

    def told(accept: bytes) -> tuple[int, str]:
        scope = {"type": "http", "query_string": b"lang=nl", "headers": [(b"accept", accept)], "app": app,
                 "path": "/wall", "method": "GET"}  # fmt: skip
        answer = asyncio.run(no_records(Request(scope), error))
        return answer.status_code, bytes(answer.body).decode()

    status, page = told(b"text/html,*/*")
    assert status == 503
    for part in (words_of("nl")["state_dead"], words_of("nl")["about_records"], "The &lt;records&gt; do not answer."):
        assert part in page
    assert json.loads(told(b"*/*")[1]) == {"detail": str(error), "remedy": error.remedy}
