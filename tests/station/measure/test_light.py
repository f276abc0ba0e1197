"""Light on plain things: drawn gradients of known strength."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.measure import colour, light
from tests.station import oracle


def lit(slope: float, level: float = 0.6) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Luminance (300, 200) that grows by `slope` of its mean from left to right."""
    across = np.linspace(-0.5, 0.5, 200) * slope + 1
    return np.tile(level * across, (300, 1)).astype(np.float32)


ALL = np.ones((300, 200), bool)


def test_luminance_is_the_y_of_the_oracle() -> None:
    """L* computed from it is that of CIELAB for greys."""
    image = np.repeat(np.arange(0, 256, 5, dtype=np.uint8)[None, :, None], 3, axis=2)
    y = light.luminance(image)[0]
    assert y == pytest.approx(colour.linear(image[0]) @ light.WEIGHTS.astype(float), abs=1e-5)
    assert 116 * np.cbrt(float(y[40])) - 16 == pytest.approx(float(oracle.lab((200, 200, 200))[0]), abs=0.05)


@given(st.floats(0, 0.8))
@settings(max_examples=20, deadline=None)
def test_unevenness_is_deviation_over_mean(slope: float) -> None:
    """A linear gradient has slope over the square root of twelve."""
    assert light.unevenness(lit(slope), ALL) == pytest.approx(slope / np.sqrt(12), abs=0.012)


def test_stains_and_leaves_do_not_count() -> None:
    """A fifth of an evenly lit sheet is dark, and a third is hidden."""
    y = lit(0.0)
    y[60:130, 20:140] *= 0.5
    hidden = ALL.copy()
    hidden[150:250] = False
    assert light.unevenness(y, hidden) == pytest.approx(0, abs=0.01)


def test_too_little_sheet_says_nothing() -> None:
    """None, not a number."""
    few = np.zeros_like(ALL)
    few[:30, :30] = True
    assert light.unevenness(lit(0.3), few) is None


def test_pure_white_is_counted_where_it_matters() -> None:
    """Only inside the mask, only where all channels are at the end."""
    image = np.full((10, 10, 3), 200, np.uint8)
    image[:2] = 255
    image[2:4] = (255, 255, 200)
    assert light.clipped(image, np.ones((10, 10), bool)) == pytest.approx(0.2)
    inside = np.zeros((10, 10), bool)
    inside[5:] = True
    assert light.clipped(image, inside) == 0
    assert light.clipped(image, np.zeros((10, 10), bool)) == 0
    assert light.level(image, inside, 50) == 200


def test_the_rim_of_a_mask_is_left_out_but_not_at_the_edge_of_the_frame() -> None:
    """A sheet that fills the frame has no rim there."""
    mask = np.zeros((20, 20), bool)
    mask[:, :10] = True
    assert light.inner(mask, 2)[:, :8].all()
    assert not light.inner(mask, 2)[:, 8:].any()
