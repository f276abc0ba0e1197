"""Who may enter which page."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from station.page.gate import COOKIE, Asking, Gate, loopback, needed
from station.page.guard import Guard
from station.people import Book, Role

OURS = "http://127.0.0.1:8321"
PASSWORD = "paper and glue"
ANYWHERE = ("/", "/wall", "/settings", "/people", "/api/records", "/made/up", "/loginx", "/assets")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """One account a role, each called like its role."""
    made = Book(tmp_path_factory.mktemp("people") / "people.sqlite")
    for role in Role:
        made.add(role.name, role, PASSWORD, by="test")
    return made


@pytest.fixture(scope="module")
def tokens(book: Book) -> dict[Role, str]:
    found = {role: book.log_in(role.name, PASSWORD, address="", hours=1) for role in Role}
    return {role: made[0] for role, made in found.items() if made is not None}


def asked(
    book: Book,
    path: str = "/",
    method: str = "GET",
    *,
    token: str = "",
    headers: dict[str, str] | None = None,
    host: str = "127.0.0.1",
    kiosk: bool = False,
    client: str = "127.0.0.1",
) -> httpx.Response:
    """The answer before an application whose every path answers who asks."""
    app = FastAPI()
    app.add_middleware(Gate, book=book, host=host, kiosk=kiosk)
    app.add_middleware(Guard, names=())

    @app.api_route("/{path:path}", methods=["GET", "POST", "DELETE"])
    async def route(path: str, person: Asking) -> str:
        return f"{person.name} {person.role.name}"

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 50000))
        cookies = {COOKIE: token} if token else {}
        async with httpx.AsyncClient(transport=transport, base_url=OURS, cookies=cookies) as http:
            return await http.request(method, path, headers=headers)

    return asyncio.run(ask())


def test_without_accounts_whoever_sits_there_may_do_everything(tmp_path: Path) -> None:
    """The station answers to its own computer alone."""
    for path in ANYWHERE:
        assert asked(Book(tmp_path / "people.sqlite"), path).text == '" ADMIN"'


def test_without_accounts_nobody_else_enters(tmp_path: Path) -> None:
    """Should the last account be removed while the page listens to the network, nobody is let in."""
    answer = asked(Book(tmp_path / "people.sqlite"), "/api/records", host="0.0.0.0")
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ANYWHERE)
def test_with_accounts_everything_asks_for_a_log_in(book: Book, path: str) -> None:
    """A program is told 401, a browser is led to the log-in and back; a made-up secret changes nothing."""
    assert asked(book, path).status_code == 401
    assert asked(book, path, token="made-up").status_code == 401
    led = asked(book, path, headers={"accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, f"/login?next={path}")


@pytest.mark.parametrize(
    ("path", "method", "least"),
    [
        ("/", "GET", Role.OPERATOR),
        ("/api/captures/abcd/decisions", "POST", Role.OPERATOR),
        ("/wall", "GET", Role.SUPERVISOR),
        ("/wall/charts", "GET", Role.SUPERVISOR),
        ("/reports/7.pdf", "GET", Role.SUPERVISOR),
        ("/settings", "GET", Role.SUPERVISOR),
        ("/settings", "POST", Role.ADMIN),
        ("/people", "POST", Role.ADMIN),
    ],
)
def test_each_page_asks_for_its_role(book: Book, tokens: dict[Role, str], path: str, method: str, least: Role) -> None:
    """Every role at every kind of page."""
    assert needed(method, path) == least
    for role, token in tokens.items():
        answer = asked(book, path, method, token=token, headers={"origin": OURS})
        assert answer.status_code == (200 if role >= least else 403), role
        if role >= least:
            assert answer.json() == f"{role.name} {role.name}"


def test_a_browser_without_the_right_is_asked_for_another_account(book: Book, tokens: dict[Role, str]) -> None:
    """It is told why."""
    led = asked(book, "/wall", token=tokens[Role.OPERATOR], headers={"accept": "text/html"})
    assert led.headers["location"] == "/login?next=/wall&more=1"


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_a_log_in_is_not_enough_to_change_something(
    book: Book, tokens: dict[Role, str], headers: dict[str, str]
) -> None:
    """Cross-site request forgery: the cookie comes along, the proof of coming from our page does not."""
    for method in ("POST", "DELETE"):
        assert asked(book, "/", method, token=tokens[Role.ADMIN], headers=headers).status_code == 403
    assert asked(book, "/", "POST", token=tokens[Role.ADMIN], headers={"origin": OURS}).status_code == 200


def test_a_kiosk_screen_is_an_operators(book: Book) -> None:
    """From this computer, not through a proxy on it, and for an operator's pages only."""
    assert asked(book, "/", kiosk=True).text == '" OPERATOR"'
    assert asked(book, "/wall", kiosk=True).status_code == 403
    assert asked(book, "/", kiosk=True, client="10.0.0.1").status_code == 401
    assert asked(book, "/", kiosk=True, headers={"x-forwarded-for": "10.0.0.1"}).status_code == 401


@pytest.mark.parametrize("path", ["/login", "/assets/1/style.css", "/livez", "/readyz", "/metrics"])
def test_what_the_log_in_needs_and_the_watchmans_figures_are_open(book: Book, path: str) -> None:
    """The gate lets them pass without asking who it is; this application then has nobody to name."""
    with pytest.raises(AttributeError, match="person"):
        asked(book, path)


def test_accounts_that_cannot_be_read_open_nothing(tmp_path: Path) -> None:
    """503 with the reason."""
    (tmp_path / "people.sqlite").write_bytes(b"damaged" * 100)
    assert asked(Book(tmp_path / "people.sqlite")).status_code == 503


@pytest.mark.parametrize("header", ['station-log-in="', "=;;=", "\x7f", "station-log-in=" + "x" * 5000])
def test_an_odd_cookie_is_none(book: Book, header: str) -> None:
    """Nonsense is answered like nothing."""
    assert asked(book, "/", headers={"cookie": header}).status_code == 401


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("stand-1", False)]
)
def test_only_loopback_is_this_computer(host: str, own: bool) -> None:
    """Everything else can be reached by others, or may be."""
    assert loopback(host) is own
