"""Alignment of drawn outlines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.checks import sheet_alignment
from station.checks.sheet_alignment import Settings
from station.types import Finding, Measure, Outcome, Region, Scene
from tests.station.measure.test_lines import page
from tests.station.scenes import BROKEN, ArrayPhoto, blank, region, scene, segmentation

PHOTO = ArrayPhoto(blank(600, 900))


def turned(deg: float, name: str = "sheet", confidence: float = 0.95) -> Region:
    """A sheet of 400 x 600 px in the middle, turned clockwise."""
    a = np.radians(deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    corners = np.array([[-200, -300], [200, -300], [200, 300], [-200, 300]]) @ turn + (300, 450)
    return Region(name, corners.astype(np.float32), 240000.0, confidence)


def judge(case: Scene, **settings: object) -> tuple[dict[str, Finding], dict[str, object]]:
    """Findings by code and measures by name."""
    answers = list(sheet_alignment.check(case, Settings.model_validate(settings)))
    findings = {a.code: a for a in answers if isinstance(a, Finding)}
    return findings, {a.name: a.value for a in answers if isinstance(a, Measure)}


@given(st.floats(-30, 30))
def test_the_measure_is_the_angle_drawn(deg: float) -> None:
    """`skew_deg` is clockwise positive, and the outcome follows the limits."""
    findings, measures = judge(scene(PHOTO, turned(deg)))
    assert measures["skew_deg"] == pytest.approx(deg, abs=0.01)
    if abs(deg) > 1.01:
        assert findings["skewed"].outcome is Outcome.FAIL
    elif 0.51 < abs(deg) < 0.99:
        assert findings["skewed"].outcome is Outcome.WARN
    elif abs(deg) < 0.49:
        assert findings["ok"].outcome is Outcome.PASS


def test_a_straight_sheet_gives_its_corners() -> None:
    """The corners come as four pairs."""
    _, measures = judge(scene(PHOTO, turned(0)))
    assert measures["sheet_corners_px"] == [[100, 150], [500, 150], [500, 750], [100, 750]]


def test_the_message_says_which_way_to_turn() -> None:
    """Clockwise is corrected anticlockwise."""
    findings, _ = judge(scene(PHOTO, turned(3)))
    assert "3.0 degrees clockwise" in findings["skewed"].message
    assert "anticlockwise" in findings["skewed"].remedy


@pytest.mark.parametrize(("choice", "outcome"), [("fail", Outcome.FAIL), ("warn", Outcome.WARN), ("off", None)])
def test_a_clipped_sheet_names_the_sides(choice: str, outcome: Outcome | None) -> None:
    """What a cut side means is the profile's choice."""
    findings, measures = judge(scene(PHOTO, region("sheet", 0, 100, 500, 800)), clipped=choice)
    if outcome is None:
        assert "clipped" not in findings
    else:
        assert findings["clipped"].outcome is outcome
        assert "bottom, left" in findings["clipped"].message
    assert measures["skew_deg"] == 0


def test_a_margin_is_told_in_mm_when_the_scale_is_known() -> None:
    """3 px at 300 ppi are a quarter of a millimetre."""
    findings, _ = judge(scene(PHOTO, region("sheet", 3, 50, 500, 800), ppi=300.0))
    assert findings["margin"].outcome is Outcome.WARN
    assert findings["margin"].unit == "mm"
    assert findings["margin"].value == pytest.approx(3 / 300 * 25.4)


def test_a_sheet_that_fills_the_frame_is_not_judged_straight() -> None:
    """No visible side, no figure; the missing margin is an alarm of its own."""
    findings, measures = judge(scene(PHOTO, region("sheet", 0, 0, 600, 900)))
    assert findings["not_judged"].outcome is Outcome.UNKNOWN
    assert findings["clipped"].outcome is Outcome.FAIL
    assert "skew_deg" not in measures


def test_an_empty_frame_fails() -> None:
    """A sure engine that sees nothing at all is believed."""
    findings, _ = judge(scene(PHOTO))
    assert findings["not_found"].outcome is Outcome.FAIL


def test_no_sheet_but_other_objects_is_not_judged() -> None:
    """A label without a sheet means a sheet that was not seen."""
    findings, _ = judge(scene(PHOTO, region("label", 100, 100, 100, 50)))
    assert findings["not_judged"].outcome is Outcome.UNKNOWN


def test_an_unsure_engine_does_not_call_the_frame_empty() -> None:
    """Low confidence makes an empty map UNKNOWN."""
    case = scene(PHOTO, segmented=segmentation(PHOTO.size_px, confidence=90))
    assert judge(case)[0]["not_judged"].outcome is Outcome.UNKNOWN


def test_an_uncertain_outline_is_not_judged() -> None:
    """Below the confidence limit no skew is reported."""
    findings, measures = judge(scene(PHOTO, turned(0, confidence=0.3)))
    assert findings["not_judged"].outcome is Outcome.UNKNOWN
    assert "skew_deg" not in measures


def test_sides_that_disagree_are_not_judged() -> None:
    """Two visible sides at five degrees from each other have no common rotation."""
    corners = np.array([[0, 0], [500, 40], [500, 900], [0, 900]], dtype=np.float32)
    findings, _ = judge(scene(PHOTO, Region("sheet", corners, 400000.0, 0.9)))
    assert findings["not_judged"].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("deg", "code"), [(180, "upside_down"), (90, "turned"), (270, "turned")])
def test_a_turned_photograph_warns(deg: int, code: str) -> None:
    """The upright head's answer becomes a finding and a measure."""
    findings, measures = judge(scene(PHOTO, turned(0), segmented=segmentation(PHOTO.size_px, upright_deg=deg)))
    assert findings[code].outcome is Outcome.WARN
    assert measures["orientation_deg"] == deg


def test_doubt_about_the_orientation_is_no_alarm() -> None:
    """`upright_deg` None leaves the measure empty and says nothing."""
    findings, measures = judge(scene(PHOTO, turned(0)))
    assert list(findings) == ["ok"]
    assert measures["orientation_deg"] is None


def test_a_slide_is_judged_like_a_sheet() -> None:
    """Models of the slide profile know a slide instead of a sheet."""
    case = scene(
        PHOTO, turned(2, "slide"), segmented=segmentation(PHOTO.size_px, classes=("background", "slide", "label"))
    )
    assert "slide" in judge(case)[0]["skewed"].message


def test_a_model_without_sheets_cannot_judge() -> None:
    """The class is not in the model's list: UNKNOWN."""
    case = scene(PHOTO, segmented=segmentation(PHOTO.size_px, classes=("background", "label")))
    assert judge(case)[0]["not_judged"].outcome is Outcome.UNKNOWN


def test_a_broken_engine_is_raised() -> None:
    """The line turns it into UNKNOWN."""
    with pytest.raises(type(BROKEN)):
        judge(scene(PHOTO, segmented=BROKEN))


def test_margins_are_measured_on_all_sides() -> None:
    """In px always, in mm where the scale is known."""
    _, measures = judge(scene(PHOTO, region("sheet", 60, 30, 500, 800), ppi=254.0))
    assert measures["margins_px"] == {"top": 30, "right": 40, "bottom": 70, "left": 60}
    assert measures["margins_mm"] == {"top": 3, "right": 4, "bottom": 7, "left": 6}


@pytest.mark.parametrize(("by", "warned"), [(0.0, False), (1.0, False), (1.8, True)])
def test_a_camera_that_looks_from_the_side_is_told(by: float, warned: bool) -> None:
    """Left and right run together by so many degrees; the skew, their mean, stays zero."""
    half = 600 * np.tan(np.radians(by / 2)) / 1
    corners = np.array([[100 + half, 150], [500 - half, 150], [500, 750], [100, 750]], np.float32)
    findings, measures = judge(scene(PHOTO, Region("sheet", corners, 240000.0, 0.95)))
    assert measures["keystone_deg"] == pytest.approx(by, abs=0.01)
    assert measures["skew_deg"] == pytest.approx(0, abs=0.01)
    assert ("keystone" in findings) is warned


def test_a_cut_sheet_has_no_keystone() -> None:
    """Three visible sides do not tell perspective from a crooked sheet."""
    _, measures = judge(scene(PHOTO, region("sheet", 0, 100, 500, 700)))
    assert "keystone_deg" not in measures


def written(quarter: int) -> Scene:
    """Two labels full of writing, turned by quarters, on a sheet that the engine takes for upright."""
    image = blank(900, 1200)
    block = np.rot90(page(), quarter)
    places = [(130, 160), (130, 560)]
    for x, y in places:
        image[y : y + block.shape[0], x : x + block.shape[1]] = block[..., None]
    labels = [region("label", x, y, block.shape[1], block.shape[0]) for x, y in places]
    sheet = region("sheet", 100, 130, 700, 900)
    return scene(ArrayPhoto(image), sheet, *labels, segmented=segmentation((900, 1200), upright_deg=0))


def test_writing_that_contradicts_the_engine_is_told() -> None:
    """A WARN; not judged where a turned photograph is a FAIL; nothing where nobody asks."""
    assert "turned" not in judge(written(0))[0]
    assert judge(written(1))[0]["turned"].outcome is Outcome.WARN
    assert judge(written(1), orientation="fail")[0]["not_judged"].outcome is Outcome.UNKNOWN
    assert not {"turned", "not_judged"} & set(judge(written(1), orientation="off")[0])
