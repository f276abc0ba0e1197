"""Scripts and style sheets."""

from __future__ import annotations

from fastapi import FastAPI

from station.page.assets import Assets
from tests.station.page.desk import ask


def test_an_address_changes_with_the_content() -> None:
    """Only the address of this very version may be kept by a browser."""
    one, two = Assets({"a.js": b"1"}), Assets({"a.js": b"2"})
    assert one.root != two.root
    app = FastAPI()
    app.include_router(one.router())
    kept = ask(app, f"{one.root}/a.js")
    assert (kept.content, kept.headers["content-type"]) == (b"1", "text/javascript; charset=utf-8")
    assert "immutable" in kept.headers["cache-control"]
    assert ask(app, "/assets/old/a.js").headers["cache-control"] == "no-cache"
    assert ask(app, f"{one.root}/..%2fapp.py").status_code == 404
