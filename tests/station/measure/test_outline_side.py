"""One side of a sheet, on drawn strips whose truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.measure import outline

PLACES, REACH = 128, 20
Colour = tuple[int, int, int]
BLACK, GREY, WHITE, CREAM = (20, 20, 22), (110, 110, 112), (238, 238, 238), (236, 230, 206)


def strip(
    at: float, slope: float, outside: Colour, inside: Colour, noise: float = 3.0, bow: float = 0.0
) -> NDArray[np.float32]:
    """A step at column `at` in the middle, blurred as by a lens; `bow` columns more in the middle than at the ends."""
    rng = np.random.default_rng(4)
    place = np.arange(PLACES) - (PLACES - 1) / 2
    edge = at + slope * place + bow * (1 - (2 * place / PLACES) ** 2)
    share = np.clip(np.arange(2 * REACH + 1)[None] - edge[:, None] + 0.5, 0, 1)[..., None]
    image = share * np.array(inside) + (1 - share) * np.array(outside)
    blurred = cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigmaX=1.0, sigmaY=0.01)
    return np.asarray(np.clip(blurred + rng.normal(0, noise, blurred.shape), 0, 255), np.float32)


@settings(max_examples=40)
@given(st.floats(-6, 6), st.floats(-0.05, 0.05), st.sampled_from([(BLACK, WHITE), (GREY, CREAM), (WHITE, GREY)]))
def test_the_side_is_found_where_it_lies(at: float, slope: float, colours: tuple[Colour, Colour]) -> None:
    """A twentieth of a pixel, a thousandth of a pixel a place: 0.06 degrees on a side of 1,000 pixels."""
    found = outline.side(strip(REACH + at, slope, colours[0], colours[1]), 0.5 * REACH)
    assert found is not None
    assert found.at == pytest.approx(REACH + at, abs=0.1)
    assert found.slope == pytest.approx(slope, abs=0.002)
    assert found.share > 0.8


def test_cream_paper_on_a_white_table_is_seen_by_its_colour() -> None:
    """The lightness hardly differs, the blue does; a dark shadow beside the sheet is not taken for another side."""
    drawn = strip(22.0, 0.01, WHITE, CREAM)
    found = outline.side(drawn, 0.5 * REACH)
    assert found is not None
    assert found.at == pytest.approx(22.0, abs=0.25)
    assert found.slope == pytest.approx(0.01, abs=0.004)


def test_what_lies_over_the_edge_does_not_bend_it() -> None:
    """A label over a fifth of the side, leaves over another: the rest decides."""
    drawn = strip(18.0, 0.02, BLACK, WHITE)
    drawn[10:36] = WHITE
    drawn[70:96:2] = (60, 80, 40)
    drawn[60:80] = np.roll(drawn[60:80], 9, axis=1)
    found = outline.side(drawn, 0.5 * REACH)
    assert found is not None
    assert found.at == pytest.approx(18.0, abs=0.3)
    assert found.slope == pytest.approx(0.02, abs=0.004)


def test_a_bowed_edge_gives_its_chord() -> None:
    """Four pixels of bow of twenty: the direction is that of the ends, not of the piece that is straightest."""
    found = outline.side(strip(20.0, 0.0, BLACK, WHITE, bow=4.0), 0.5 * REACH)
    assert found is not None
    assert found.slope == pytest.approx(0, abs=0.003)


@pytest.mark.parametrize("colour", [WHITE, GREY])
def test_where_there_is_no_step_there_is_no_side(colour: Colour) -> None:
    """Noise alone makes no side."""
    assert outline.side(strip(20, 0, colour, colour), 0.5 * REACH) is None


def test_an_object_along_a_third_of_the_border_is_no_side() -> None:
    """A chart that covers the frame's edge for a third of its length: the sheet goes on beyond."""
    drawn = strip(0, 0, WHITE, WHITE)
    drawn[40:80, :25] = BLACK
    assert outline.side(drawn, 0.5 * REACH) is None
