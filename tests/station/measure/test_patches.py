"""Patches of drawn charts."""

from __future__ import annotations

import numpy as np
import pytest

from station.measure import patches
from station.types import Image

COLOURS = (
    (115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170),
    (214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46),
)  # fmt: skip


def chart(patch: int = 30, gap: int = 6) -> Image:
    """Twelve patches on a black card."""
    image = np.full((2 * (patch + gap) + gap, 6 * (patch + gap) + gap, 3), 20, dtype=np.uint8)
    for i, colour in enumerate(COLOURS):
        y, x = gap + (i // 6) * (patch + gap), gap + (i % 6) * (patch + gap)
        image[y : y + patch, x : x + patch] = colour
    return image


@pytest.mark.parametrize(("patch", "gap"), [(12, 4), (30, 6), (50, 3)])
def test_a_drawn_chart_shows_its_patches(patch: int, gap: int) -> None:
    """All twelve, at several sizes."""
    assert patches.find(chart(patch, gap)).colours == 12


def test_a_chart_in_a_large_picture_is_placed() -> None:
    """The box lies round the group."""
    image = np.full((900, 1200, 3), 235, dtype=np.uint8)
    image[700 : 700 + 78, 800 : 800 + 222] = chart()
    found = patches.find(image)
    assert found.colours == 12
    assert found.box is not None
    assert 795 <= found.box.x <= 812
    assert 695 <= found.box.y <= 712


def test_equal_patches_are_one_colour() -> None:
    """A row of white squares is no chart."""
    image = np.full((60, 300, 3), 30, dtype=np.uint8)
    for x in range(10, 260, 50):
        image[10:40, x : x + 30] = 240
    assert patches.find(image).colours == 1


def test_scattered_blots_are_no_group() -> None:
    """Colours far from each other do not add up."""
    image = np.full((800, 800, 3), 235, dtype=np.uint8)
    for i, colour in enumerate(COLOURS):
        image[60 * i + 10 : 60 * i + 25, (i * 331) % 700 : (i * 331) % 700 + 15] = colour
    assert patches.find(image).colours <= 2


def test_plain_paper_has_no_variety() -> None:
    """One cell of colour; a chart has many."""
    assert patches.find(np.full((50, 80, 3), 230, dtype=np.uint8)).colours <= 1
    assert patches.variety(np.full((50, 80, 3), 230, dtype=np.uint8)) == 1
    assert patches.variety(chart()) >= 10
