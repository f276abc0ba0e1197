"""Which requests are let in, and what a browser may do with the answers.

Whoever asks (gate.py), three doors are shut that even listening on localhost leaves open: a foreign web page that posts
here from the operator's own browser (its Origin or Sec-Fetch-Site betrays it), a foreign name that points at this
address (DNS rebinding; only IP addresses, `localhost`, this computer's name and `names` are answered), and a foreign
page that frames this one. The Content-Security-Policy lets no script run that is not a file of this server, whatever
text a photograph's name or a barcode may carry.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.page.words import language_of, words_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware. Plain ASGI: a wrapper that reads the body would hold up the event stream."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        own = socket.gethostname().lower()
        self._names = frozenset({"localhost", own, own.split(".")[0], f"{own}.local", *(n.lower() for n in names)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        answer = self._app
        if refusal is not None:
            answer = PlainTextResponse(words_of(language_of(HTTPConnection(scope)))[refusal], 403)
        await answer(scope, receive, sealed)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        """The key of the text that says why."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            return "refused_host"
        if method in SAFE_METHODS:
            return None
        origin = headers.get("origin")
        foreign_origin = origin is not None and origin.partition("://")[2] != host
        foreign_fetch = headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
        return "refused_origin" if foreign_origin or foreign_fetch else None

    def _is_ours(self, host: str) -> bool:
        """`host` as the request names it: name or address, with or without a port."""
        name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
        name = name.partition("]")[0].removeprefix("[").lower().rstrip(".")
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
