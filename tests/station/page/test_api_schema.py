"""Whatever is sent to any route, fitting /openapi.json or not, the application answers and never breaks down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from station.page.app import create_app
from station.page.settings import Settings
from station.people import Book
from station.revisions import Revisions
from station.types import Outcome
from tests.station.page.desk import Station, ask

UNTRIED = {
    ("get", "/api/events"): "never ends; test_api.py reads it",
    ("get", "/readyz"): "503 is its answer when nothing is live; test_health.py",
}
PAGES = ("/wall", "/wall/now", "/looks", "/settings", "/people", "/atlas", "/login", "/reports/report.csv", "/")
FORMS = ("/looks", "/settings", "/people", "/login")
EXAMPLES = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.lists(st.integers(), max_size=2),
)
"""What fits nothing."""


@pytest.fixture
def app(station: Station, tmp_path: Path) -> FastAPI:
    """The whole application over records of every outcome, an open retake and a session among them."""
    for outcome in Outcome:
        station.shoot(outcome)
    book, revisions = Book(tmp_path / "people.sqlite"), Revisions(None, tmp_path / "settings")
    return create_app(Settings(), "stand-1", station.store, station.previews, book, revisions)


def fitting(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a JSON schema, as FastAPI writes it, lets through."""
    if "$ref" in schema:
        return fitting(whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in schema:
        return st.one_of([fitting(one, whole) for one in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "integer":
            return st.integers(schema.get("minimum", -(2**70)), schema.get("maximum", 2**70))
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        case "string":
            return TEXT.filter(lambda text: len(text) >= schema.get("minLength", 0))
        case "object":
            own, needed = schema.get("properties", {}), schema.get("required", ())
            made = {name: fitting(one, whole) for name, one in own.items()}
            optional = {name: made.pop(name) for name in own if name not in needed}
            return st.fixed_dictionaries(made, optional=optional)
        case _:
            return ODD


def operations(whole: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            if (method, path) not in UNTRIED:
                yield method, path, operation


def test_no_operation_of_the_api_breaks_down(app: FastAPI) -> None:
    """Path, query and body that fit and that do not: an answer below 500 to each."""
    whole, tried = app.openapi(), 0
    for method, path, operation in operations(whole):
        tried += 1
        given_by = {
            one["name"]: (one["in"], st.one_of(fitting(one["schema"], whole), ODD))
            for one in operation.get("parameters", ())
        }
        body: Mapping[str, Any] = next(
            iter(operation.get("requestBody", {}).get("content", {}).values()), {"schema": {}}
        )["schema"]
        _try(app, method, path, given_by, st.one_of(fitting(body, whole), ODD))
    assert tried > 15


def _try(
    app: FastAPI,
    method: str,
    path: str,
    given_by: Mapping[str, tuple[str, st.SearchStrategy[Any]]],
    body: st.SearchStrategy[Any],
) -> None:
    @EXAMPLES
    @given(st.fixed_dictionaries({name: values for name, (_, values) in given_by.items()}), body)
    def asked(values: Mapping[str, Any], sent: Any) -> None:
        filled, query, headers = path, {}, {}
        for name, value in values.items():
            where, said = given_by[name][0], str(value)
            if where == "path":
                assume(said not in ("", ".", ".."))
                filled = filled.replace(f"{{{name}}}", quote(said, safe=""))
            elif where == "query":
                query[name] = said
            elif where == "header" and said.isascii() and said.isprintable():
                headers[name.replace("_", "-")] = said.strip()
        more = {} if method == "get" else {"json": sent}
        answer = ask(app, filled, method.upper(), params=query, headers=headers, **more)
        assert answer.status_code < 500, (method, filled, query, sent, answer.text)

    asked()


@EXAMPLES
@given(st.sampled_from(PAGES), st.dictionaries(st.sampled_from(("station", "window", "place", "next", "lang")), TEXT))
def test_no_page_breaks_down(app: FastAPI, page: str, query: Mapping[str, str]) -> None:
    """Whatever stands in its address."""
    assert ask(app, page, params=query).status_code < 500


@EXAMPLES
@given(st.sampled_from(FORMS), st.dictionaries(st.sampled_from(("deed", "lot", "place", "name", "why", "text")), TEXT))
def test_no_form_breaks_down(app: FastAPI, page: str, sent: Mapping[str, str]) -> None:
    """Whatever it is sent with."""
    assert ask(app, page, "POST", data=dict(sent)).status_code < 500
