"""Refusals in words."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

from fastapi import Request

from station.page.refusals import RefusedError, refused
from station.page.words import words_of


def test_a_refusal_has_its_places_filled() -> None:
    """In the language of the address, with the status that was meant."""
    app = SimpleNamespace(state=SimpleNamespace(language="auto"))
    scope = {"type": "http", "query_string": b"lang=de", "headers": [], "app": app, "path": "/", "method": "GET"}
    answer = asyncio.run(refused(Request(scope), RefusedError(409, "sign_off_reason", count=3)))
    assert answer.status_code == 409
    assert json.loads(bytes(answer.body))["detail"] == words_of("de")["sign_off_reason"].format(count=3)
