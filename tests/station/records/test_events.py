"""The JSON object of a verdict: complete, valid, and enough to build the verdict again."""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from station.records import event, record_event, verdict_from_event
from station.records.events import plain, shown
from station.types import Box, Capture, Engine, Finding, Outcome, Record, Region, Stamp, Verdict

texts = st.text(max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
words = st.integers(0, 2**64 - 1)
moments = st.datetimes(timezones=st.just(UTC))
boxes = st.builds(Box, *[st.integers(-(10**6), 10**6)] * 4)
names = st.binary(min_size=1, max_size=30).map(lambda raw: raw.replace(b"\0", b"\xff"))
paths = names.map(lambda raw: Path("/inbox") / os.fsdecode(raw))
stamps = st.builds(Stamp, words, words, words, words)
captures = st.builds(Capture, texts, paths, texts, moments, words, stamps, st.lists(paths, max_size=2).map(tuple))
findings = st.builds(
    Finding,
    *(texts, texts, st.sampled_from(Outcome), texts, texts),
    *(st.none() | numbers, st.none() | numbers, texts, st.none() | boxes),
)
polygons = arrays(np.float32, st.tuples(st.integers(1, 6), st.just(2)), elements=st.floats(-1e6, 1e6, width=32))
regions = st.builds(Region, texts, polygons, numbers, numbers)
engines = st.builds(Engine, texts, texts, texts, texts, texts)
measures = st.fixed_dictionaries(
    {},
    optional={
        "skew_deg": numbers,
        "sheet_corners_px": arrays(np.float32, (4, 2), elements=st.floats(-1e6, 1e6, width=32)),
        "labels": st.lists(st.dictionaries(st.sampled_from(["legible", "bbox"]), st.none() | st.booleans() | boxes)),
        "local": st.dictionaries(texts, st.lists(numbers | texts, max_size=3).map(tuple), max_size=2),
    },
)
verdicts = st.builds(
    Verdict,
    *(captures, texts, texts, st.none() | st.tuples(st.integers(1, 10**6), st.integers(1, 10**6))),
    *(st.lists(texts, max_size=2).map(tuple), st.lists(findings, max_size=3).map(tuple), measures),
    *(st.lists(regions, max_size=3).map(tuple), st.none() | engines, texts, texts),
    st.dictionaries(texts, numbers, max_size=3),
)

HERE = Capture("ab" * 8, Path("/inbox/a.jpg"), "ab" * 32, datetime.now(UTC), 5, Stamp(1, 2, 5, 4))


def verdict(**changes: Any) -> Verdict:
    held: dict[str, Any] = {
        "capture": HERE,
        "profile": "p",
        "rig": "r",
        "size_px": None,
        "specimen": (),
        "findings": (),
    }
    held |= {"measures": {}, "regions": (), "engine": None, "config_digest": "c", "software": "0.1.0"}
    return Verdict(**held | changes)


def through_json(made: dict[str, Any]) -> Any:
    return json.loads(json.dumps(made, allow_nan=False, ensure_ascii=False).encode("utf-8"))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(verdicts)
def test_a_verdict_survives_the_round_trip(given: Verdict) -> None:
    """Every field comes back equal, through real JSON bytes; measures come back in the form of the event."""
    made = event(given)
    back = verdict_from_event(through_json(made))
    for name in ("capture", "profile", "rig", "size_px", "specimen", "findings", "engine", "config_digest", "software"):
        assert getattr(back, name) == getattr(given, name)
    assert back.seconds == given.seconds
    assert back.outcome is given.outcome
    assert back.measures == made["measures"]
    for mine, theirs in zip(back.regions, given.regions, strict=True):
        assert (mine.name, mine.area_px, mine.confidence) == (theirs.name, theirs.area_px, theirs.confidence)
        assert np.array_equal(mine.polygon, theirs.polygon)
    assert event(back) == made


@settings(deadline=None)
@given(st.text(st.characters(), max_size=20))
def test_shown_text_is_unicode_and_stays(text: str) -> None:
    """Any text, lone surrogates included, becomes valid Unicode, and a second time changes nothing."""
    once = shown(text)
    once.encode("utf-8")
    assert shown(once) == once
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert once == text


def test_a_name_that_is_no_utf8_is_shown_with_backslashes() -> None:
    r"""The byte ff is shown as \xff wherever the name stands, and a real backslash is not taken for one."""
    path = Path(os.fsdecode(b"/inbox/\xc3\xa9\xff.jpg"))
    made = event(verdict(capture=Capture("1", path, "", HERE.seen_at, 5, HERE.stamp)))
    assert made["path"] == r"/inbox/é\xff.jpg"
    assert made["capture"]["file"] == "/inbox/%C3%A9%FF.jpg"
    assert verdict_from_event(through_json(made)).capture.path == path
    literal = Path(r"/inbox/é\xff.jpg")
    again = event(verdict(capture=Capture("1", literal, "", HERE.seen_at, 5, HERE.stamp)))
    assert verdict_from_event(through_json(again)).capture.path == literal


def test_the_object_has_every_promised_key() -> None:
    """A script may rely on each key of the contract, also in the verdict of an unreadable file."""
    made = event(verdict(measures={"labels": [{"bbox": Box(1, 2, 3, 4)}], "charts": [{}]}))
    promised = ["path", "capture_id", "sha256", "size_px", "profile", "outcome", "specimen", "findings", "measures"]
    assert list(made)[:12] == [*promised, "regions", "engine", "seconds"]
    lists = ["labels", "charts", "slides"]
    assert list(made["measures"]) == ["skew_deg", "orientation_deg", "sheet_corners_px", "ppi", *lists]
    (label,), (chart,) = made["measures"]["labels"], made["measures"]["charts"]
    assert list(label) == ["bbox", "legible", "edge_width_px", "x_height_px", "blur_kind"]
    assert label["bbox"] == [1, 2, 3, 4]
    assert list(chart) == ["bbox", "kind", "mean_de2000", "max_de2000", "white_balance_de"]
    assert list(made["seconds"]) == ["decode", "segment", "checks", "total"]
    assert made["outcome"] == "UNKNOWN"
    region = Region("label", np.array([[0, 0], [9.5, 0], [9, 5]], dtype=np.float32), 20.0, 0.5)
    finding = Finding("file", "unreadable", Outcome.FAIL, "Not a photograph.", where=Box(1, 2, 3, 4))
    full = event(verdict(regions=(region,), findings=(finding,), engine=Engine("m", "s", "b", "p", "v")))
    assert list(full["regions"][0]) == ["class", "bbox", "polygon", "confidence", "area_px"]
    assert full["regions"][0]["bbox"] == [0, 0, 10, 5]
    keys = ["check", "code", "outcome", "message", "remedy", "value", "limit", "unit", "where"]
    assert list(full["findings"][0]) == keys
    assert full["findings"][0]["where"] == [1, 2, 3, 4]
    assert full["engine"] == {"model": "m", "model_sha256": "s", "backend": "b", "precision": "p", "version": "v"}


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf, np.float32("nan"), np.float64("inf")])
def test_no_figure_is_ever_nan(figure: float) -> None:
    """What is no finite number is null wherever it stands, since JSON knows neither NaN nor infinity."""
    finding = Finding("c", "d", Outcome.UNKNOWN, "m", value=figure, limit=figure)
    region = Region("label", np.zeros((1, 2), dtype=np.float32), figure, figure)
    taken = {"skew_deg": figure, "array": np.array([figure, 1]), "labels": [{"edge_width_px": figure}]}
    made = event(verdict(findings=(finding,), regions=(region,), measures=taken, seconds={"total": figure}))
    through_json(made)
    assert made["findings"][0]["value"] is made["findings"][0]["limit"] is made["measures"]["skew_deg"] is None
    assert made["measures"]["array"] == [None, 1.0]
    assert made["seconds"]["total"] is None
    assert math.isnan(verdict_from_event(made).regions[0].area_px)


def test_figures_of_any_make_are_json_numbers() -> None:
    """numpy's numbers are numbers in the object too, and a float32 is not drawn out to 17 digits."""
    finding = Finding("c", "d", Outcome.PASS, "m", value=np.float32(0.5), limit=3)  # type: ignore[arg-type]
    made = event(
        verdict(
            findings=(finding,),
            measures={"n": np.int64(3), "b": np.bool_(True), "a": np.array([0.1], dtype=np.float32)},
        )
    )
    assert json.dumps(made["findings"][0]["value"]) == "0.5"
    assert json.dumps([made["measures"][name] for name in "nba"]) == "[3, true, [0.1]]"


def test_what_json_does_not_know_is_told_as_text() -> None:
    """A measure of a kind of its own does not keep the verdict from being recorded."""
    odd = {"path": Path("/a"), "raw": b"\xff", "kind": Outcome.PASS, "set": {1}, "number": 1j, 5: None}
    known = {"path": "/a", "raw": "b'\\xff'", "kind": "PASS", "set": [1], "number": "1j", "5": None}
    assert plain(odd) == known


def test_the_record_says_where_and_when() -> None:
    """An event on the wire is the judge object plus station, rig, operator, sequence and what it retakes."""
    record = Record(7, datetime(2026, 5, 1, 12, tzinfo=UTC), "stand\udcff", verdict())
    made = record_event(record)
    added = {"station": r"stand\xff", "rig": "r", "operator": None, "sequence": 7, "retake_of": None}
    added |= {"job": None, "session": None, "retake": None, "attempt": 1, "replaced_by": None}
    assert made == event(record.verdict) | added | {"recorded_at": "2026-05-01T12:00:00+00:00"}


def test_what_a_newer_version_adds_is_passed_over() -> None:
    """An object with more keys than this version knows still gives its verdict."""
    made = event(verdict(engine=Engine("m", "s", "b", "p", "v"), findings=(Finding("c", "d", Outcome.PASS, "m"),)))
    for place in (made, made["engine"], made["findings"][0], made["capture"], made["capture"]["stamp"]):
        place["tomorrow"] = 1
    assert verdict_from_event(made).findings == (Finding("c", "d", Outcome.PASS, "m"),)
