"""Exposure of drawn sheets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from station.checks import exposure
from station.checks.exposure import Settings
from station.types import Finding, Image, Measure, Outcome, Rig, Segmentation, Usual
from tests.station.scenes import BROKEN, CLASSES, ArrayPhoto, region, scene, segmentation

SIZE = (600, 800)


def sheet(level: float = 220, slope: float = 0.0, noise: float = 2.0) -> Image:
    """A sheet of cream paper that fills most of the frame, a leaf and a white label on it; `slope`: light that grows
    by this share of its mean from left to right."""
    light = level * (1 + slope * np.linspace(-0.5, 0.5, SIZE[0])) ** (1 / 2.2)
    image: NDArray[np.float64] = np.tile(light[None, :, None] * np.array([1.0, 0.97, 0.9]), (SIZE[1], 1, 1))
    image[200:450, 200:350] = (60, 80, 40)
    image[600:700, 350:500] *= 1.05
    image += np.random.default_rng(5).normal(0, noise, image.shape)
    return np.asarray(np.clip(image, 0, 255), dtype=np.uint8)


def seen(sheet_share: float = 0.9) -> Segmentation:
    """The class map of that picture."""
    made = segmentation(SIZE)
    classes = made.class_map.copy()
    rows, columns = classes.shape
    classes[: round(rows * sheet_share), 3 : columns - 3] = CLASSES.index("sheet")
    classes[20:46, 20:36] = CLASSES.index("specimen")
    classes[60:71, 35:51] = CLASSES.index("label")
    return replace(made, class_map=classes)


def judge(image: Image, segmented: Segmentation | None = None, **options: object) -> list[tuple[str, Outcome]]:
    """Code and outcome of each finding."""
    case = scene(ArrayPhoto(image), region("sheet", 30, 0, 540, 720), segmented=segmented or seen())
    answers = exposure.check(case, Settings.model_validate(options))
    return [(answer.code, answer.outcome) for answer in answers if isinstance(answer, Finding)]


def test_a_well_lit_sheet_passes() -> None:
    """Leaf and label do not count."""
    assert judge(sheet()) == [("ok", Outcome.PASS)]


@pytest.mark.parametrize(
    ("level", "found"), [(100, ("under", Outcome.FAIL)), (135, ("under", Outcome.WARN)), (175, ("ok", Outcome.PASS))]
)
def test_a_dark_sheet_is_under_exposed(level: float, found: tuple[str, Outcome]) -> None:
    """The darker, the worse; brown old paper is not."""
    assert judge(sheet(level)) == [found]


def test_pure_white_paper_is_over_exposed() -> None:
    """A WARN: some stands work so on purpose; a rig that does not says from where on it is a FAIL."""
    blown = np.maximum(sheet(), np.uint8(0)).copy()
    blown[:, 300:] = 255
    assert judge(blown)[0] == ("over", Outcome.WARN)
    assert judge(blown, fail_white=0.2)[0] == ("over", Outcome.FAIL)


@pytest.mark.parametrize(("slope", "outcome"), [(0.7, Outcome.WARN), (1.2, Outcome.FAIL)])
def test_light_from_one_side_is_uneven(slope: float, outcome: Outcome) -> None:
    """A lamp is out."""
    assert ("uneven", outcome) in judge(sheet(150, slope), warn_level=0, fail_level=0)


@pytest.mark.parametrize(
    ("level", "found"),
    [
        (248, ("over", Outcome.WARN)),
        (212, ("ok", Outcome.PASS)),
        (195, ("under", Outcome.WARN)),
        (170, ("under", Outcome.FAIL)),
    ],
)
def test_a_calibrated_rig_knows_its_sheets(level: float, found: tuple[str, Outcome]) -> None:
    """A third of a stop is told, two thirds are an alarm."""
    case = scene(ArrayPhoto(sheet(level)), region("sheet", 30, 0, 540, 720), segmented=seen())
    case = replace(case, rig=Rig("drawn", sheet_level=Usual(220, 2)))
    answers = [a for a in exposure.check(case, Settings()) if isinstance(a, Finding)]
    assert [(a.code, a.outcome) for a in answers] == [found]


def test_without_bare_sheet_nothing_is_said() -> None:
    """UNKNOWN, never a pass."""
    assert judge(sheet(), seen(0.01)) == [("not_judged", Outcome.UNKNOWN)]


def test_a_broken_engine_is_raised() -> None:
    """The line turns it into UNKNOWN."""
    case = scene(ArrayPhoto(sheet()), segmented=BROKEN)
    with pytest.raises(type(BROKEN)):
        list(exposure.check(case, Settings()))


@pytest.mark.parametrize(("slope", "codes"), [(0.1, ["ok"]), (0.35, ["uneven"]), (0.7, ["uneven"])])
def test_a_calibrated_rig_knows_how_even_its_light_is(slope: float, codes: list[str]) -> None:
    """Where light is even by 2 %, a gradient that no other stand would be blamed for is told."""
    case = scene(ArrayPhoto(sheet(200, slope)), region("sheet", 30, 0, 540, 720), segmented=seen())
    case = replace(case, rig=Rig("drawn", light_uneven=Usual(2.0, 0.3)))
    assert [a.code for a in exposure.check(case, Settings()) if isinstance(a, Finding)] == codes


@pytest.mark.parametrize(("off", "found"), [(-23.0, ("under", Outcome.WARN)), (-9.0, ("ok", Outcome.PASS))])
def test_the_chart_tells_the_exposure_of_dark_and_light_paper_alike(off: float, found: tuple[str, Outcome]) -> None:
    """A stop takes 22 L* from its white; the sheet itself is bright enough."""
    case = scene(ArrayPhoto(sheet(200)), region("sheet", 30, 0, 540, 720), segmented=seen())
    case = replace(case, said=(Measure("charts", {"bbox": [10, 10, 50, 30], "white_off": off}),))
    answers = [a for a in exposure.check(case, Settings()) if isinstance(a, Finding)]
    assert [(a.code, a.outcome) for a in answers] == [found]
