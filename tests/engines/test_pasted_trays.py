"""Trays put together from photographs of single slides."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engines import pasted_trays
from engines.drawing.canvas import SLIDE_CLASSES
from engines.synthesise_slides import draw_slide
from engines.truth import Sample, paint

SLIDE = SLIDE_CLASSES.index("slide")


@pytest.fixture(scope="module")
def bank() -> list[Sample]:
    """Two photographs of one whole slide each, cropped to its outline."""
    return [cropped(seed) for seed in (3, 4)]


def cropped(seed: int) -> Sample:
    """A drawn slide, as a photograph that ends at its edges."""
    drawn = draw_slide(seed, long_side_px=400)
    x, y, w, h = cv2.boundingRect(next(t.polygon for t in drawn.things if t.name == "slide"))
    things = tuple((t.name, (t.polygon - np.array([x, y])).astype(np.float32)) for t in drawn.things)
    image = drawn.image[y : y + h, x : x + w].copy()
    return Sample(str(seed), "ours", image, *paint(image, things, SLIDE_CLASSES), 0, things)


def test_each_slide_lies_where_the_truth_says(bank: list[Sample]) -> None:
    """Within every outline the pixels are some slide's own, to lighting; outside all of them lies the floor."""
    for made in pasted_trays.trays(bank, 4, 512, 9):
        assert max(made.image.shape[:2]) == 512
        slides = [polygon for name, polygon in made.things if name == "slide"]
        assert len(slides) >= 1
        inside = np.zeros(made.image.shape[:2], np.uint8)
        cv2.fillPoly(inside, [p.astype(np.int32) for p in slides], 1)
        assert inside[made.class_map == SLIDE].mean() > 0.95
        assert (made.class_map[inside == 0] == 0).mean() > 0.9


def test_slides_do_not_share_a_place(bank: list[Sample]) -> None:
    """The middles of any two slides are more than half a width apart."""
    for made in pasted_trays.trays(bank, 4, 512, 10):
        middles = np.array([polygon.mean(axis=0) for name, polygon in made.things if name == "slide"])
        width = min(np.ptp(polygon, axis=0).min() for name, polygon in made.things if name == "slide")
        apart = np.linalg.norm(middles[:, None] - middles[None], axis=2) + 1e9 * np.eye(len(middles))
        assert apart.min() > width / 2


def test_the_same_seed_makes_the_same_trays(bank: list[Sample]) -> None:
    """Pictures and truth follow from the seed; another seed makes others."""
    one, again, other = (pasted_trays.trays(bank, 1, 256, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one.image, again.image)
    assert np.array_equal(one.owner, again.owner)
    assert one.image.shape != other.image.shape or not np.array_equal(one.image, other.image)


def test_only_photographs_of_one_whole_slide_are_taken(bank: list[Sample]) -> None:
    """Two slides in a photograph, or one that fills half of it, make no tray; neither does an empty bank."""
    twice = replace(bank[0], things=bank[0].things * 2)
    small = replace(bank[0], things=tuple((name, (polygon / 2).astype(np.float32)) for name, polygon in bank[0].things))
    assert pasted_trays.trays([twice, small], 3, 256, 1) == []
    assert pasted_trays.trays([], 3, 256, 1) == []
