"""Drawn pictures as training samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engines.drawing.canvas import SLIDE_CLASSES
from engines.drawn_samples import PAINTERS
from engines.synthesise_slides import draw_slides
from engines.truth import PROFILES


@pytest.mark.parametrize("profile", PROFILES)
def test_samples_are_what_training_takes(profile: str) -> None:
    """Maps of the picture's size, class ids of the profile, a number for each object with sides."""
    for sample in PAINTERS[profile](3, 256, 5):
        assert sample.image.shape[:2] == sample.class_map.shape == sample.core.shape == sample.owner.shape
        assert int(sample.class_map.max()) < len(PROFILES[profile])
        assert sample.owner.dtype == np.uint16
        assert set(np.unique(sample.core)) <= {0, 1}
        assert sample.upright in range(4)


def test_every_slide_owns_its_glass() -> None:
    """Pixels of bare glass bear the number of the slide they were painted with, on each slide another."""
    (sample,) = PAINTERS["microscope-slide"](1, 512, 20)
    drawn = draw_slides(20, long_side_px=512)
    slides = [n for n, thing in enumerate(drawn.things, 1) if thing.name == "slide"]
    glass = sample.class_map == SLIDE_CLASSES.index("slide")
    assert glass.any()
    assert set(np.unique(sample.owner[glass]).tolist()) <= set(slides)


def test_a_specimen_under_glass_is_its_whole_outline() -> None:
    """The class map of a sample is what the canvas painted, but for specimens, which are filled."""
    (sample,) = PAINTERS["microscope-slide"](1, 512, 7)
    drawn = draw_slides(7, long_side_px=512)
    other = (sample.class_map != drawn.class_map) & (sample.class_map != SLIDE_CLASSES.index("specimen"))
    assert other.mean() < 0.03


def test_a_third_are_trays_of_the_bank_where_there_is_one() -> None:
    """Without a bank all are drawn; with one, two of six are pasted."""
    (slide,) = (s for s in PAINTERS["microscope-slide"](1, 256, 20))
    h, w = slide.image.shape[:2]
    ring = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    bank = [replace(slide, institution="ours", things=(("slide", ring),))]
    kinds = [s.institution for s in PAINTERS["microscope-slide"](6, 256, 5, bank)]
    assert sorted(kinds) == ["drawn"] * 4 + ["pasted"] * 2
