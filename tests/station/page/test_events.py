"""What the screens are told."""

from __future__ import annotations

import json

from station.page.events import frame, retake_event, shown, worst_finding
from station.page.previews import Previews
from station.records import chains
from station.types import Outcome, WrongAlarm
from tests.station.page.desk import Station, finding


def test_a_frame_is_one_event_of_one_line() -> None:
    """Line breaks in a text cannot end it early."""
    body = frame("record", {"message": "one\ntwo", "name": "ü"}).body.decode()
    assert body.startswith("event: record\ndata: {")
    assert body.count("\n") == 3
    assert json.loads(body.split("data: ")[1]) == {"message": "one\ntwo", "name": "ü"}


def test_a_record_is_shown_with_what_people_said(station: Station) -> None:
    """The numbers of wrong findings in order, each once."""
    record = station.shoot(Outcome.FAIL)
    said = [WrongAlarm(n, record.verdict.capture.id, n, "A", "", record.recorded_at) for n in (2, 0, 2)]
    assert shown(record, Previews(station.previews), said)["wrong_alarms"] == [0, 2]


def test_an_open_retake_says_what_its_newest_photograph_is(station: Station) -> None:
    """Number, attempts, the finding that decided; without that photograph's record the rest is still told."""
    record = station.shoot(Outcome.FAIL)
    (retake,) = station.store.ask(chains.open_ones)
    told = retake_event(retake, record, Previews(station.previews))
    assert (told["check"], told["code"], told["attempts"]) == ("label_sharpness", "blurred", 1)
    assert told["thumb"].endswith("thumb.jpg")
    assert retake_event(retake, None, Previews(station.previews))["outcome"] is None
    assert worst_finding(station.shoot(findings=(finding(Outcome.PASS),))) is None
