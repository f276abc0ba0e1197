"""Strokes of drawn writing: as they are, blurred, moved, faint."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from station import writing
from station.types import Region
from tests.station.measure.test_focus import text
from tests.station.scenes import ArrayPhoto, blank


def measured(page: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> writing.Strokes:
    """As the check asks."""
    return writing.strokes(np.asarray(page, np.uint8), least=40, faint=14.0)


def test_sharp_writing_stands_still() -> None:
    """It is as soft in all directions, and no limit calls it moved."""
    found = measured(text(30))
    assert found.still
    assert not found.moved(2.5)


def test_a_movement_counts_by_what_the_letters_bear() -> None:
    """Eleven pixels sideways: too far for small letters, not for large ones; beside still writing more is asked."""
    found = measured(cv2.blur(text(30), (11, 1)))
    assert found.smear_deg in (0.0, 157.5, 22.5)
    assert found.moved(5.0)
    assert not found.moved(found.smear_px)
    assert found.moved(5.0, beside_still=True) == (found.smear >= writing.MOTION_ALONE)


def test_clouds_are_measured_at_a_quarter() -> None:
    """A blur that leaves no edge at full size still has a width."""
    found = measured(cv2.GaussianBlur(text(40), (0, 0), 16))
    assert found.edge_px is not None
    assert found.edge_px > 20


@pytest.mark.parametrize("page", [np.full((300, 300), 200, np.uint8), np.full((8, 8), 200, np.uint8)])
def test_nothing_written_is_not_measured(page: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    """No ink, no figures."""
    found = measured(page)
    assert (found.edge_px, found.x_height_px) == (None, None)
    assert not found.still


def test_what_lies_outside_the_outline_is_paper() -> None:
    """A dark neighbour within the box is painted over; the middle alone is cut when less is asked for."""
    image = blank(400, 300, 220)
    image[:, 300:] = 10
    ring = np.array([[20, 20], [290, 20], [290, 280], [20, 280]], np.float32)
    ring[1] = (380, 20)
    cut = writing.paper(ArrayPhoto(image), Region("label", ring, 1.0, 1.0))
    assert cut[200:, 300:].min() == 220
    assert writing.paper(ArrayPhoto(image), Region("label", ring, 1.0, 1.0), 50).shape == (100, 100)
