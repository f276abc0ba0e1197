"""The nouns: outcomes are ordered and are no truth values, arrays are checked, a scene raises why it failed."""

from __future__ import annotations

import numpy as np
import pytest

from station.types import Finding, Maps, Outcome, Region, Verdict
from tests.station.scenes import BROKEN, ArrayPhoto, blank, region, scene


def test_not_judged_is_worse_than_a_warning_and_never_a_pass() -> None:
    """PASS < WARN < UNKNOWN < FAIL."""
    assert sorted([Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.WARN]) == [
        Outcome.PASS, Outcome.WARN, Outcome.UNKNOWN, Outcome.FAIL,
    ]  # fmt: skip


def test_an_outcome_is_no_truth_value() -> None:
    """`if outcome:` would take "not judged" for yes; it is refused."""
    with pytest.raises(TypeError, match="compare it"):
        bool(Outcome.PASS)


def test_a_verdict_is_as_bad_as_its_worst_finding_and_nothing_is_not_judged() -> None:
    """No finding at all is UNKNOWN."""
    capture = scene(ArrayPhoto(blank(4, 4))).capture

    def of(*outcomes: Outcome) -> Outcome:
        findings = tuple(Finding("c", "x", outcome, "") for outcome in outcomes)
        return Verdict(capture, "p", "r", None, (), findings, {}, (), None, "d", "s").outcome

    assert of(Outcome.PASS, Outcome.UNKNOWN, Outcome.WARN) is Outcome.UNKNOWN
    assert of() is Outcome.UNKNOWN


def test_arrays_of_another_shape_or_type_are_refused() -> None:
    """Maps and polygons check what they are given."""
    maps = np.zeros((1, 4, 4), np.uint8)
    with pytest.raises(ValueError, match="confidence must be uint8"):
        Maps(maps, maps.astype(np.float32), maps, np.zeros((1, 4), np.float32), np.zeros((1, 4, 1, 1), np.uint8))
    with pytest.raises(ValueError, match="polygon must be float32"):
        Region("label", np.zeros((4, 2)), 1.0, 1.0)  # type: ignore[arg-type]


def test_a_region_lies_in_its_box() -> None:
    """The box is the smallest of whole pixels round the polygon."""
    box = region("label", 10.4, 20.6, 30.2, 40.1).box
    assert (box.x, box.y) == (10, 20)
    assert (box.x + box.w, box.y + box.h) == (41, 61)


def test_a_scene_without_an_engine_raises_its_reason() -> None:
    """Asking for regions or the class map raises the very error that the engine gave."""
    broken = scene(ArrayPhoto(blank(4, 4)), segmented=BROKEN)
    for ask in (lambda: broken.regions, lambda: broken.segmentation, lambda: broken.of("label")):
        with pytest.raises(type(BROKEN), match=str(BROKEN)):
            ask()


def test_a_scene_gives_regions_of_one_class_largest_first() -> None:
    """And the rig's required objects take the place of the profile's."""
    seen = scene(ArrayPhoto(blank(99, 99)), region("label", 0, 0, 5, 5), region("label", 0, 9, 30, 9))
    assert [r.area_px for r in seen.of("label")] == [270.0, 25.0]
    assert seen.of("stamp") == ()
