"""Resolution of drawn rulers and scale bars."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.measure import ticks


def line(image: NDArray[np.uint8], x: float, low: int, high: int, wide: float) -> None:
    """A dark line at x, to a sixteenth of a pixel."""
    points = np.array([[x, low], [x + wide, low], [x + wide, high], [x, high]])
    cv2.fillPoly(image, [np.round(points * 16).astype(np.int32)], 40, cv2.LINE_AA, 4)


def ruler(px_per_mm: float, mm: int = 150, *, inches: bool = True) -> NDArray[np.uint8]:
    """Millimetres above, each fifth and tenth longer; sixteenths of an inch below."""
    unit = max(1, round(px_per_mm))
    image = np.full((22 * unit, round((mm + 10) * px_per_mm)), 225, np.uint8)
    for n in range(mm + 1):
        line(image, (5 + n) * px_per_mm, 0, (7 if n % 10 == 0 else 5 if n % 5 == 0 else 3) * unit, 0.25 * px_per_mm)
    for n in range(int(mm / 25.4 * 16) + 1 if inches else 0):
        long = 7 if n % 16 == 0 else 5 if n % 4 == 0 else 3
        line(image, (5 + n * 25.4 / 16) * px_per_mm, len(image) - long * unit, len(image), 0.25 * px_per_mm)
    return image


def bar(px_per_mm: float) -> NDArray[np.uint8]:
    """Ten centimetres in blocks, light on dark, the first divided into millimetres."""
    high = round(8 * px_per_mm)
    image = np.full((3 * high, round(140 * px_per_mm)), 35, np.uint8)
    for n in range(10):
        left, right = (round((5 + 10 * (n + k)) * px_per_mm) for k in (0, 1))
        image[high + (n % 2) * high // 2 : high + (1 + n % 2) * high // 2, left:right] = 230
    for n in range(10):
        image[high : 2 * high, round((5 + n) * px_per_mm)] = 230
    return image


@settings(max_examples=15, deadline=None)
@given(st.floats(3.0, 24.0), st.floats(0.9, 1.1))
def test_a_ruler_gives_its_resolution(px_per_mm: float, off: float) -> None:
    """Within a quarter per cent, from 76 to 610 ppi, when up to a tenth away from what was expected."""
    found = ticks.scale(ruler(px_per_mm), px_per_mm * off)
    assert found is not None
    assert found.lead > 1
    assert found.px_per_mm == pytest.approx(px_per_mm, rel=0.0025)


@pytest.mark.parametrize("px_per_mm", [3.3, 5.9, 12.0, 23.6])
def test_a_bar_of_blocks_gives_its_resolution(px_per_mm: float) -> None:
    """The centimetres decide."""
    found = ticks.scale(bar(px_per_mm), px_per_mm * 1.04)
    assert found is not None
    assert found.px_per_mm == pytest.approx(px_per_mm, rel=0.005)


def test_grain_and_blur_do_not_move_it() -> None:
    """As a camera sees it."""
    soft = cv2.GaussianBlur(ruler(11.8), (0, 0), 2.0).astype(np.float64)
    noisy = np.clip(soft + np.random.default_rng(1).normal(0, 8, soft.shape), 0, 255).astype(np.uint8)
    found = ticks.scale(noisy, 11.2)
    assert found is not None
    assert found.px_per_mm == pytest.approx(11.8, rel=0.003)


def test_what_does_not_repeat_is_no_ruler() -> None:
    """Plain, too short, or noise: nothing, or no lead."""
    assert ticks.scale(np.full((40, 900), 200, np.uint8), 5.0) is None
    assert ticks.scale(ruler(5.0)[:, :80], 5.0) is None
    noise = np.random.default_rng(2).integers(0, 255, (60, 900), dtype=np.uint8)
    found = ticks.scale(noise, 5.0)
    assert found is not None
    assert found.lead < 1
