"""Reports over a real store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from station.errors import ConfigError
from station.page.reports import of_session, of_view, to_file
from station.page.wall import View
from station.page.words import words_of
from station.records import sessions
from station.types import Outcome, Session
from tests.station.page.desk import Station, page_process

WORDS = words_of("en")


def begun(station: Station, operator: str = "Ada", job: str = "moss") -> Session:
    """A session that runs from now on."""
    work = partial(sessions.start, station="stand-1", rig="default", operator=operator, job=job, at=datetime.now(UTC))
    return station.store.note(work)


def test_a_session_reports_its_own_captures_only(station: Station) -> None:
    """Not those before it, nor those of the next operator; the head says who, on what, and how it was signed off."""
    station.shoot(Outcome.PASS)
    first = begun(station)
    mine = [station.shoot(outcome).sequence for outcome in (Outcome.PASS, Outcome.FAIL)]
    begun(station, "Ben")
    station.shoot(Outcome.PASS)
    ended = station.store.ask(partial(sessions.get, number=first.number))
    assert ended is not None
    report = of_session(station.store, ended, "T", datetime.now(UTC), WORDS)
    assert [record.sequence for record in report.records()] == mine
    assert report.document.facts[1].value == "2"
    assert any("Ada" in line and "moss" in line for line in report.document.about)


def test_a_time_reports_what_the_wall_shows(station: Station) -> None:
    """Narrowed to an operator, too."""
    station.shoot(Outcome.PASS)
    begun(station)
    two = station.shoot(Outcome.PASS)
    every = of_view(station.store, View(), "T", datetime.now(UTC), WORDS)
    hers = of_view(station.store, View(operator="Ada"), "T", datetime.now(UTC), WORDS)
    assert (every.document.facts[1].value, hers.document.facts[1].value) == ("2", "1")
    assert [record.sequence for record in hers.records()] == [two.sequence]
    later = of_view(station.store, View(), "T", datetime.now(UTC) + timedelta(days=2), WORDS)
    assert list(later.records()) == []


def test_files_are_written_by_their_ending(station: Station, tmp_path: Path) -> None:
    """An HTML file carries its own styles; other endings and sessions that never were are refused."""
    station.shoot(Outcome.PASS)
    write = partial(to_file, station.store, title="T", session=None, window="day")
    for name, begin in (("a.html", b"<!doctype html>"), ("a.pdf", b"%PDF"), ("a.csv", b"sequence,")):
        write(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begin)
    assert b"<style>" in (tmp_path / "a.html").read_bytes()
    assert b'<link rel="stylesheet"' not in (tmp_path / "a.html").read_bytes()
    for out, more in (("a.doc", {}), ("a.pdf", {"window": "century"}), ("a.pdf", {"session": 99})):
        with pytest.raises(ConfigError):
            write(tmp_path / out, **more)


def test_the_page_gives_reports(station: Station, tmp_path: Path) -> None:
    """Each kind with its type; a session that is not there is 404, Parquet without pyarrow says what it needs."""
    station.shoot(Outcome.FAIL)
    with page_process(tmp_path) as (_, address), httpx.Client(base_url=address, timeout=30) as http:
        for kind, media in (("html", "text/html"), ("pdf", "application/pdf"), ("csv", "text/csv")):
            answer = http.get(f"/reports/report.{kind}").raise_for_status()
            assert answer.headers["content-type"].startswith(media)
        assert http.get("/reports/report.pdf", params={"session": 7}).status_code == 404
        parquet = http.get("/reports/report.parquet")
        assert parquet.status_code == (200 if find_spec("pyarrow") else 501)
        assert parquet.content.startswith(b"PAR1") or not find_spec("pyarrow")
        assert http.get("/reports/wrong-alarms.zip").raise_for_status().content.startswith(b"PK")
        assert http.get("/reports/report.doc").status_code == 422
