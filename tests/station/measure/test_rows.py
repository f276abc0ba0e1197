"""Lost rows drawn into pictures of noise, and things that only look like them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.measure import rows


def picture(height: int = 400, width: int = 300, seed: int = 1) -> NDArray[np.uint8]:
    """Light paper with grain and a dark plant."""
    image = np.random.default_rng(seed).normal(200, 6, (height, width, 3))
    image[100:300, 120:180] -= 120
    return np.clip(image, 0, 255).astype(np.uint8)


def through_jpeg(image: NDArray[np.uint8], quality: int = 90) -> NDArray[np.uint8]:
    """As a camera would write it."""
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1), np.uint8)


def samples(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thirty columns of it."""
    return image[:, :: image.shape[1] // 30]


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 380), st.integers(1, 12))
def test_black_rows_are_found_where_they_are(first: int, count: int) -> None:
    """Through a JPEG, too; to the row."""
    image = picture()
    image[first : first + count] = 0
    ((start, length),) = rows.black(samples(through_jpeg(image)))
    assert abs(start - first) <= 1
    assert abs(length - count) <= 1


def test_a_picture_has_no_lost_rows() -> None:
    """Neither grain, nor a dark plant, nor a black table round the sheet."""
    image = picture()
    assert rows.black(samples(image)) == []
    assert rows.missing_end(samples(image)) == 0
    table = cv2.copyMakeBorder(image, 90, 90, 90, 90, cv2.BORDER_CONSTANT)
    assert rows.black(samples(table)) == []
    assert rows.missing_end(samples(cv2.GaussianBlur(table, (0, 0), 0.8))) == 0


@pytest.mark.parametrize("deg", [0.1, 0.4, 1.0])
def test_a_dark_ruler_across_the_frame_is_no_lost_row(deg: float) -> None:
    """Its edges are not quite straight and not quite sharp."""
    image = cv2.resize(picture(), (3000, 800))
    y = 400 + np.tan(np.radians(deg)) * np.arange(-1500, 1500)
    for x in range(3000):
        image[int(y[x]) : int(y[x]) + 40, x] = 8
    assert rows.black(samples(cv2.GaussianBlur(image, (0, 0), 0.8))) == []


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_end_that_was_never_filled_is_counted(level: int) -> None:
    """Black, the grey of libjpeg, or white."""
    image = picture()
    image[-57:] = level
    assert rows.missing_end(samples(image)) == 57
    assert rows.missing_end(samples(np.ascontiguousarray(image[::-1]))) == 0


def test_a_blank_picture_has_no_end() -> None:
    """One colour from the first row to the last is a lens cap, not a loss."""
    assert rows.missing_end(np.full((100, 20, 3), 128, np.uint8)) == 0
