"""What is said about the resolution."""

from __future__ import annotations

import dataclasses

import pytest

from station.checks.scale import Settings, check
from station.types import Finding, Measure, Outcome, Region, Scene
from tests.station.measure.test_ticks import ruler
from tests.station.scenes import ArrayPhoto, blank, region, scene

PX_PER_MM = 8.0
PPI = PX_PER_MM * 25.4
DRAWN = ruler(PX_PER_MM)
HIGH, LONG = DRAWN.shape


def case(ppi: float | None, *, upright: bool = False, required: int = 0, shown: bool = True) -> Scene:
    """A sheet of 43 cm and a ruler on it, lying or upright."""
    image = blank(2700, 3700, 215)
    strip = DRAWN.T if upright else DRAWN
    image[300 : 300 + strip.shape[0], 400 : 400 + strip.shape[1]] = strip[..., None]
    place = region("scale_bar", 400, 300, strip.shape[1], strip.shape[0])
    sheet = region("sheet", 200, 100, 2300, 430 * PX_PER_MM)
    objects: tuple[Region, ...] = (sheet, place) if shown else (sheet,)
    return scene(ArrayPhoto(image), *objects, required={"scale_bar": required}, ppi=ppi)


def judge(case: Scene) -> tuple[Finding, float | None]:
    """The finding and the measured ppi."""
    answers = list(check(case, Settings()))
    (finding,) = (a for a in answers if isinstance(a, Finding))
    measured = [a.value for a in answers if isinstance(a, Measure)]
    return finding, float(str(measured[0])) if measured else None


@pytest.mark.parametrize("upright", [False, True])
def test_the_right_resolution_passes(upright: bool) -> None:
    """Whichever way the ruler lies."""
    finding, ppi = judge(case(PPI, upright=upright))
    assert finding.outcome is Outcome.PASS
    assert ppi == pytest.approx(PPI, rel=0.003)


@pytest.mark.parametrize(("off", "outcome"), [(1.01, Outcome.PASS), (0.97, Outcome.WARN), (1.10, Outcome.FAIL)])
def test_another_resolution_than_the_rigs_is_told(off: float, outcome: Outcome) -> None:
    """Two and five per cent."""
    finding, _ = judge(case(PPI * off))
    assert finding.outcome is outcome
    assert finding.code == ("ok" if outcome is Outcome.PASS else "wrong_ppi")


def test_without_a_rig_the_sheet_helps_to_measure() -> None:
    """Nothing to compare with, but a figure."""
    finding, ppi = judge(case(None))
    assert finding.outcome is Outcome.PASS
    assert ppi == pytest.approx(PPI, rel=0.003)


def test_marks_that_cannot_be_read_are_not_judged() -> None:
    """A plain strip at a rig that knows its resolution."""
    plain = scene(ArrayPhoto(blank(2000, 1000)), region("scale_bar", 100, 100, 1500, 100), ppi=PPI)
    finding, ppi = judge(plain)
    assert (finding.code, finding.outcome, ppi) == ("not_judged", Outcome.UNKNOWN, None)


def test_a_missing_scale_is_told_once() -> None:
    """By this check only where nobody told before; not at all where none is required."""
    assert judge(case(PPI, shown=False))[0].outcome is Outcome.PASS
    missing = case(PPI, shown=False, required=1)
    assert judge(missing)[0].code == "missing"
    said = Finding("required_objects", "missing", Outcome.FAIL, "No scale bar was found.", "Lay it in the frame.")
    assert judge(dataclasses.replace(missing, said=(said,)))[0].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("told", "outcome", "measured"),
    [(PPI * 1.005, Outcome.PASS, True), (PPI * 1.1, Outcome.FAIL, True), (PPI * 0.5, Outcome.PASS, False)],
)
def test_without_a_ruler_the_chart_tells(told: float, outcome: Outcome, measured: bool) -> None:
    """What the check of the chart measured, unless that is another size of chart altogether."""
    chart = Measure("charts", {"bbox": [10, 20, 300, 60], "ppi": told})
    finding, ppi = judge(dataclasses.replace(case(PPI, shown=False), said=(chart,)))
    assert finding.outcome is outcome
    assert ppi == (pytest.approx(told, rel=0.001) if measured else None)


def test_a_ruler_that_is_read_goes_before_the_chart() -> None:
    """The chart is not asked then."""
    chart = Measure("charts", {"bbox": [10, 20, 300, 60], "ppi": PPI * 1.1})
    finding, ppi = judge(dataclasses.replace(case(PPI), said=(chart,)))
    assert finding.outcome is Outcome.PASS
    assert ppi == pytest.approx(PPI, rel=0.003)
