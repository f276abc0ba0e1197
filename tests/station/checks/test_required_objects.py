"""Counting what must lie in the frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from station.checks.required_objects import Settings, check
from station.types import Barcode, Box, Finding, Outcome, Region, Rig, Scene, Share
from tests.station.scenes import ArrayPhoto, blank, region, scene, segmentation

PHOTO = ArrayPhoto(blank(600, 900))
LABEL, BARCODE = region("label", 10, 10, 90, 40), region("barcode", 200, 10, 90, 40)


def judge(required: Mapping[str, int], *regions: Region, case: Scene | None = None) -> list[Finding]:
    """The findings alone."""
    answers = check(scene(PHOTO, *regions, required=required) if case is None else case, Settings())
    return [answer for answer in answers if isinstance(answer, Finding)]


def test_everything_there_passes() -> None:
    """One PASS names the classes."""
    (finding,) = judge({"label": 1, "barcode": 1}, LABEL, BARCODE)
    assert finding.outcome is Outcome.PASS
    assert "label, barcode" in finding.message


def test_each_missing_class_is_one_alarm() -> None:
    """The object and the remedy are named."""
    findings = judge({"label": 1, "barcode": 1, "scale_bar": 1}, LABEL)
    assert [(f.code, f.outcome) for f in findings] == [("missing", Outcome.FAIL)] * 2
    assert "scale bar" in findings[1].message
    assert "scale bar" in findings[1].remedy


def test_too_few_is_missing() -> None:
    """Two labels are required, one is there."""
    (finding,) = judge({"label": 2}, LABEL)
    assert (finding.code, finding.value, finding.limit) == ("missing", 1, 2)


def test_an_uncertain_object_is_not_judged() -> None:
    """Half-seen is neither there nor missing."""
    doubtful = region("label", 10, 10, 90, 40, confidence=0.3)
    (finding,) = judge({"label": 1}, doubtful)
    assert (finding.code, finding.outcome) == ("not_judged", Outcome.UNKNOWN)
    assert finding.where == doubtful.box


def test_chart_and_sheet_are_other_checks_business() -> None:
    """One fault rings once."""
    (finding,) = judge({"colour_chart": 1, "sheet": 1})
    assert finding.outcome is Outcome.PASS


def test_a_barcode_that_was_read_is_there() -> None:
    """Reading proves more than an outline."""
    read = (Barcode("E00012345", "Code128", Box(1, 2, 3, 4)),)
    (finding,) = judge({}, case=scene(PHOTO, barcodes=read, required={"barcode": 1}))
    assert finding.outcome is Outcome.PASS


def test_a_model_that_lacks_the_class_cannot_judge() -> None:
    """UNKNOWN, with a remedy."""
    case = scene(PHOTO, required={"stamp": 1}, segmented=segmentation(PHOTO.size_px, classes=("background", "sheet")))
    (finding,) = judge({}, case=case)
    assert (finding.code, finding.outcome) == ("not_judged", Outcome.UNKNOWN)


def test_an_object_outside_its_zone_is_told() -> None:
    """The rig's label lies in the lower half: one up there alone is WARN, one of two down there is enough."""
    low = region("label", 10, 800, 90, 40)
    zoned = dataclasses.replace(Rig("drawn"), zones={"label": Share(0.0, 0.5, 1.0, 0.5)})
    for regions, codes in (((LABEL,), ["wrong_zone"]), ((LABEL, low), ["ok"]), ((), ["missing"])):
        case = dataclasses.replace(scene(PHOTO, *regions, required={"label": 1}), rig=zoned)
        assert [finding.code for finding in judge({}, case=case)] == codes
