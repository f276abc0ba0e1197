"""Colour: against colour-science, and against pixels of known colour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.measure import colour
from station.types import Box
from tests.station import oracle

LAB = st.tuples(st.floats(0, 100), st.floats(-110, 110), st.floats(-110, 110))
LEVELS = st.tuples(*[st.integers(0, 255)] * 3)


@given(LAB, LAB)
@settings(max_examples=200, deadline=None)
def test_the_difference_is_that_of_the_oracle(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    """CIEDE2000 of any two colours, to 0.0001."""
    ours = float(colour.difference(np.array(one), np.array(other)))
    assert ours == pytest.approx(float(oracle.difference(one, other)), abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_as_published(one: tuple[float, ...], other: tuple[float, ...], published: float) -> None:
    """Pairs of Sharma, Wu and Dalal 2005, table 1."""
    assert float(colour.difference(np.array(one), np.array(other))) == pytest.approx(published, abs=1e-4)


@given(LEVELS)
@settings(max_examples=100, deadline=None)
def test_lab_is_that_of_the_oracle(rgb: tuple[int, ...]) -> None:
    """SRGB seen under D50."""
    assert colour.lab(np.array(rgb)) == pytest.approx(oracle.lab(rgb), abs=0.04)


@given(LEVELS)
@settings(max_examples=100, deadline=None)
def test_there_and_back(rgb: tuple[int, ...]) -> None:
    """Every sRGB colour is found again from its CIELAB values."""
    assert colour.srgb(colour.lab(np.array(rgb))) == pytest.approx(np.array(rgb), abs=0.01)


def test_white_and_black() -> None:
    """The ends of the scale."""
    assert colour.lab(np.array([255, 255, 255])) == pytest.approx([100, 0, 0], abs=0.01)
    assert colour.lab(np.array([0, 0, 0])) == pytest.approx([0, 0, 0], abs=1e-6)


def test_a_patch_is_read_past_its_dust() -> None:
    """A flat patch with a tenth of its pixels black has its own colour."""
    image = np.full((60, 60, 3), (120, 80, 40), np.uint8)
    image[np.random.default_rng(1).random((60, 60)) < 0.1] = 0
    read = colour.read(image, [Box(10, 10, 40, 40)])
    assert read.lab[0] == pytest.approx(oracle.lab((120, 80, 40)), abs=0.02)
    assert 0.05 < read.black_clipped[0] < 0.15


@given(st.floats(0.5, 5))
@settings(max_examples=20, deadline=None)
def test_noise_is_the_deviation_of_lightness(sigma: float) -> None:
    """Grey with Gaussian noise of known strength."""
    light = 50 + sigma * np.random.default_rng(2).normal(size=(48, 48))
    image = np.round(colour.srgb(np.stack([light, 0 * light, 0 * light], -1))).astype(np.uint8)
    assert colour.read(image, [Box(0, 0, 48, 48)]).noise[0] == pytest.approx(sigma, rel=0.1, abs=0.15)


def test_clipped_white_is_told() -> None:
    """Half of a patch at the end of the scale."""
    image = np.full((20, 20, 3), 200, np.uint8)
    image[:10] = 255
    assert colour.read(image, [Box(0, 0, 20, 20)]).white_clipped[0] == pytest.approx(0.5)


@pytest.mark.parametrize("shift", [0.0, 0.4, 1.0])
def test_misregistration_is_the_shift_of_a_channel(shift: float) -> None:
    """A white patch whose red channel was moved by a known part of a pixel."""
    fine = np.full((640, 640), 40, np.float32)
    fine[160:480, 160:480] = 230
    moved = np.roll(fine, round(10 * shift), axis=1)
    planes = [
        np.add.reduceat(np.add.reduceat(p, range(0, 640, 10)), range(0, 640, 10), axis=1) / 100
        for p in (moved, fine, fine)
    ]
    image = np.round(np.dstack(planes)).astype(np.uint8)
    assert colour.misregistration(image) == pytest.approx(shift, abs=0.12)
