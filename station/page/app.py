"""The page process: its settings, its wiring, its web server.

The operator screen is plain HTML and a few small JavaScript files fed by server-sent events, on FastAPI, without a
build step. NiceGUI 3.18 was measured against it: its page brings 410 kB in 14 files and reloads itself once the server
was started anew, which takes from the browser the gesture that sound needs, and lets the screen depend on the very
server whose end it must announce. This page is 100 kB in 18 and keeps sound, state and the operator's place. Tables and
charts for supervisors can still be mounted beside it: `ui.run_with(app, mount_path=...)`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from station.contracts import Revisions, Store
from station.errors import ConfigError, StoreError
from station.page import api, atlas, bench, health, limits, login, looks, operator, people, reports, wall, words
from station.page.assets import Assets
from station.page.feed import Feed
from station.page.gate import Gate, loopback
from station.page.guard import Guard
from station.page.previews import Previews
from station.page.refusals import RefusedError, no_records, refused
from station.page.settings import Settings
from station.page.texts import TEXTS
from station.people import Book

__all__ = ["Settings", "create_app", "serve"]


def create_app(
    settings: Settings, station: str, store: Store, previews: Path, book: Book, revisions: Revisions
) -> FastAPI:
    """The application of the page of one station; nothing is asked of the store before it is started."""
    metrics, assets = health.Metrics(), Assets.here()
    pictures, oldest = Previews(previews), settings.max_pulse_age_seconds
    feed = Feed(store, station, pictures, oldest, settings.poll_seconds, metrics.count)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        feed.start()
        try:
            yield
        finally:
            feed.stop()

    app = FastAPI(title=settings.title, version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.feed, app.state.metrics, app.state.language = feed, metrics, settings.language
    app.state.assets = assets.root
    app.add_middleware(Gate, book=book, host=settings.host, kiosk=settings.kiosk)
    app.add_middleware(Guard, names=(settings.host, *settings.names))
    app.add_exception_handler(RefusedError, refused)
    app.add_exception_handler(StoreError, no_records)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.include_router(api.routes)
    app.include_router(bench.routes)
    app.include_router(health.routes)
    app.include_router(assets.router())
    app.include_router(atlas.router(settings.title, assets.root))
    app.include_router(login.router(settings.title, assets.root, book, settings.login_hours))
    app.include_router(people.router(settings.title, assets.root, book))
    app.include_router(limits.router(settings.title, assets.root, book, revisions))
    app.include_router(reports.router(settings.title, assets.root, feed))
    app.include_router(looks.router(settings.title, assets.root, feed, book))
    app.include_router(wall.router(settings.title, assets.root, feed, revisions))
    app.include_router(words.router())
    app.include_router(operator.router(settings, assets.root))
    return app


def serve(
    settings: Settings,
    station: str,
    store: Store,
    previews: Path,
    book: Book,
    revisions: Revisions,
    *,
    ready: Callable[[], None] | None = None,
    beat: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then end within a second. `ready` is called once, when the port is open, `beat`
    every five seconds while requests are served.

    Raises ConfigError when the address cannot be listened on, or can be reached by others while nobody has an account.
    """
    if not loopback(settings.host) and not book.people():
        raise ConfigError(TEXTS["no_accounts"].format(host=settings.host), TEXTS["no_accounts_do"])
    listener = _listen(settings.host, settings.port)
    app = create_app(settings, station, store, previews, book, revisions)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on")
    _Server(config, app.state.feed, ready, beat).run([listener])


class _Server(uvicorn.Server):
    """Ends the endless event streams first, and takes a signal for a wish, not for an error."""

    def __init__(
        self, config: uvicorn.Config, feed: Feed, ready: Callable[[], None] | None, beat: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._feed = feed
        self._ready = ready
        self._beat = beat

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, from the loop that serves the requests: when it hangs, the beat stops."""
        if counter % 50 == 0 and self._beat is not None:
            self._beat()
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._feed.stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does it, but the signal is not raised again after the clean end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._wish) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _wish(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise ConfigError(
            TEXTS["port_taken"].format(host=host, port=port, why=os.strerror(error.errno or 0)), TEXTS["port_taken_do"]
        ) from error


def _not_understood(_: Request, error: Exception) -> Response:
    """What was wrong and where. What was sent is not sent back, and odd Unicode in it cannot break the answer."""
    wrong = error.errors() if isinstance(error, RequestValidationError) else ()
    detail = [{"loc": list(one["loc"]), "msg": one["msg"], "type": one["type"]} for one in wrong]
    return Response(json.dumps({"detail": detail}), 422, media_type="application/json")
