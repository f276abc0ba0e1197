"""Edge width and x-height of drawn edges and letters with known truth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.measure import focus


def blocks(deg: float = 0.0, size: int = 400) -> NDArray[np.uint8]:
    """Black squares 60 px wide on light paper, turned."""
    grey = np.full((size, size), 225, dtype=np.uint8)
    for x in range(40, size - 60, 120):
        for y in range(40, size - 60, 120):
            box = cv2.boxPoints(((x + 30.0, y + 30.0), (60.0, 60.0), deg))
            cv2.fillPoly(grey, [np.round(box * 16).astype(np.int32)], 30, cv2.LINE_AA, 4)
    return grey


def text(height_px: float = 40.0, size: tuple[int, int] = (900, 400)) -> NDArray[np.uint8]:
    """Small letters without ascenders; OpenCV's Hershey letters are 21 units high, the small ones 14."""
    grey = np.full((size[1], size[0]), 225, dtype=np.uint8)
    for y in range(80, size[1] - 20, 80):
        cv2.putText(grey, "ace man sum rex", (20, y), cv2.FONT_HERSHEY_SIMPLEX, height_px / 14, 30, 3, cv2.LINE_AA)
    return grey


@settings(max_examples=25, deadline=None)
@given(st.floats(1.2, 6), st.floats(0, 90))
def test_a_gaussian_edge_measures_as_wide_as_it_is(sigma: float, deg: float) -> None:
    """10-90 % of a Gaussian step is 2.563 sigma, whatever its direction."""
    found = focus.edges(cv2.GaussianBlur(blocks(deg), (0, 0), sigma))
    own = np.hypot(focus.GAUSSIAN_10_90 * sigma, 0.8)  # a drawn step is itself about a pixel wide
    assert float(np.median(found.width_px)) == pytest.approx(own, rel=0.1)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.5, 5), st.floats(0.3, 3))
def test_more_blur_is_never_sharper(sigma: float, more: float) -> None:
    """The figure grows with blur, on letters too."""
    page = text()
    widths = [float(np.median(focus.edges(cv2.GaussianBlur(page, (0, 0), s)).width_px)) for s in (sigma, sigma + more)]
    assert widths[1] >= widths[0] - 0.05


def test_noise_does_not_make_an_edge_wide_or_narrow() -> None:
    """Grain of four grey levels moves the median by less than a fifth."""
    page = cv2.GaussianBlur(blocks(20), (0, 0), 2.0)
    grain = np.random.default_rng(1).normal(0, 4, page.shape)
    noisy = np.clip(page + grain, 0, 255).astype(np.uint8)
    clean, dirty = (float(np.median(focus.edges(p).width_px)) for p in (page, noisy))
    assert dirty == pytest.approx(clean, rel=0.2)


def test_motion_widens_edges_across_it_only() -> None:
    """Eleven pixels sideways: left-right profiles are wide, up-down ones are not."""
    page = cv2.blur(text(), (11, 1))
    widths = focus.edges(page).by_direction()
    assert widths[0] > 1.6 * widths[90]


@pytest.mark.parametrize("height", [12.0, 20.0, 40.0])
def test_x_height_is_the_height_of_small_letters(height: float) -> None:
    """Within a stroke's width."""
    found = focus.x_height(text(height, (1400, 400)))
    assert found is not None
    assert found == pytest.approx(height + 3, abs=3)


def test_a_blank_page_has_no_edges_letters_or_ink() -> None:
    """Nothing to judge is nothing, not zero blur."""
    page = np.full((200, 300), 220, dtype=np.uint8)
    assert len(focus.edges(page).width_px) == 0
    assert focus.edges(page).by_direction() == {}
    assert focus.x_height(page) is None
    assert focus.ink_contrast(page) == 0


def test_a_tiny_crop_is_no_accident() -> None:
    """A few pixels give an empty answer instead of an error."""
    assert len(focus.edges(np.zeros((3, 2), dtype=np.uint8)).width_px) == 0


def test_the_window_is_where_the_ink_is() -> None:
    """Writing in one corner of a large label is found."""
    page = np.full((3000, 4000), 225, dtype=np.uint8)
    page[2400:2800, 3000:3900] = text()
    window = focus.written(page, 720)
    assert window.shape == (720, 720)
    assert focus.ink_contrast(window) > 50


def test_a_small_label_is_its_own_window() -> None:
    """Nothing is cut off a label smaller than the window."""
    page = text()
    assert focus.written(page, 1000) is page
