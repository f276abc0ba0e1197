"""Seeded faults: each is what it says it is, the counts are right, and a run on a drawn sheet finds what is seeded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from engines import synthesise
from station.bench.defects import figures, frames, report, run, seeds, tally
from station.bench.defects.catalogue import catalogue
from station.bench.defects.frames import Frame
from station.config import load
from station.errors import StationError
from station.types import Outcome

FAULTS = catalogue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One drawn sheet with its annotations."""
    made = tmp_path_factory.mktemp("drawn")
    synthesise.write(made, [5], 1400, plain=True)
    return made


@pytest.fixture(scope="module")
def frame(folder: Path) -> Frame:
    """The sheet as a frame."""
    path = folder / "drawn-000005.jpg"
    return Frame(path, frames.read(path), frames.known(folder / "coco.json")[path.stem][1].objects)


@pytest.mark.parametrize("deg", [-10.0, -0.4, 3.0])
def test_a_turned_photograph_shows_the_sheet_turned_by_just_that(frame: Frame, deg: float) -> None:
    """The white sheet's smallest rectangle turns clockwise by the seeded angle, and lies whole in the frame."""

    def angle(image: np.ndarray[Any, np.dtype[np.uint8]]) -> float:
        mask = cv2.morphologyEx((image.min(axis=2) > 150).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((41, 41)))
        ring = max(cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea)
        corners = cv2.boxPoints(cv2.minAreaRect(ring))
        assert corners.min() > 0
        side = corners[1] - corners[0]
        return float((np.degrees(np.arctan2(side[1], side[0])) + 45) % 90 - 45)

    assert angle(seeds.turned(frame, deg)) - angle(frame.image) == pytest.approx(deg, abs=0.15)


def test_what_is_cropped_is_lost(frame: Frame) -> None:
    """Two per cent cut at a side: the frame ends so far inside the sheet; the other side of the frame stays."""
    (ring,) = frame.objects["sheet"]
    h, w = frame.image.shape[:2]
    cut = seeds.cropped(frame, "left", 0.02)
    expected = ring[:, 0].min() + 0.02 * np.ptp(ring[:, 0])
    assert cut.shape[:2] == (h, w - round(float(expected)))
    np.testing.assert_array_equal(cut, frame.image[:, -cut.shape[1] :])
    with pytest.raises(ValueError, match="not visible"):
        seeds.cropped(Frame(frame.path, cut, {"sheet": (ring - (expected, 0),)}), "left", 0.02)


@pytest.mark.parametrize("how", [seeds.without, seeds.cropped_off])
def test_a_removed_chart_is_gone(frame: Frame, how: Any) -> None:
    """Where the chart was nothing colourful is left."""
    done = how(frame, "colour_chart")
    low, high = (f(frame.objects["colour_chart"][0], axis=0).astype(int) for f in (np.min, np.max))
    if done.shape == frame.image.shape:
        place = done[low[1] : high[1], low[0] : high[0]]
        before = frame.image[low[1] : high[1], low[0] : high[0]]
        assert np.ptp(place.astype(int), axis=2).mean() < 0.3 * np.ptp(before.astype(int), axis=2).mean()
    with pytest.raises(ValueError, match="there is no"):
        how(Frame(frame.path, frame.image, {"sheet": frame.objects["sheet"]}), "colour_chart")


def test_a_covered_chart_keeps_the_other_half(frame: Frame) -> None:
    """About half of the chart's pixels change, the rest stays as it was."""
    mask = np.zeros(frame.image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(frame.objects["colour_chart"][0]).astype(np.int32)], 1)
    changed = (seeds.half_covered(frame, "colour_chart", 0.5) != frame.image).any(axis=2)
    assert changed[mask > 0].mean() == pytest.approx(0.5, abs=0.06)


@given(st.floats(0.5, 12), st.floats(0, 180))
def test_kernels_of_blur_keep_the_light_and_have_the_size_they_claim(size: float, deg: float) -> None:
    """Sum 1, centred; second moments as physics says: disc r^2/4 an axis, Gaussian sigma^2, streak l^2/12 along it."""
    for kernel, expected in (
        (seeds.disc(size), 2 * size**2 / 4), (seeds.bell(size), 2 * size**2), (seeds.streak(size, deg), size**2 / 12),
    ):  # fmt: skip
        reach = kernel.shape[0] // 2
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        assert kernel.sum() == pytest.approx(1, abs=1e-4)
        assert abs((kernel * x).sum()) < 0.02
        moment = float((kernel * (x**2 + y**2)).sum())
        assert moment == pytest.approx(expected, rel=0.06, abs=0.6)  # pixels blur a little themselves


def test_one_blurred_label_leaves_the_others_alone(frame: Frame) -> None:
    """Only the largest label and a rim round it change."""
    changed = (seeds.label_blurred(frame, seeds.disc(4)) != frame.image).any(axis=2)
    ring = max(frame.objects["label"], key=lambda p: float(cv2.contourArea(p)))
    mask = np.zeros(changed.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(ring).astype(np.int32)], 1)
    assert changed[mask > 0].mean() > 0.3
    assert not changed[cv2.dilate(mask, np.ones((31, 31))) == 0].any()


@given(st.floats(-2, 2))
def test_light_is_linear(stops: float) -> None:
    """Mid grey of linear light 0.2140 times 2^stops, back in sRGB within one level."""
    grey = np.full((4, 4, 3), 127, np.uint8)
    linear = min(1.0, ((127 / 255 + 0.055) / 1.055) ** 2.4 * 2**stops)
    expected = 255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    assert abs(float(seeds.exposed(grey, stops)[0, 0, 0]) - expected) <= 1


def test_a_cast_and_uneven_light_change_what_they_say() -> None:
    """Red up and blue down, green kept; the right edge darker by the share in linear light."""
    grey = np.full((8, 400, 3), 200, np.uint8)
    r, g, b = seeds.cast(grey, 10)[0, 0].astype(int)
    assert r > 200 == g > b
    left, right = seeds.uneven(grey, 20)[0, [0, -1], 0].astype(float)
    assert left == 200
    assert (((right / 255 + 0.055) / 1.055) / ((left / 255 + 0.055) / 1.055)) ** 2.4 == pytest.approx(0.8, abs=0.01)
    assert (seeds.black_lines(grey, 2) == 0).all(axis=(1, 2)).sum() == 2


def test_the_catalogue_names_each_fault_once_and_mildest_first() -> None:
    """Keys are unique; codes are never empty; every family of the issue is there."""
    assert len({f.key for f in FAULTS}) == len(FAULTS)
    assert all(f.codes for f in FAULTS)
    families = " ".join(f.family for f in FAULTS)
    for word in ("rotation", "cut at", "chart painted", "chart cropped", "chart covered", "cast", "defocus", "motion",
                 "of one label", "JPEG", "underexposed", "overexposed", "black lines"):  # fmt: skip
        assert word in families


def test_a_run_finds_what_is_seeded_and_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    """A drawn sheet with a cut side and without chart: both noticed, no false alarm; a second run judges nothing."""
    truths = frames.known(folder / "coco.json")
    families = ("cut at left", "chart painted over", "file cut short")
    order = run.Order((folder / "drawn-000005.jpg",), truths, load(None), tmp_path, families)
    report.bench(order, Console(quiet=True))
    facts = json.loads((tmp_path / "defects.json").read_text())
    assert {(d["family"], d["hits"], d["of"]) for d in facts["detections"]} == {
        ("cut at left", 1, 1), ("chart painted over", 1, 1), ("file cut short", 1, 1),
    }  # fmt: skip
    assert facts["whole_with_false_fail"] == 0
    assert "<svg" in (tmp_path / "defects.html").read_text()
    before = (tmp_path / "judged.jsonl").stat().st_mtime_ns
    report.bench(order, Console(quiet=True))
    assert (tmp_path / "judged.jsonl").stat().st_mtime_ns == before


def test_an_unknown_family_is_told_with_the_known_ones(tmp_path: Path) -> None:
    """A typing mistake costs nothing."""
    with pytest.raises(StationError) as told:
        _ = run.Order((), {}, load(None), tmp_path, ("rotaton",)).faults
    assert "rotation" in told.value.remedy


def answer(*findings: tuple[str, str, str], skew: float | None = None) -> dict[str, Any]:
    return {"findings": [[*f, None, None] for f in findings], "skew_deg": skew, "outcome": "PASS", "seconds": {}}


def row(**more: Any) -> dict[str, Any]:
    objects = {"sheet": [[0.1, 0.1, 0.9, 0.9]], "colour_chart": [[0.2, 0.02, 0.4, 0.08]]}
    facts = {"annotated": True, "visible_sides": 4, "upright_deg": 0, "skew_deg": 0.1, "objects": objects}
    return facts | {"clean": answer(skew=0.1), "seeded": {}} | more


def test_detections_are_counted_among_photographs_that_allow_the_fault() -> None:
    """A hit, a miss, a "not judged", one that is impossible and one that had the alarm before: 1 of 3, 2 left out."""
    (fault,) = [f for f in FAULTS if f.family == "chart painted over"]
    missing, unknown = ("colour_chart", "missing", "FAIL"), ("colour_chart", "not_judged", "UNKNOWN")
    rows = [
        row(seeded={fault.key: answer(missing)}), row(seeded={fault.key: answer()}),
        row(seeded={fault.key: answer(unknown)}), row(seeded={fault.key: "there is no chart"}),
        row(seeded={fault.key: answer(missing)}, clean=answer(missing)),
    ]  # fmt: skip
    (found,) = tally.detections(rows, [fault])
    assert (found.hits, found.of, found.unknown, found.left_out) == (1, 3, 1, 2)


def test_turned_photographs_are_counted_by_their_total_skew() -> None:
    """0.1 degrees of its own and 1.2 seeded are 1.3; the error is what the measure adds to that."""
    (fault,) = [f for f in FAULTS if f.key == "rotation 1.2"]
    rows = [row(seeded={fault.key: answer(("sheet_alignment", "skewed", "FAIL"), skew=1.34)})]
    (found,) = tally.detections(rows, [fault])
    assert (found.family, found.hits, found.of) == ("turned by 1 to", 1, 1)
    assert tally.skew_errors(rows, [fault], 4).at(50) == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("finding", "false"),
    [
        (("colour_chart", "missing", "FAIL"), True),
        (("colour_chart", "white_balance", "FAIL"), False),
        (("sheet_alignment", "clipped", "FAIL"), True),
        (("sheet_alignment", "skewed", "WARN"), True),
        (("label_sharpness", "blurred", "FAIL"), True),
        (("label_sharpness", "not_judged", "UNKNOWN"), False),
        (("required_objects", "missing", "FAIL"), False),
        (("barcode", "unreadable", "FAIL"), False),
    ],
)
def test_an_alarm_is_false_when_the_annotations_contradict_it(finding: tuple[str, str, str], false: bool) -> None:
    """A chart lies there, no label and no barcode is annotated, nobody can say what the light was."""
    assert tally.is_false([*finding, None, None], row(), {"sheet": 1, "label": 1}) is false


def test_alarms_that_nobody_can_decide_are_counted_apart() -> None:
    """A barcode that is not read may be too small: neither true nor false; a missing chart is not open."""
    rows = [row(clean=answer(("barcode", "unreadable", "FAIL"), ("colour_chart", "missing", "FAIL")))] * 2
    (found,) = tally.open_alarms(rows)
    assert (found.check, found.code, found.hits, found.of) == ("barcode", "unreadable", 2, 2)
    wrong, whole = tally.false_alarms(rows, {})
    assert [(a.check, a.hits) for a in wrong] == [("colour_chart", 2)]
    assert whole == 2


def measured(**figures: float) -> dict[str, Any]:
    return answer() | {"figures": figures}


@pytest.mark.parametrize(("key", "clean", "faulty"), [("overexposed 1", 200, 250), ("underexposed 1", 200, 150)])
def test_a_figure_that_tells_every_fault_has_its_curve_in_the_corner(key: str, clean: float, faulty: float) -> None:
    """All noticed with no clean one alarmed, whether the fault makes the level rise or fall; without the figure there
    is no curve."""
    (fault,) = [f for f in FAULTS if f.key == key]
    rows = [
        row(clean=measured(sheet_level=clean + n), seeded={key: measured(sheet_level=faulty + n)}) for n in range(6)
    ]
    curve = report.roc(rows, fault)
    assert curve is not None
    assert (0.0, 1.0) in curve.points
    assert [x for x, *_ in curve.points] == sorted(x for x, *_ in curve.points)
    assert report.roc([row(seeded={key: answer()})] * 6, fault) is None


def test_every_figure_of_the_catalogue_is_known() -> None:
    """And read from measures: the softest label counts, what is not measured is left out."""
    assert {f.figure for f in FAULTS} - {None} == set(figures.FIGURES)
    labels = [{"edge_width_px": 1.5}, {"edge_width_px": 4.0}, {"edge_width_px": None}]
    assert figures.of({"labels": labels, "charts": (), "light_uneven": 2.5}) == {
        "edge_width_px": 4.0, "light_uneven": 2.5,
    }  # fmt: skip


def test_unknown_is_no_alarm() -> None:
    """`matching` counts WARN and FAIL, from the least outcome on."""
    said = answer(("a", "x", "WARN"), ("a", "y", "UNKNOWN"))
    assert run.matching(said, lambda *_: True, Outcome.WARN)
    assert not run.matching(said, lambda *_: True, Outcome.FAIL)
    assert not run.matching(said, lambda _, code: code == "y", Outcome.WARN)
