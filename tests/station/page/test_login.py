"""The log-in over the whole application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from station.page.gate import COOKIE
from station.people import Book, Role
from tests.station.page.desk import page_process, running_station

PASSWORD = "paper and glue"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """Anna is a supervisor of this station; its page runs as a process of its own."""
    Book(tmp_path / "people.sqlite").add("Anna", Role.SUPERVISOR, PASSWORD, by="test")
    with (
        running_station(tmp_path),
        page_process(tmp_path) as (_, address),
        httpx.Client(base_url=address, headers={"origin": address}, timeout=10) as made,
    ):
        yield made


def log_in(client: httpx.Client, password: str = PASSWORD, next_: str = "/wall") -> httpx.Response:
    return client.post("/login", data={"name": "Anna", "password": password, "next": next_})


def test_a_log_in_opens_and_a_log_out_shuts(client: httpx.Client) -> None:
    """The cookie cannot be read by scripts, comes from no other site, and is worth nothing after the log-out."""
    assert client.get("/api/me").status_code == 401
    answer = log_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
    kept = answer.headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    assert client.get("/api/me").json() == {"name": "Anna", "role": "supervisor"}
    stolen = client.cookies[COOKIE]
    assert client.post("/logout").status_code == 303
    client.cookies.set(COOKIE, stolen)
    assert client.get("/api/me").status_code == 401


def test_each_log_in_has_a_secret_of_its_own(client: httpx.Client) -> None:
    """A secret that somebody planted before the log-in is not taken over (session fixation)."""
    client.cookies.set(COOKIE, "planted")
    log_in(client)
    client.cookies.clear()
    client.cookies.set(COOKIE, "planted")
    assert client.get("/api/me").status_code == 401


def test_a_wrong_password_is_said_and_soon_too_many_are(client: httpx.Client) -> None:
    """401 with the name kept in the form; after five of them 429 and when to come again, even for the right one."""
    for _ in range(5):
        answer = log_in(client, "wrong password")
        assert answer.status_code == 401
        assert 'value="Anna"' in answer.text
        assert "wrong password" not in answer.text
    answer = log_in(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")


@pytest.mark.parametrize(
    "next_", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nset-cookie: x"]
)
def test_the_way_back_leads_to_this_server_only(client: httpx.Client, next_: str) -> None:
    """An address elsewhere becomes the operator page, in the form and after the log-in."""
    assert 'name="next" value="/"' in client.get("/login", params={"next": next_}).text
    assert log_in(client, next_=next_).headers["location"] == "/"


@pytest.mark.parametrize("body", [b"", b"x" * 10_000, b"\xff\xfe=&&&=", b"name=a&" * 20, b"name=%00&password=%ff"])
def test_nonsense_is_no_log_in(client: httpx.Client, body: bytes) -> None:
    """Never an error of ours."""
    assert client.post("/login", content=body).status_code == 401


def test_a_foreign_page_cannot_log_anybody_in(client: httpx.Client) -> None:
    """Log-in CSRF: an attacker's account must not be slipped under."""
    assert client.post("/login", headers={"origin": "https://evil.example"}).status_code == 403


def test_a_person_logs_in_with_a_browser(tmp_path: Path, open_page: Callable[[str], Page]) -> None:
    """Led from the page to the log-in and back, by keyboard alone."""
    Book(tmp_path / "people.sqlite").add("Anna", Role.SUPERVISOR, PASSWORD, by="test")
    with running_station(tmp_path), page_process(tmp_path) as (_, address):
        page = open_page(address)
        assert page.url == f"{address}/login?next=/"
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("Anna")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong password")
        page.keyboard.press("Enter")
        page.get_by_role("alert").filter(has_text="wrong").wait_for()
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        page.locator("#state").wait_for()
