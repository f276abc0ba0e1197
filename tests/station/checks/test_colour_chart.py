"""The colour chart in drawn scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from station.charts import known
from station.checks import colour_chart
from station.checks.colour_chart import Settings
from station.measure import patches
from station.types import Chart, Finding, Image, Measure, Outcome, Region, Rig, Scene, Share, Usual
from tests.station.measure.drawn_charts import draw
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


KINDS = known(Path(__file__).parents[3] / "calibration" / "charts")
CLASSIC = next(kind for kind in KINDS if kind.name == "colorchecker-classic")
OWN = replace(CLASSIC, name="ours", title="Our chart", values="measured", serial="A 1")


def lying(kind: Chart = CLASSIC, gain: tuple[float, float, float] = (1, 1, 1), at: tuple[int, int] = (150, 300),
          covered: bool = False, rig: Rig | None = None, notes: tuple[str, ...] = ()) -> Scene:  # fmt: skip
    """A known chart, drawn 600 px wide into a frame of cream paper; `gain` is a cast."""
    drawn = draw(kind, 600)
    h, w = drawn.shape[:2]
    drawn = np.clip(np.round(drawn * np.array(gain)), 0, 255).astype(np.uint8)
    if covered:
        drawn[:, w // 2 :] = 225
    image = np.full((1000, 900, 3), (226, 214, 190), np.uint8)
    x, y = at
    part = drawn[: 1000 - y, max(0, -x) : 900 - x]
    image[y : y + h, max(0, x) : max(0, x) + part.shape[1]] = part
    case = scene(ArrayPhoto(image, notes), region("colour_chart", x, y, w, h), required=NEEDED)
    return replace(case, rig=rig or case.rig, profile=replace(case.profile, charts=KINDS))


def test_a_chart_that_is_outlined_passes() -> None:
    """With one measure for it."""
    case = scene(ArrayPhoto(photo()), region("colour_chart", 300, 500, 222, 78), required=NEEDED)
    answers = list(colour_chart.check(case, Settings()))
    (measure,) = [answer for answer in answers if isinstance(answer, Measure)]
    assert measure.name == "charts"
    assert isinstance(measure.value, dict)
    assert measure.value["bbox"] == [300, 500, 222, 78]
    assert codes(case) == [("ok", Outcome.PASS)]


def test_the_place_where_a_strip_lay_is_no_chart() -> None:
    """A plain strip 60 px wide between colourful neighbours that reach 4 px into its outline: variety at the rim proves
    nothing, and the chart is missing."""
    image = blank(800, 900)
    image[100:800, 200:264] = (150, 140, 120)
    colours = np.array([(r, g, b) for r in (20, 235) for g in (20, 235) for b in (20, 235)], np.uint8)
    beside = np.repeat(colours, 88, axis=0)[:700, None]
    image[100:800, 200:204] = beside
    image[100:800, 260:264] = beside[::-1]
    assert patches.variety(image[100:800, 200:264]) >= colour_chart.MIN_VARIETY
    assert judge(image, region("colour_chart", 200, 100, 64, 700)) == [("missing", Outcome.FAIL)]


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
    """However sure the engine is: no chart is as plain, so it is missing."""
    found = judge(blank(800, 900), region("colour_chart", 300, 500, 222, 78, confidence=confidence))
    assert found == [("missing", Outcome.FAIL)]


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


def test_a_known_chart_is_named_and_measured() -> None:
    """Its kind, its colour difference, and whose values it was compared with."""
    answers = list(colour_chart.check(lying(), Settings()))
    (measure,) = [answer.value for answer in answers if isinstance(answer, Measure)]
    assert isinstance(measure, dict)
    assert (measure["kind"], measure["values"]) == ("colorchecker-classic", "nominal")
    assert measure["mean_de2000"] < 1
    assert measure["white_balance_de"] < 0.5
    (finding,) = [answer for answer in answers if isinstance(answer, Finding)]
    assert finding.code == "ok"
    assert "indicative" in finding.message


def test_a_cast_is_a_colour_error_of_the_stands_own_chart() -> None:
    """FAIL against its own values, and the greys say so, too; against the maker's values it is no alarm yet."""
    cast = (1.0, 0.9, 0.72)
    mine = codes(lying(gain=cast, rig=Rig("drawn", charts=(OWN,))))
    assert ("colour_error", Outcome.FAIL) in mine
    assert ("white_balance", Outcome.FAIL) in mine
    assert Outcome.FAIL not in {outcome for _, outcome in codes(lying(gain=cast))}


def test_a_gross_cast_warns_without_own_values() -> None:
    """Whoever made the chart."""
    found = codes(lying(gain=(1.0, 0.6, 0.3)))
    assert ("colour_error", Outcome.WARN) in found
    assert ("white_balance", Outcome.WARN) in found


def test_doubtful_pixels_are_said_to_be_less_certain() -> None:
    """A photograph without a colour profile."""
    (finding,) = [
        answer
        for answer in colour_chart.check(lying(notes=("no colour profile; taken as sRGB",)), Settings())
        if isinstance(answer, Finding)
    ]
    assert "less certain: no colour profile" in finding.message


def test_another_chart_than_the_stands_is_the_wrong_kind() -> None:
    """The stand says which charts it has; with its own it passes."""
    other = next(kind for kind in KINDS if kind.name == "spydercheckr-24")
    rig = Rig("drawn", charts=(OWN,))
    assert codes(lying(other, rig=rig)) == [("wrong_kind", Outcome.FAIL)]
    assert codes(lying(rig=rig)) == [("ok", Outcome.PASS)]


def test_a_chart_that_is_not_recognised_is_not_judged_where_the_stand_names_its_own() -> None:
    """It lies there, but which one it is cannot be seen."""
    mirrored = ArrayPhoto(np.ascontiguousarray(photo()[:, ::-1]))
    case = scene(mirrored, region("colour_chart", 278, 500, 222, 78), required=NEEDED)
    case = replace(case, rig=Rig("drawn", charts=(OWN,)), profile=replace(case.profile, charts=KINDS))
    assert codes(case) == [("not_judged", Outcome.UNKNOWN)]


def test_a_chart_outside_its_zone_is_in_the_wrong_place() -> None:
    """Where the rig has a zone for it."""
    inside, outside = ({"colour_chart": Share(x, 0.2, 0.5, 0.6)} for x in (0.2, 0.6))
    assert codes(lying(rig=Rig("drawn", zones=inside))) == [("ok", Outcome.PASS)]
    assert codes(lying(rig=Rig("drawn", zones=outside))) == [("wrong_zone", Outcome.FAIL)]


def test_half_a_chart_is_covered() -> None:
    """And may be allowed."""
    assert codes(lying(covered=True)) == [("covered", Outcome.FAIL)]
    assert codes(lying(covered=True), covered="off") == [("ok", Outcome.PASS)]


@pytest.mark.parametrize(("usual", "answer"), [(222, "ok"), (250, "ok"), (280, "covered"), (444, "covered")])
def test_a_chart_shorter_than_always_at_the_stand_is_covered(usual: float, answer: str) -> None:
    """Whatever its kind: 222 px are seen of a chart that no file describes."""
    case = scene(ArrayPhoto(photo()), region("colour_chart", 300, 500, 222, 78), required=NEEDED)
    case = replace(case, rig=Rig("drawn", chart_length_px=Usual(usual, 1.0)))
    assert [code for code, _ in codes(case)] == [answer]
    assert codes(case, covered="off") == [("ok", Outcome.PASS)]


def test_a_stand_whose_charts_vary_in_length_proves_less() -> None:
    """A spread of a tenth: four of them are chance."""
    case = scene(ArrayPhoto(photo()), region("colour_chart", 300, 500, 222, 78), required=NEEDED)
    case = replace(case, rig=Rig("drawn", chart_length_px=Usual(280, 28)))
    assert codes(case) == [("ok", Outcome.PASS)]


def test_half_a_chart_at_the_edge_is_covered_where_the_rest_would_lie_in_the_frame() -> None:
    """It touches the edge, but that is not why half of it is not seen."""
    assert codes(lying(at=(-6, 300), covered=True)) == [("covered", Outcome.WARN)]


def test_a_card_that_reaches_the_edge_with_all_its_patches_is_not_clipped() -> None:
    """Only its frame is cut; half of its patches beyond the edge are another matter."""
    assert codes(lying(at=(-6, 300))) == [("ok", Outcome.PASS)]
    assert [code for code, _ in codes(lying(at=(-280, 300)))] == ["clipped"]
