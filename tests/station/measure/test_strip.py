"""Two cards end to end are told from one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.measure.strip import MARGIN, seam
from station.types import Image

COLOURS = np.array([(200, 40, 60), (240, 200, 40), (40, 140, 70), (40, 150, 200), (60, 40, 120)], np.uint8)


def strip(coloured: float, cast: tuple[float, float, float] = (1, 1, 1), length: int = 400) -> Image:
    """Colour patches over the first part of the length, then grey ones from white to black."""
    x = np.arange(length)
    colours = COLOURS[(x // 20) % len(COLOURS)].astype(float)
    grey = np.repeat((255 * (1 - x / length))[:, None], 3, axis=1)
    row = np.where((x < coloured * length)[:, None], colours, grey) * cast
    return np.repeat(np.clip(row, 0, 255).astype(np.uint8)[None], 16, axis=0)


@given(st.floats(MARGIN + 0.05, 1 - MARGIN - 0.05), st.booleans())
def test_the_seam_is_found_from_either_end(at: float, reversed_: bool) -> None:
    """Wherever the grey card begins, its place is right to three per cent of the length."""
    picture = strip(at)[:, ::-1] if reversed_ else strip(at)
    found = seam(np.ascontiguousarray(picture))
    assert found == pytest.approx(1 - at if reversed_ else at, abs=0.03)


@pytest.mark.parametrize("coloured", [0.0, 1.0])
def test_one_card_has_no_seam(coloured: float) -> None:
    """All colours or all greys are one card."""
    assert seam(strip(coloured)) is None


def test_greys_between_colours_are_one_card() -> None:
    """Object-level targets have colours at both ends: no seam."""
    one = strip(0.5)[:, :200]
    assert seam(np.concatenate([one, strip(0.0)[:, 100:300], one[:, ::-1]], axis=1)) is None


def test_a_warm_lamp_does_not_colour_the_greys() -> None:
    """A cast of a fifth in blue leaves the seam where it is."""
    assert seam(strip(0.5, cast=(1, 0.95, 0.8))) == pytest.approx(0.5, abs=0.05)
