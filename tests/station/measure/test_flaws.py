"""Cracks and bubbles as lines and circles on arrays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.measure import flaws

EVERYWHERE = np.ones((400, 300), np.uint8)


def ground(seed: int) -> flaws.Grey:
    """Noise round a mid grey."""
    return np.clip(np.random.default_rng(seed).normal(130, 3, (400, 300)), 0, 255).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 99), st.integers(40, 360), st.integers(40, 360), st.integers(1, 3))
def test_a_bright_line_is_a_crack(seed: int, left: int, right: int, width: int) -> None:
    """From side to side at any slope: its ends and length are found."""
    grey = ground(seed)
    cv2.line(grey, (30, left), (270, right), 215, width, cv2.LINE_AA)
    crack = flaws.cracks(grey, EVERYWHERE, 90)[0]
    length = float(np.hypot(240, right - left))
    assert crack.length_px == pytest.approx(length, rel=0.08)
    ends = crack.ends[np.argsort(crack.ends[:, 0])]
    assert np.allclose(ends, [(30, left), (270, right)], atol=12)


@given(st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_noise_and_broad_bands_are_no_cracks(seed: int) -> None:
    """Grain, and an edge of paper."""
    grey = ground(seed)
    assert flaws.cracks(grey, EVERYWHERE, 90) == []
    grey[150:260] += 60
    assert flaws.cracks(grey, EVERYWHERE, 90) == []


def test_nothing_is_found_outside_the_mask() -> None:
    """A label's border is not looked at."""
    grey = ground(1)
    cv2.line(grey, (30, 100), (270, 100), 215, 2)
    mask = EVERYWHERE.copy()
    mask[80:120] = 0
    assert flaws.cracks(grey, mask, 90) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 99), st.integers(8, 20), st.integers(60, 240), st.integers(60, 340))
def test_a_dark_ring_is_a_bubble(seed: int, radius: int, x: int, y: int) -> None:
    """Its middle and size are found, once."""
    grey = ground(seed)
    cv2.circle(grey, (x, y), radius, 60, 2, cv2.LINE_AA)
    (bubble,) = flaws.bubbles(grey, EVERYWHERE, 3, 40)
    assert np.hypot(bubble.x - x, bubble.y - y) < 3
    assert bubble.radius_px == pytest.approx(radius, abs=5)


def test_dark_dots_and_lines_are_no_bubbles() -> None:
    """A pollen grain is dark in its middle; a hair is no ring."""
    grey = ground(2)
    cv2.circle(grey, (100, 100), 12, 60, -1)
    cv2.line(grey, (30, 300), (270, 330), 60, 2)
    assert flaws.bubbles(grey, EVERYWHERE, 3, 40) == []
