"""Drift over made-up histories: what creeps is told before it fails, what only varies is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest

from station.checks import drift
from station.checks.drift import Settings
from station.types import Finding, Measure, Outcome, Usual, Verdict
from tests.station.scenes import ArrayPhoto, blank, scene, verdict

PHOTO = ArrayPhoto(blank(600, 900))
RNG = np.random.default_rng


def edge(px: float) -> dict[str, object]:
    """A label's measure."""
    return {"bbox": [0, 0, 9, 9], "edge_width_px": px, "legible": True}


def history(*values: Mapping[str, object]) -> tuple[Verdict, ...]:
    """A verdict each, the measures as given."""
    return tuple(verdict(number, **measures) for number, measures in enumerate(values))


def codes(before: tuple[Verdict, ...], *said: Finding | Measure, **changes: object) -> dict[str, Finding]:
    """What drift says of a capture after these."""
    case = dataclasses.replace(scene(PHOTO), recent=before, said=said)
    answers = drift.check(case, Settings.model_validate(changes))
    return {answer.code: answer for answer in answers if isinstance(answer, Finding)}


def test_a_creeping_focus_is_told_before_any_label_fails() -> None:
    """Edges of 2.0 px +- 0.15 that widen by 1 % a capture: told within 40 captures, below the 5 px that fail."""
    rng = RNG(1)
    calm = [2.0 + rng.normal(0, 0.15) for _ in range(40)]
    for number in range(40):
        calm.append(2.0 * 1.01**number + rng.normal(0, 0.15))
        found = codes(history(*({"labels": [edge(v)]} for v in calm)), Measure("labels", edge(calm[-1])))
        if "sharpness" in found:
            break
    assert found["sharpness"].outcome is Outcome.WARN
    assert "creeping" in found["sharpness"].message
    assert found["sharpness"].value < 3.0  # type: ignore[operator]
    assert number > 5


def test_mere_variation_is_hardly_ever_a_drift() -> None:
    """Sheets laid by hand, labels of many kinds, around a constant: three-sigma rules are wrong by chance in 0.27 % of
    the cases (Montgomery), so of 300 histories with three figures each no more than three raise an alarm."""
    said = (Measure("skew_deg", 0.1), Measure("labels", edge(2.2)), Measure("charts", {"mean_de2000": 2.5}))
    alarms = 0
    for rng in map(RNG, range(300)):
        values = [
            {"skew_deg": rng.normal(0.1, 0.2), "labels": [edge(abs(rng.normal(2.2, 0.3)))],
             "charts": [{"mean_de2000": abs(rng.normal(2.5, 0.3))}]}
            for _ in range(80)
        ]  # fmt: skip
        alarms += list(codes(history(*values), *said)) != ["ok"]
    assert alarms <= 3


@pytest.mark.parametrize("way", [-1, 1])
def test_a_moved_guide_is_told_either_way(way: int) -> None:
    """Half a degree more, or less, from one capture on."""
    rng = RNG(2)
    values = [{"skew_deg": rng.normal(0, 0.1)} for _ in range(40)]
    values += [{"skew_deg": way * 0.5 + rng.normal(0, 0.1)} for _ in range(8)]
    found = codes(history(*values), Measure("skew_deg", way * 0.5))
    assert found["skew"].value == pytest.approx(way * 0.45, abs=0.15)


def test_colours_that_get_better_are_no_alarm() -> None:
    """Only a rise of the error is bad."""
    values = [{"charts": [{"mean_de2000": 6.0}]} for _ in range(30)] + [{"charts": [{"mean_de2000": 2.0}]}] * 15
    assert list(codes(history(*values), Measure("charts", {"mean_de2000": 2.0}))) == ["ok"]


def test_a_darker_exposure_is_told() -> None:
    """Bare sheets of level 210, then 180."""
    lit = [
        verdict(n, Finding("exposure", "ok", Outcome.PASS, "fine.", "", v))
        for n, v in enumerate([210] * 25 + [180] * 9)
    ]
    found = codes(tuple(lit), Finding("exposure", "ok", Outcome.PASS, "fine.", "", 180.0))
    assert found["exposure"].outcome is Outcome.WARN


def test_a_calibrated_rig_knows_what_is_normal() -> None:
    """Edges of 3 px from the first capture on are a drift where the rig's labels have 2 px, and none where not."""
    values = history(*({"labels": [edge(3.0)]} for _ in range(15)))
    case = dataclasses.replace(scene(PHOTO), recent=values, said=(Measure("labels", edge(3.0)),))
    rig = dataclasses.replace(case.rig, sharpness_edge_px=Usual(2.0, 0.1))
    calibrated = dataclasses.replace(case, rig=rig)
    found = [[a.code for a in drift.check(c, Settings()) if isinstance(a, Finding)] for c in (case, calibrated)]
    assert found == [["ok"], ["sharpness"]]


def test_one_wild_capture_is_no_drift() -> None:
    """It has a finding of its own."""
    values = [{"labels": [edge(2.0)]} for _ in range(40)]
    assert list(codes(history(*values), Measure("labels", edge(30.0)))) == ["ok"]


def test_too_short_a_history_says_so() -> None:
    """No alarm, and the words do not claim that all is well."""
    found = codes(history({"skew_deg": 0.0}), Measure("skew_deg", 5.0))
    assert "Too few" in found["ok"].message


def test_the_same_failure_again_and_again_stops_the_line() -> None:
    """Five missing charts on end; four are not enough, nor five failures of different kinds."""
    missing = Finding("colour_chart", "missing", Outcome.FAIL, "No chart.", "Lay it in.")
    other = Finding("label_sharpness", "blurred", Outcome.FAIL, "Blurred.", "Refocus.")
    four = tuple(verdict(n, missing) for n in range(4))
    assert codes(four, missing)["stop_line"].outcome is Outcome.FAIL
    assert "Lay it in." in codes(four, missing)["stop_line"].remedy
    assert "stop_line" not in codes(four[:3], missing)
    assert "stop_line" not in codes(four, other)
    assert "stop_line" not in codes(four, missing, repeats=0)


def test_another_rig_or_size_is_another_history() -> None:
    """Figures in pixels of another camera are not compared."""
    values = history(*({"labels": [edge(1.0)]} for _ in range(40)))
    elsewhere = tuple(dataclasses.replace(v, rig="other") for v in values)
    larger = tuple(dataclasses.replace(v, size_px=(1200, 1800)) for v in values)
    for before in (elsewhere, larger):
        assert list(codes(before, Measure("labels", edge(3.0)))) == ["ok"]
