"""The capture that is looked at a second time, as HTML."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from station.page.feed import Feed
from station.page.lots import Plan
from station.page.previews import Previews
from station.page.sample import form, open_lot
from station.page.words import words_of
from station.types import Answer, Look, Lot, Outcome
from tests.station.page.desk import Station

WORDS = words_of("en")
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
LOT = Lot(7, "stand-1", 1, 2, 2, "normal", False, NOW, "Zoe")


def shown(station: Station, *looks: Look, place: int | None = None, language: str = "en") -> str:
    feed = Feed(station.store, "stand-1", Previews(station.previews), 2.5, 0.05, lambda record: None)
    return open_lot(feed, Plan("stand-1", (), LOT, looks, 0, ()), place, words_of(language))


def test_the_first_that_nobody_looked_at_is_shown(station: Station) -> None:
    """With its picture, finding and number; when all are done, the button that closes the lot."""
    good = station.shoot(Outcome.PASS, specimen=("<E1>",))
    bad = station.shoot(Outcome.FAIL, specimen=("E2",))
    one = Look(7, 1, good.verdict.capture.id, Answer.AGREES)
    two = Look(7, 2, bad.verdict.capture.id)
    page = shown(station, one, two)
    for told in ("Lot 7: 1 of 2", "E2", "Label blurred", "crop-0.jpg", "photo.jpg"):
        assert told in page, told
    assert "Close the lot" not in page
    assert "&lt;E1&gt;" in shown(station, one, two, place=1)
    done = shown(station, one, dataclasses.replace(two, answer=Answer.MISSED))
    assert "Close the lot" in done
    assert "1 missed defects" in done


def test_a_finding_is_told_in_the_supervisor_s_language(station: Station) -> None:
    """The atlas's title; the check's own sentence below it is marked as English."""
    page = shown(station, Look(7, 1, station.shoot(Outcome.FAIL).verdict.capture.id), language="de")
    assert '<b>Ein Etikett ist unscharf</b><span lang="en">The label is blurred.</span>' in page


def test_a_pass_gave_no_alarm(station: Station) -> None:
    """So none can be called wrong; a capture without pictures or record is said to have none."""
    good = station.shoot(Outcome.PASS, pictures=False)
    page = shown(station, Look(7, 1, good.verdict.capture.id))
    assert 'value="3" aria-pressed="false" disabled' in page
    assert WORDS["photo_none"] in page
    assert WORDS["no_capture"] in shown(station, Look(7, 1, "00ff"))


def test_what_stands_in_a_form_is_text() -> None:
    """A station may be called anything."""
    assert '"><b>' not in form('"><b>', {"lot": 1}, "")
