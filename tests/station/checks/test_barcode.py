"""What is said about the values read."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.checks import barcode
from station.checks.barcode import Settings
from station.errors import EngineError
from station.types import Barcode, Box, Capture, Finding, Outcome, Region, Scene, Stamp, Verdict
from tests.station.scenes import BROKEN, ArrayPhoto, blank, region, scene

PHOTO = ArrayPhoto(blank(600, 900))
BARS = region("barcode", 200, 10, 90, 40)
PATTERN = r"[A-Z]{1,3}\d{8}"


def value(text: str) -> Barcode:
    """A value as identify.py gives it."""
    return Barcode(text, "Code128", Box(200, 10, 90, 40))


def case(*read: str, regions: tuple[Region, ...] = (BARS,), required: int = 1, name: str = "IMG_1.jpg") -> Scene:
    """A scene in which these values were read."""
    values = tuple(value(text) for text in read)
    return scene(PHOTO, *regions, barcodes=values, required={"barcode": required}, pattern=PATTERN, name=name)


def judge(case: Scene) -> list[tuple[str, Outcome]]:
    """Code and outcome of each finding."""
    answers = barcode.check(case, Settings())
    return [(answer.code, answer.outcome) for answer in answers if isinstance(answer, Finding)]


def test_one_number_that_fits_passes() -> None:
    """The ordinary case."""
    assert judge(case("E00012345")) == [("ok", Outcome.PASS)]


def test_an_outline_without_value_is_unreadable() -> None:
    """Required or not: a barcode that lies there should be read."""
    assert judge(case()) == [("unreadable", Outcome.FAIL)]
    assert judge(case(required=0)) == [("unreadable", Outcome.FAIL)]


def test_nothing_required_and_nothing_there_passes() -> None:
    """No alarm for collections without barcodes; FAIL where one is required."""
    assert judge(case(regions=(), required=0)) == [("ok", Outcome.PASS)]
    assert judge(case(regions=())) == [("unreadable", Outcome.FAIL)]


def test_an_uncertain_outline_is_not_judged() -> None:
    """It may be a ruler."""
    doubtful = region("barcode", 200, 10, 90, 40, confidence=0.2)
    assert judge(case(regions=(doubtful,), required=0)) == [("not_judged", Outcome.UNKNOWN)]


def test_a_value_of_another_kind_breaks_the_pattern() -> None:
    """A library's barcode is no specimen number; beside one it does no harm."""
    assert judge(case("9783161484100")) == [("pattern", Outcome.FAIL)]
    assert judge(case("9783161484100", "E00012345")) == [("ok", Outcome.PASS)]


def test_two_specimen_numbers_conflict() -> None:
    """Two different numbers; the same one twice is none."""
    assert judge(case("E00012345", "E00012346")) == [("conflicting", Outcome.FAIL)]
    assert judge(case("E00012345", "E00012345")) == [("ok", Outcome.PASS)]


def test_a_file_named_after_another_specimen_is_a_mismatch() -> None:
    """Only a name that is itself a specimen number is compared."""
    assert judge(case("E00012345", name="E00099999.cr2")) == [("mismatch", Outcome.FAIL)]
    assert judge(case("E00012345", name="E00012345.cr2")) == [("ok", Outcome.PASS)]
    assert judge(case("E00012345", name="IMG_0042.jpg")) == [("ok", Outcome.PASS)]


def test_a_value_counts_without_the_engine() -> None:
    """Reading the whole photograph needs no class map; failing to read needs one."""
    read = scene(PHOTO, barcodes=(value("E00012345"),), pattern=PATTERN, segmented=BROKEN)
    assert judge(read) == [("ok", Outcome.PASS)]
    with pytest.raises(EngineError):
        judge(scene(PHOTO, segmented=BROKEN))


def test_a_failed_identification_is_raised() -> None:
    """The line turns it into UNKNOWN."""
    with pytest.raises(EngineError):
        judge(scene(PHOTO, barcodes=BROKEN))


def before(number: str, outcome: Outcome = Outcome.PASS, capture_id: str = "1" * 16) -> Verdict:
    """The verdict of an earlier photograph that showed this number."""
    capture = Capture(capture_id, Path("IMG_0.jpg"), "", datetime(2026, 1, 1, tzinfo=UTC), 1, Stamp(1, 2, 3, 4))
    findings = (Finding("file", "ok", outcome, "Said.", "Do."),)
    return Verdict(capture, "p", "r", (9, 9), (number,), findings, {}, (), None, "", "")


def test_a_number_seen_shortly_before_is_a_duplicate() -> None:
    """Within the look-back; an older one, another number and the same file judged again are none."""
    first = before("E00012345")
    others = tuple(before(f"E{n:08}", capture_id=f"{n:016}") for n in range(60))
    seen = dataclasses.replace(case("E00012345"), recent=(first, *others[:5]))
    assert judge(seen) == [("duplicate", Outcome.WARN)]
    assert judge(dataclasses.replace(seen, recent=(first, *others))) == [("ok", Outcome.PASS)]
    assert judge(dataclasses.replace(seen, recent=others[:5])) == [("ok", Outcome.PASS)]
    again = before("E00012345", capture_id="0" * 16)
    assert judge(dataclasses.replace(seen, recent=(again,))) == [("ok", Outcome.PASS)]


def test_the_retake_of_a_failed_photograph_is_no_duplicate() -> None:
    """The newest one counts: after a good one, a second is a duplicate again."""
    failed, good = before("E00012345", Outcome.FAIL), before("E00012345", capture_id="2" * 16)
    seen = case("E00012345")
    assert judge(dataclasses.replace(seen, recent=(failed,))) == [("ok", Outcome.PASS)]
    assert judge(dataclasses.replace(seen, recent=(failed, good))) == [("duplicate", Outcome.WARN)]


def test_without_a_pattern_numbers_of_one_form_conflict() -> None:
    """A shop's barcode beside the specimen's is none."""
    without = dataclasses.replace(case().profile, barcode_pattern=None)
    two = dataclasses.replace(case("E00012345", "E00012346"), profile=without)
    assert judge(two) == [("conflicting", Outcome.FAIL)]
    assert judge(dataclasses.replace(case("E00012345", "4006381333931"), profile=without)) == [("ok", Outcome.PASS)]


def test_a_missing_barcode_is_told_once() -> None:
    """Where required_objects was asked, it tells."""
    said = Finding("required_objects", "missing", Outcome.FAIL, "No barcode was found.", "Lay it in the frame.")
    nothing = case(regions=())
    assert judge(dataclasses.replace(nothing, said=(said,))) == [("ok", Outcome.PASS)]
    assert judge(nothing) == [("unreadable", Outcome.FAIL)]
    assert judge(dataclasses.replace(case(), said=(said,))) == [("unreadable", Outcome.FAIL)]
