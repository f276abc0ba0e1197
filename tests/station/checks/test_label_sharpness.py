"""Labels drawn sharp, soft, moved, small, faint and blank."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.bench.defects import seeds
from station.checks import label_sharpness
from station.checks.label_sharpness import Settings
from station.types import Finding, Image, Measure, Outcome, Region, Usual
from tests.station.measure.test_focus import text
from tests.station.scenes import ArrayPhoto, blank, region, scene

LABEL = region("label", 50, 60, 900, 400)


def frame(label: NDArray[np.uint8], x: int = 50, y: int = 60) -> Image:
    """A frame of 1100 x 1000 px with one label in it."""
    image = blank(1100, 1000, 180)
    image[y : y + label.shape[0], x : x + label.shape[1]] = label[..., None]
    return image


def judge(image: Image, *regions: Region, required: int = 1) -> tuple[list[Finding], list[dict[str, object]]]:
    """Findings, and the `labels` measures."""
    case = scene(ArrayPhoto(image), *regions, required={"label": required})
    answers = list(label_sharpness.check(case, Settings()))
    findings = [a for a in answers if isinstance(a, Finding)]
    return findings, [a.value for a in answers if isinstance(a, Measure) and isinstance(a.value, dict)]


def test_a_sharp_label_passes_with_its_figures() -> None:
    """Legible, with edge width and x-height in px."""
    (finding,), (measure,) = judge(frame(text(24)), LABEL)
    assert finding.outcome is Outcome.PASS
    assert measure["legible"] is True
    assert measure["blur_kind"] == "none"
    assert measure["bbox"] == [50, 60, 900, 400]
    assert measure["x_height_px"] == pytest.approx(27, abs=3)


@pytest.mark.parametrize("sigma", [3.0, 5.0, 8.0])
def test_a_label_out_of_focus_fails_where_it_lies(sigma: float) -> None:
    """The finding points at the label."""
    (finding,), (measure,) = judge(frame(cv2.GaussianBlur(text(24), (0, 0), sigma)), LABEL)
    assert (finding.code, finding.outcome, finding.where) == ("blurred", Outcome.FAIL, LABEL.box)
    assert measure["legible"] is False
    assert measure["blur_kind"] == "defocus"


def test_small_letters_bear_less_blur_than_large_ones() -> None:
    """The same softness is judged against the x-height."""
    soft = {height: cv2.GaussianBlur(text(height), (0, 0), 1.6) for height in (12, 40)}
    assert judge(frame(soft[12]), LABEL)[0][0].code == "blurred"
    assert judge(frame(soft[40]), LABEL)[0][0].code == "ok"


def test_motion_is_told_from_defocus() -> None:
    """Nine pixels sideways."""
    (finding,), (measure,) = judge(frame(cv2.blur(text(30), (9, 1))), LABEL)
    assert finding.code == "blurred"
    assert measure["blur_kind"] == "motion"
    assert "motion" in finding.message


def test_only_the_blurred_label_is_an_alarm() -> None:
    """One finding for it, one PASS for its neighbour."""
    image = frame(text(24))
    image[540:940, 50:950] = cv2.GaussianBlur(text(24), (0, 0), 4)[..., None]
    below = region("label", 50, 540, 900, 400)
    findings, measures = judge(image, LABEL, below)
    assert {f.code: f.where for f in findings} == {"blurred": below.box, "ok": None}
    assert [m["legible"] for m in measures] == [True, False]


def test_letters_of_a_few_pixels_are_too_small() -> None:
    """A reduced photograph cannot be judged legible."""
    tiny = cv2.resize(text(24), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    (finding,), (measure,) = judge(frame(np.asarray(tiny, dtype=np.uint8)), region("label", 50, 60, 225, 100))
    assert (finding.code, finding.outcome) == ("too_small", Outcome.WARN)
    assert measure["legible"] is None


def test_a_blank_label_alone_is_not_judged() -> None:
    """Nothing to read is no proof of sharpness."""
    (finding,), (measure,) = judge(frame(np.full((400, 900), 225, np.uint8)), LABEL)
    assert (finding.code, finding.outcome) == ("not_judged", Outcome.UNKNOWN)
    assert measure["legible"] is None


def test_a_blank_slip_beside_a_sharp_label_is_counted() -> None:
    """No alarm, but the message says that one has nothing to read."""
    image = frame(text(24))
    (finding,), _ = judge(image, LABEL, region("label", 50, 600, 300, 200))
    assert finding.outcome is Outcome.PASS
    assert "1 without writing" in finding.message


def test_an_uncertain_blurred_label_is_not_called_blurred() -> None:
    """It may be no label at all."""
    doubtful = region("label", 50, 60, 900, 400, confidence=0.3)
    (finding,), _ = judge(frame(cv2.GaussianBlur(text(24), (0, 0), 4)), doubtful)
    assert finding.outcome is Outcome.UNKNOWN


def test_no_label_is_not_judged_only_where_one_is_required() -> None:
    """required_objects reports the missing label itself."""
    assert judge(blank(300, 300))[0][0].outcome is Outcome.UNKNOWN
    assert judge(blank(300, 300), required=0)[0][0].outcome is Outcome.PASS


def thin(deg: float = 0.0, length_px: float = 0.0) -> NDArray[np.uint8]:
    """Letters of two-pixel strokes, moved by `length_px` along `deg`."""
    page = np.full((400, 900), 225, dtype=np.uint8)
    for y in range(60, 380, 40):
        cv2.putText(page, "Quercus robur Linnaeus 1753", (20, y), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 40, 2, cv2.LINE_AA)
    moved = seeds.streak(length_px, deg) if length_px else np.ones((1, 1), np.float32)
    return np.asarray(cv2.filter2D(page, -1, moved), np.uint8)


@pytest.mark.parametrize("deg", [0.0, 45.0, 90.0, 135.0])
def test_thin_strokes_that_moved_are_blurred(deg: float) -> None:
    """Their edges stay as narrow as the strokes; the slopes tell."""
    (finding,), (measure,) = judge(frame(thin(deg, 12)), LABEL)
    assert (finding.code, measure["blur_kind"]) == ("blurred", "motion")
    assert judge(frame(thin()), LABEL)[0][0].code == "ok"


def test_a_blur_that_leaves_nothing_to_see_is_still_a_blur() -> None:
    """Letters that became clouds are seen at a quarter of the size."""
    (finding,), (measure,) = judge(frame(cv2.GaussianBlur(text(40), (0, 0), 16)), LABEL)
    assert finding.code == "blurred"
    assert isinstance(measure["edge_width_px"], float)
    assert measure["edge_width_px"] > 20


def test_soft_print_in_a_sharp_photograph_is_no_blur() -> None:
    """Writing as soft as out of focus, and a third of the strokes sharp: the camera did well."""
    page = cv2.GaussianBlur(text(24), (0, 0), 4)
    for y in range(40, 400, 60):
        cv2.putText(page, "det. 1953 Schlinger", (20, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 60, 1, cv2.LINE_AA)
    (finding,), (measure,) = judge(frame(np.asarray(page, np.uint8)), LABEL)
    assert finding.code in ("soft_print", "ok")
    assert finding.outcome is not Outcome.FAIL
    assert measure["legible"] is not False


def test_a_sharp_rim_excuses_no_label_that_nobody_can_read() -> None:
    """Letters gone to clouds within a printed frame that stayed sharp: the label is blurred, not softly printed."""
    page = cv2.GaussianBlur(text(40), (0, 0), 6)
    h, w = page.shape
    for inset in range(4, 34, 6):
        cv2.rectangle(page, (inset, inset), (w - inset, h - inset), 40, 2)
    (finding,), (measure,) = judge(frame(np.asarray(page, np.uint8)), LABEL)
    assert isinstance(measure["edge_width_px"], float)
    assert measure["edge_width_px"] > 7
    assert finding.code == "blurred"


def ruler(sigma: float = 0.0) -> NDArray[np.uint8]:
    """Ticks of a scale, out of focus by `sigma`."""
    page = np.full((80, 900), 235, np.uint8)
    for x in range(20, 860, 40):
        page[10 : 70 if x % 200 == 20 else 40, x : x + 14] = 30
    return np.asarray(cv2.GaussianBlur(page, (0, 0), sigma), np.uint8) if sigma else page


def with_scale(label: NDArray[np.uint8], sigma: float) -> tuple[Image, Region]:
    """A label above, a scale below it."""
    image = frame(label)
    image[700:780, 50:950] = ruler(sigma)[..., None]
    return image, region("scale_bar", 50, 700, 900, 80)


def test_a_label_out_of_focus_beside_a_sharp_scale_does_not_lie_flat() -> None:
    """The remedy is another one."""
    image, scale = with_scale(cv2.GaussianBlur(text(24), (0, 0), 4), 0.6)
    (finding,), _ = judge(image, LABEL, scale)
    assert finding.code == "blurred"
    assert "flat" in finding.remedy
    assert "camera was not" in finding.message


def test_without_writing_the_scale_decides() -> None:
    """Sharp: the label is not judged, which is no alarm; out of focus: all is."""
    empty = np.full((400, 900), 225, np.uint8)
    image, scale = with_scale(empty, 0.6)
    findings, _ = judge(image, LABEL, scale)
    assert {(f.code, f.outcome) for f in findings} == {("not_judged", Outcome.WARN)}
    image, scale = with_scale(empty, 4.5)
    assert judge(image, LABEL, scale)[0][0].outcome is Outcome.FAIL


def test_what_is_usual_at_the_rig_is_not_called_blurred() -> None:
    """A lens that makes edges of 6 px; a blur where 2 px are usual; where none are, letters of 40 px bear it."""
    soft = frame(cv2.GaussianBlur(text(40), (0, 0), 2.4))
    for usual, code in ((Usual(6.0, 0.3), "ok"), (Usual(2.0, 0.1), "blurred"), (None, "ok")):
        case = scene(ArrayPhoto(soft), LABEL, required={"label": 1})
        case = dataclasses.replace(case, rig=dataclasses.replace(case.rig, sharpness_edge_px=usual))
        codes = [a.code for a in label_sharpness.check(case, Settings()) if isinstance(a, Finding)]
        assert codes == [code], usual


def test_the_frame_has_one_figure_of_sharpness() -> None:
    """The median of its labels, for the rig's baseline and for trends."""
    case = scene(ArrayPhoto(frame(text(24))), LABEL, required={"label": 1})
    told = {a.name: a.value for a in label_sharpness.check(case, Settings()) if isinstance(a, Measure)}
    labels = told["labels"]
    assert isinstance(labels, dict)
    assert told["sharpness_edge_px"] == labels["edge_width_px"]


@pytest.mark.parametrize("times", [1.5, 2.0])
def test_a_sharp_label_enlarged_is_as_legible_as_before(times: float) -> None:
    """More pixels a letter are no blur: the absolute limit does not decide where the letters tell."""
    page = cv2.resize(cv2.GaussianBlur(text(18, (450, 200)), (0, 0), 1.0), None, fx=times, fy=times)
    (finding,), _ = judge(frame(np.asarray(page, np.uint8)), region("label", 50, 60, page.shape[1], page.shape[0]))
    assert finding.code == "ok"


def test_a_ruled_line_and_the_rim_of_the_sheet_are_no_movement() -> None:
    """Pencil above a dark straight edge: the edge is far steeper than the writing, and runs one way only."""
    page = np.full((200, 900), 225, np.uint8)
    cv2.putText(page, "Aug 2015 0 00024", (40, 120), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2.4, 150, 3, cv2.LINE_AA)
    page = cv2.GaussianBlur(page, (0, 0), 0.9)
    page[170:], page[60:62] = 20, 60
    (finding,), (measure,) = judge(frame(np.asarray(page, np.uint8)), region("label", 50, 60, 900, 200))
    assert finding.code == "ok"
    assert measure["blur_kind"] != "motion"


def test_one_slip_beside_still_writing_needs_more_to_be_called_moved() -> None:
    """The camera moves every label or none; a long movement of one is still told."""
    labels = region("label", 50, 60, 900, 400), region("label", 50, 540, 900, 400)
    for sideways, codes in ((21, ["blurred", "ok"]), (1, ["ok"])):
        image = frame(text(24))
        image[540:940, 50:950] = cv2.blur(text(24), (sideways, 1))[..., None]
        assert [finding.code for finding in judge(image, *labels)[0]] == codes
