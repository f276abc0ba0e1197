"""Accounts on the page."""

from __future__ import annotations

from pathlib import Path

import httpx

from station.people import Book, Person, Role
from tests.station.page.desk import page_process, running_station

PASSWORD = "paper and glue"


def test_from_no_account_to_three_and_back_to_two(tmp_path: Path) -> None:
    """The first one is an admin's, by whoever sits there; from then on it asks for a log-in; nobody removes himself."""
    book = Book(tmp_path / "people.sqlite")
    with running_station(tmp_path), page_process(tmp_path) as (_, address), httpx.Client(base_url=address) as http:
        http.headers["origin"] = address
        new = {"name": "Ada", "password": PASSWORD}
        assert "There are no accounts" in http.get("/people").text
        assert http.post("/people", data=new | {"role": "operator"}).status_code == 422
        assert http.post("/people", data=new | {"role": "admin"}).status_code == 303
        assert http.get("/people").status_code == 401
        assert http.post("/login", data=new).status_code == 303
        for name, role in (("<Ben>", "operator"), ("Cy", "supervisor")):
            assert http.post("/people", data={"name": name, "role": role, "password": PASSWORD}).status_code == 303
        assert http.post("/people", data={"name": "Di", "role": "operator", "password": "short"}).status_code == 422
        assert http.post("/people", data={"name": "ada", "remove": "1"}).status_code == 422
        assert http.post("/people", data={"name": "Cy", "remove": "1"}).status_code == 303
        page = http.get("/people").text
        assert "&lt;Ben&gt;" in page
        assert "account removed" in page
        assert PASSWORD not in page
    assert book.people() == (Person("<Ben>", Role.OPERATOR), Person("Ada", Role.ADMIN))
