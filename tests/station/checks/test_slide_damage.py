"""Cracks and bubbles on drawn slides."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.drawing import glass
from engines.drawing.canvas import SLIDE_CLASSES, Canvas, moved
from station.checks.slide_damage import Settings, check
from station.types import Finding, Outcome, Region
from tests.station.scenes import ArrayPhoto, region, scene, segmentation

PX_PER_MM = 14


def drawn(seed: int, *, crack: bool = False, bubbles: int = 0) -> tuple[ArrayPhoto, list[Region]]:
    """A bare slide with a square coverslip, clean or not, with its true outlines."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(np.full((90 * PX_PER_MM, 40 * PX_PER_MM, 3), 120, np.uint8), np.zeros((1260, 560), np.uint8),
                    PX_PER_MM, classes=SLIDE_CLASSES)  # fmt: skip
    to_px = np.array([[PX_PER_MM, 0, 280], [0, PX_PER_MM, 630], [0, 0, 1.0]])
    glass.slide(canvas, to_px, (26, 76), glass.any_pane(rng), rng)
    slip = to_px @ moved(0, 8)
    glass.coverslip(canvas, slip, np.array([[-9, -9], [9, -9], [9, 9], [-9, 9]], np.float32), rng)
    if bubbles:
        glass.bubbles(canvas, slip, 16, bubbles, rng)
    if crack:
        glass.crack(canvas, to_px @ moved(0, -16), (26, 20), rng)
    noise = rng.normal(0, 1.5, canvas.image.shape)
    image = cv2.GaussianBlur(np.clip(canvas.image + noise, 0, 255).astype(np.uint8), (3, 3), 0.6)
    return ArrayPhoto(image), [Region(t.name, t.polygon, float(cv2.contourArea(t.polygon)), 0.9) for t in canvas.things]


def codes(photo: ArrayPhoto, regions: list[Region]) -> set[str]:
    """What the check says."""
    case = scene(photo, *regions, segmented=segmentation(photo.size_px, classes=SLIDE_CLASSES))
    answers = [a for a in check(case, Settings()) if isinstance(a, Finding)]
    assert all(a.outcome in (Outcome.PASS, Outcome.WARN) for a in answers)
    return {answer.code for answer in answers}


def test_whole_slides_pass() -> None:
    """Edges, seals and media of many kinds are no damage."""
    assert sum(codes(*drawn(seed)) == {"ok"} for seed in range(12)) >= 11


def test_most_cracks_are_seen() -> None:
    """A crack across the glass, of any contrast."""
    assert sum("cracked" in codes(*drawn(seed, crack=True)) for seed in range(12)) >= 7


def test_most_bubbles_are_seen() -> None:
    """Ten bubbles under the coverslip."""
    assert sum("bubbles" in codes(*drawn(seed, bubbles=10)) for seed in range(12)) >= 8


def test_the_crack_is_shown() -> None:
    """`where` lies on it: above the coverslip, as long as the finding says."""
    photo, regions = drawn(3, crack=True)
    case = scene(photo, *regions, segmented=segmentation(photo.size_px, classes=SLIDE_CLASSES))
    found = [a for a in check(case, Settings()) if isinstance(a, Finding) and a.code == "cracked"]
    if not found:
        pytest.skip("this crack is too faint")
    assert found[0].where is not None
    assert found[0].where.y + found[0].where.h < 630 + 8 * PX_PER_MM
    length = float(np.hypot(found[0].where.w, found[0].where.h))
    assert length == pytest.approx(found[0].value / 100 * 26 * PX_PER_MM, rel=0.1)  # type: ignore[operator]


def test_a_crack_that_the_engine_takes_for_a_coverslip_is_still_one() -> None:
    """A thin outline round the crack hides nothing."""
    photo, regions = drawn(0, crack=True)
    assert "cracked" in codes(photo, regions)
    thin = region("coverslip", 130, 380, 300, 60, confidence=0.76)
    assert "cracked" in codes(photo, [*regions, thin])


@pytest.mark.parametrize("regions", [[], [region("slide", 10, 10, 100, 300)]])
def test_no_slide_or_a_small_one_is_not_judged(regions: list[Region]) -> None:
    """UNKNOWN, with a remedy."""
    photo = ArrayPhoto(np.full((400, 200, 3), 200, np.uint8))
    case = scene(photo, *regions, segmented=segmentation(photo.size_px, classes=SLIDE_CLASSES))
    (finding,) = check(case, Settings())
    assert isinstance(finding, Finding)
    assert finding.outcome is Outcome.UNKNOWN
    assert finding.remedy
