"""Fingers, gloves and tools in the frame."""

from __future__ import annotations

from station.checks.foreign_object import Settings, check
from station.types import Finding, Outcome, Region
from tests.station.scenes import ArrayPhoto, blank, region, scene, segmentation

PHOTO = ArrayPhoto(blank(1000, 800))
SLIDE = region("slide", 300, 100, 200, 600)


def judge(*regions: Region) -> list[tuple[str, Outcome]]:
    """Code and outcome of each finding."""
    return [(a.code, a.outcome) for a in check(scene(PHOTO, *regions), Settings()) if isinstance(a, Finding)]


def test_a_clean_frame_passes() -> None:
    """One slide and nothing else."""
    assert judge(SLIDE) == [("ok", Outcome.PASS)]


def test_a_finger_on_the_slide_fails() -> None:
    """A tenth of the slide is covered."""
    assert judge(SLIDE, region("foreign_object", 400, 650, 150, 150)) == [("covering", Outcome.FAIL)]


def test_a_glove_beside_the_slide_warns() -> None:
    """It covers nothing but takes a tenth of the frame."""
    assert judge(SLIDE, region("foreign_object", 600, 500, 300, 300)) == [("in_frame", Outcome.WARN)]


def test_the_finger_hole_of_a_tray_is_small_and_beside() -> None:
    """Nothing to tell."""
    assert judge(SLIDE, region("foreign_object", 370, 60, 60, 39)) == [("ok", Outcome.PASS)]


def test_an_uncertain_thing_is_not_judged() -> None:
    """UNKNOWN below the confidence."""
    doubtful = region("foreign_object", 400, 650, 150, 150, confidence=0.3)
    assert judge(SLIDE, doubtful) == [("not_judged", Outcome.UNKNOWN)]


def test_a_model_without_the_class_cannot_judge() -> None:
    """UNKNOWN."""
    case = scene(PHOTO, SLIDE, segmented=segmentation(PHOTO.size_px, classes=("background", "slide")))
    (finding,) = check(case, Settings())
    assert isinstance(finding, Finding)
    assert finding.outcome is Outcome.UNKNOWN
