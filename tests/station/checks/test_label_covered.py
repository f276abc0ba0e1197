"""Labels under coverslips and other labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.checks.label_covered import Settings, check, spaced, whole
from station.types import Finding, Outcome, Region
from tests.station.scenes import ArrayPhoto, blank, region, scene, segmentation

PHOTO = ArrayPhoto(blank(400, 900))
CLASSES = ("background", "slide", "label", "coverslip")
LABEL = region("label", 100, 100, 200, 150)


def circle(x: float, y: float, radius: float, above: float = 1e9) -> Region:
    """A round coverslip; what lies above the line y = `above` is hidden."""
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.stack([x + radius * np.cos(a), y + radius * np.sin(a)], axis=1)
    return Region("coverslip", ring[ring[:, 1] > above if above < 1e9 else slice(None)].astype(np.float32), 1.0, 0.9)


def judge(*regions: Region) -> list[Finding]:
    """The findings."""
    case = scene(PHOTO, *regions, segmented=segmentation(PHOTO.size_px, classes=CLASSES))
    return [a for a in check(case, Settings()) if isinstance(a, Finding)]


def test_free_labels_pass() -> None:
    """A coverslip 50 px away and a label beside it."""
    (finding,) = judge(LABEL, region("label", 100, 600, 200, 200), circle(200, 400, 100))
    assert finding.outcome is Outcome.PASS


def test_a_coverslip_over_the_label_warns() -> None:
    """A third of the label lies under it."""
    (finding,) = judge(LABEL, region("coverslip", 100, 200, 200, 200))
    assert (finding.code, finding.outcome) == ("covered", Outcome.WARN)
    assert finding.value == pytest.approx(100 / 3, abs=0.5)
    assert finding.where == LABEL.box


def test_of_two_labels_the_larger_is_covered() -> None:
    """The small slip lies on it; one finding, at the large one."""
    (finding,) = judge(LABEL, region("label", 250, 120, 100, 80))
    assert finding.where == LABEL.box
    assert "another label" in finding.message


def test_a_circle_that_a_label_hides_in_part_is_a_whole_circle() -> None:
    """Of a coverslip only the part below the label shows; the check counts the hidden part."""
    half = circle(200, 260, 100, above=250)
    assert np.ptp(whole(half)[:, 1]) == pytest.approx(200, abs=6)
    (finding,) = judge(LABEL, half)
    assert finding.code == "covered"


@given(turn=st.floats(0, 90), long=st.floats(60, 200), short=st.floats(60, 200))
def test_a_rectangle_is_no_circle(turn: float, long: float, short: float) -> None:
    """Of any shape and direction, with as many corners as an outline has."""
    ring = spaced(np.array([[0, 0], [long, 0], [long, short], [0, short]]), 24)
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    cover = Region("coverslip", (ring @ np.array([[c, s], [-s, c]])).astype(np.float32), long * short, 0.9)
    assert whole(cover) is cover.polygon


@given(turn=st.floats(0, 360), seen=st.floats(0.52, 1.0))
def test_a_disc_cut_straight_is_completed(turn: float, seen: float) -> None:
    """Of which half and more is seen, each point of the outline up to 2 px off: its radius is right within a tenth."""
    ring = circle(200, 260, 100).polygon.astype(np.float64) - (200, 260)
    ring = ring[ring[:, 1] > 100 - 200 * seen]
    wobble = np.random.default_rng(int(turn)).uniform(-2, 2, ring.shape)
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    part = ((ring + wobble) @ np.array([[c, s], [-s, c]])).astype(np.float32)
    assert np.ptp(whole(Region("coverslip", part, 1.0, 0.9)), axis=0) == pytest.approx(200, rel=0.1)


def test_a_model_without_labels_cannot_judge() -> None:
    """UNKNOWN."""
    case = scene(PHOTO, segmented=segmentation(PHOTO.size_px, classes=("background", "slide")))
    (finding,) = check(case, Settings())
    assert isinstance(finding, Finding)
    assert finding.outcome is Outcome.UNKNOWN
