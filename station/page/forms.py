"""Forms without scripts: what a browser sent, and who sent it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

LONGEST = 300_000
"""Bytes of a form; more is none of ours."""


def address(request: Request) -> str:
    """Where a request came from, for the audit log."""
    return request.client.host if request.client else ""


def inside(place: str) -> str:
    """An address on this server, else `/`: a link must not lead elsewhere."""
    own = place.startswith("/") and not place.startswith("//") and "\\" not in place and place.isprintable()
    return place if own else "/"


async def form(request: Request) -> dict[str, str]:
    """Name -> value of a form; empty for anything else. Line ends are as in files."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            return {}
    held = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    return {key: values[0].replace("\r\n", "\n") for key, values in held.items()}


Form = Annotated[dict[str, str], Depends(form)]
