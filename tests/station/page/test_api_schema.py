"""Whatever is sent to any route, fitting /openapi.json or not, the application answers and never breaks down."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.page.app import create_app
from station.page.settings import Settings
from station.people import Book
from station.revisions import Revisions
from station.types import Outcome
from tests.station.page.desk import Station, ask, page_process

UNTRIED = {
    "/api/events": "never ends; test_api.py reads it",
    "/readyz": "503 is its answer when nothing is live; test_health.py",
}
PAGES = ("/wall", "/wall/now", "/looks", "/settings", "/people", "/atlas", "/login", "/reports/report.csv", "/")
FORMS = ("/looks", "/settings", "/people", "/login")
EXAMPLES = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.fixture
def app(station: Station, tmp_path: Path) -> FastAPI:
    """The whole application over records of every outcome, an open retake and a session among them."""
    for outcome in Outcome:
        station.shoot(outcome)
    book, revisions = Book(tmp_path / "people.sqlite"), Revisions(None, tmp_path / "settings")
    return create_app(Settings(), "stand-1", station.store, station.previews, book, revisions)


@pytest.mark.parametrize(
    ("phases", "existing"), [("fuzzing,stateful", False), ("coverage,fuzzing", True)], ids=["made-up", "existing"]
)
def test_schemathesis_finds_no_operation_that_breaks_down(tmp_path: Path, phases: str, existing: bool) -> None:
    """Made-up values and chains of requests, then boundary values of a capture that exists, sent to a running page."""
    station, config, report = Station(tmp_path), tmp_path / "schemathesis.toml", tmp_path / "report.json"
    records = [station.shoot(outcome) for outcome in Outcome]
    known = f'"path.capture_id" = "{records[-1].verdict.capture.id}"\n"path.number" = 1\n'
    config.write_text("[parameters]\n" + known * existing)
    schemathesis = str(Path(sys.executable).with_name("schemathesis"))
    with page_process(tmp_path) as (_, url):
        command = [schemathesis, "--config-file", str(config), "run", f"{url}/openapi.json"]
        left_out = [word for path in UNTRIED for word in ("--exclude-path", path)]
        how = ["--phases", phases, "--checks=not_a_server_error", "--seed=1", "--max-examples=10"]
        kept = ["--generation-database=none", "--report-json-path", str(report)]
        said = subprocess.run([*command, *left_out, *how, *kept], capture_output=True, text=True, cwd=tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
    told = json.loads(report.read_text())
    assert told["complete"]
    assert told["operations"]["tested"] == told["operations"]["total"] - len(UNTRIED) > 15
    missed = [name for name in told["warnings"]["missing_test_data"] if "{capture_id}" in name]
    assert bool(missed) is not existing


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
