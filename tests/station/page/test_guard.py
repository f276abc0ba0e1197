"""Who is let in."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from station.page.guard import Guard

OURS = "http://127.0.0.1:8321"


def asked(method: str, headers: dict[str, str]) -> httpx.Response:
    """The guard's answer before an application of one route."""
    app = FastAPI()
    app.add_middleware(Guard, names=("bench.museum.example",))

    @app.api_route("/", methods=["GET", "POST"])
    async def route() -> str:
        return "in"

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=OURS) as client:
            return await client.request(method, "/", headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8321",
        "localhost:8321",
        "localhost",
        "[::1]:8321",
        "192.168.1.20:8321",
        "BENCH.museum.example",
        "localhost.",
    ],
)
def test_our_own_names_are_answered(host: str) -> None:
    """Addresses, localhost, and the names in the settings."""
    assert asked("GET", {"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8321", "", "[evil]"])
def test_a_foreign_name_is_refused(host: str) -> None:
    """DNS rebinding: a name that is not ours, though it leads to our address."""
    assert asked("GET", {"host": host}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_foreign_page_may_not_post(headers: dict[str, str]) -> None:
    """Cross-site requests change nothing."""
    assert asked("POST", headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"origin": OURS, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}])
def test_our_own_page_and_scripts_may_post(headers: dict[str, str]) -> None:
    """The operator screen, and programs, which send neither header."""
    assert asked("POST", headers).status_code == 200


def test_browsers_are_told_to_run_nothing_foreign() -> None:
    """The policy stands on every answer, also on a refusal."""
    for answer in (asked("GET", {}), asked("GET", {"host": "evil.example"})):
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
