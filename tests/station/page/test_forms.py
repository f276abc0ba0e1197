"""What a browser sends."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from station.page.forms import LONGEST, Form
from tests.station.page.desk import ask

APP = FastAPI()


@APP.post("/")
async def told(held: Form) -> dict[str, str]:
    return held


@pytest.mark.parametrize(
    ("body", "held"),
    [
        (b"a=1&b=x+y%0D%0Az", {"a": "1", "b": "x y\nz"}),
        (b"a=1&a=2&&&=", {"a": "1", "": ""}),
        (b"\xff=\xfe", {"\ufffd": "\ufffd"}),
        (b"", {}),
        (b"a=" + b"x" * LONGEST, {}),
    ],
)
def test_a_form_is_names_and_values(body: bytes, held: dict[str, str]) -> None:
    """The first value of a name counts; what is no form, or far too long, is empty."""
    assert ask(APP, "/", "POST", content=body).json() == held
