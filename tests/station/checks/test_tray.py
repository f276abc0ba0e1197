"""Counting slides and telling empty places."""

from __future__ import annotations

import pytest

from engines.drawing.canvas import SLIDE_CLASSES
from station.checks.tray import Settings, check
from station.errors import EngineError
from station.types import Barcode, Box, Finding, Measure, Outcome, Region
from tests.station.scenes import BROKEN, ArrayPhoto, blank, region, scene, segmentation

PHOTO = ArrayPhoto(blank(900, 700))


def slides(*places: tuple[int, int]) -> list[Region]:
    """Slides of 50 x 150 px in places (row, column) of 80 x 200 px."""
    return [region("slide", 30 + 80 * col, 20 + 200 * row, 50, 150) for row, col in places]


def judge(
    *regions: Region, settings: Settings | None = None, barcodes: tuple[Barcode, ...] = ()
) -> list[Finding | Measure]:
    """Everything the check says."""
    case = scene(PHOTO, *regions, barcodes=barcodes, segmented=segmentation(PHOTO.size_px, classes=SLIDE_CLASSES))
    return list(check(case, settings or Settings()))


def findings(answers: list[Finding | Measure]) -> list[tuple[str, Outcome]]:
    return [(a.code, a.outcome) for a in answers if isinstance(a, Finding)]


def test_a_full_tray_passes_and_lists_its_slides() -> None:
    """Numbers, rows and columns from 1 in reading order, with the value read on each."""
    there = [(r, c) for r in range(3) for c in range(4)]
    read = (Barcode("010", "DataMatrix", Box(30 + 80 * 2 + 20, 20 + 200 + 60, 10, 10)),)
    answers = judge(*slides(*there[::-1]), barcodes=read)
    assert findings(answers) == [("ok", Outcome.PASS)]
    listed = [a.value for a in answers if isinstance(a, Measure)]
    assert [(s["number"], s["row"], s["col"]) for s in listed] == [  # type: ignore[index]
        (n + 1, r + 1, c + 1) for n, (r, c) in enumerate(there)
    ]
    assert [s["number"] for s in listed if s["specimen"] == ["010"]] == [7]  # type: ignore[index]


def test_an_empty_place_is_named() -> None:
    """Row and column as people count them, and where it is."""
    there = [(r, c) for r in range(3) for c in range(4) if (r, c) != (1, 2)]
    (finding,) = [a for a in judge(*slides(*there)) if isinstance(a, Finding)]
    assert (finding.code, finding.outcome) == ("empty", Outcome.WARN)
    assert "row 2, column 3" in finding.message
    assert finding.where is not None
    assert abs(finding.where.x - (30 + 160)) < 6
    assert abs(finding.where.y - 220) < 6


def test_the_number_of_slides_may_be_asked_for() -> None:
    """Eleven of twelve is FAIL, whatever the places are."""
    there = slides(*[(0, c) for c in range(11)])
    assert findings(judge(*there, settings=Settings(slides=12, empty="off"))) == [("count", Outcome.FAIL)]
    assert findings(judge(*there, settings=Settings(slides=11, empty="off"))) == [("ok", Outcome.PASS)]


def test_loose_slides_cannot_be_told_from_empty_places() -> None:
    """UNKNOWN, unless nobody asks."""
    loose = [
        region("slide", x, y, 50, 150) for x, y in ((10, 10), (95, 14), (160, 8), (45, 220), (120, 225), (400, 220))
    ]
    assert findings(judge(*loose)) == [("not_judged", Outcome.UNKNOWN)]
    assert findings(judge(*loose, settings=Settings(empty="off"))) == [("ok", Outcome.PASS)]


def test_without_slides_or_without_the_class_nothing_is_known() -> None:
    """UNKNOWN each time; a broken engine is told as what it is."""
    assert findings(judge()) == [("not_judged", Outcome.UNKNOWN)]
    assert findings(list(check(scene(PHOTO), Settings()))) == [("not_judged", Outcome.UNKNOWN)]
    with pytest.raises(EngineError):
        list(check(scene(PHOTO, segmented=BROKEN), Settings()))


def test_one_slide_is_no_tray() -> None:
    """Nothing is empty beside it."""
    assert findings(judge(*slides((0, 0)))) == [("ok", Outcome.PASS)]
