"""The colour chart in drawn scenes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from station.checks import colour_chart
from station.checks.colour_chart import Settings
from station.types import Finding, Image, Measure, Outcome, Region, Scene
from tests.station.measure.test_patches import chart
from tests.station.scenes import BROKEN, ArrayPhoto, blank, region, scene, segmentation

NEEDED = {"colour_chart": 1}


def photo(x: int = 300, y: int = 500) -> Image:
    """A plain frame with a drawn chart of 222 x 78 px."""
    image = blank(800, 900)
    drawn = chart()[: 900 - y, : 800 - x]
    image[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    return image


def judge(
    image: Image, *regions: Region, required: Mapping[str, int] = NEEDED, **options: object
) -> list[tuple[str, Outcome]]:
    """Code and outcome of each finding."""
    return codes(scene(ArrayPhoto(image), *regions, required=required), **options)


def codes(case: Scene, **options: object) -> list[tuple[str, Outcome]]:
    """Code and outcome of each finding."""
    answers = colour_chart.check(case, Settings.model_validate(options))
    return [(answer.code, answer.outcome) for answer in answers if isinstance(answer, Finding)]


def test_a_chart_that_is_outlined_passes() -> None:
    """With one measure for it."""
    case = scene(ArrayPhoto(photo()), region("colour_chart", 300, 500, 222, 78), required=NEEDED)
    answers = list(colour_chart.check(case, Settings()))
    (measure,) = [answer for answer in answers if isinstance(answer, Measure)]
    assert measure.name == "charts"
    assert isinstance(measure.value, dict)
    assert measure.value["bbox"] == [300, 500, 222, 78]
    assert codes(case) == [("ok", Outcome.PASS)]


def test_no_chart_is_missing_when_one_is_required() -> None:
    """And no alarm at all when none is."""
    assert judge(blank(800, 900)) == [("missing", Outcome.FAIL)]
    assert judge(blank(800, 900), required={}) == [("ok", Outcome.PASS)]


def test_one_of_two_charts_is_missing() -> None:
    """A profile may require a colour card and a grey card."""
    found = judge(photo(), region("colour_chart", 300, 500, 222, 78), required={"colour_chart": 2})
    assert found == [("missing", Outcome.FAIL)]


def test_a_chart_the_engine_overlooked_is_not_called_missing() -> None:
    """Patches side by side make it UNKNOWN."""
    assert judge(photo()) == [("not_judged", Outcome.UNKNOWN)]


def test_a_doubtful_outline_is_believed_when_it_shows_patches() -> None:
    """Low confidence is outweighed by what is seen."""
    assert judge(photo(), region("colour_chart", 300, 500, 222, 78, confidence=0.3)) == [("ok", Outcome.PASS)]


@pytest.mark.parametrize("confidence", [0.3, 0.95])
def test_plain_paper_is_no_chart(confidence: float) -> None:
    """However sure the engine is."""
    found = judge(blank(800, 900), region("colour_chart", 300, 500, 222, 78, confidence=confidence))
    assert found == [("not_judged", Outcome.UNKNOWN)]


@pytest.mark.parametrize(("choice", "outcome"), [("warn", Outcome.WARN), ("fail", Outcome.FAIL)])
def test_a_chart_at_the_edge_of_the_frame_is_clipped(choice: str, outcome: Outcome) -> None:
    """What that means is the profile's choice."""
    found = judge(photo(700), region("colour_chart", 700, 500, 100, 78), clipped=choice)
    assert found == [("clipped", outcome)]


def test_a_rig_that_crops_tight_may_switch_clipped_off() -> None:
    """Then the chart is simply there."""
    found = judge(photo(700), region("colour_chart", 700, 500, 100, 78), clipped="off")
    assert found == [("ok", Outcome.PASS)]


def test_a_model_without_charts_cannot_judge() -> None:
    """UNKNOWN when one is required, nothing otherwise."""
    slim = segmentation((800, 900), classes=("background", "sheet"))
    image = ArrayPhoto(np.ascontiguousarray(photo()))
    assert codes(scene(image, required=NEEDED, segmented=slim)) == [("not_judged", Outcome.UNKNOWN)]
    assert codes(scene(image, segmented=slim)) == [("ok", Outcome.PASS)]


def test_a_broken_engine_is_raised() -> None:
    """The line turns it into UNKNOWN."""
    with pytest.raises(type(BROKEN)):
        codes(scene(ArrayPhoto(photo()), segmented=BROKEN))
