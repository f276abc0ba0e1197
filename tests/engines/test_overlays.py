"""The drawing of truth and answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.answers import Answer, Truth
from engines.overlays import FOUND, TRUE, dashes, drawn
from engines.truth import HERBARIUM, IGNORE
from station.types import Engine, Segmentation

LABEL = HERBARIUM.index("label")


def box(x: float, y: float, side: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], np.float32)


def test_truth_and_answer_have_colours_of_their_own() -> None:
    """A missed label is blue inside and outlined, a made-up one vermilion, the rest grey, the unknown untouched."""
    class_map, truth_map = np.zeros((2, 100, 100), np.uint8)
    truth_map[10:40, 10:40] = LABEL
    class_map[50:80, 50:80] = LABEL
    class_map[90:, :] = LABEL
    truth_map[90:, :] = IGNORE
    plain = np.zeros((100, 100), np.uint8)
    sides = np.zeros((4, 25, 25), np.uint8)
    segmented = Segmentation(class_map, plain, plain, sides, HERBARIUM, (2, 2), 0, Engine("", "", "", "", ""))
    image = np.full((200, 200, 3), 128, np.uint8)
    there, found = (("label", box(20, 20, 60)), ("stamp", box(120, 20, 40))), (("label", box(100, 100, 60)),)
    seen = Answer(Truth("", "", (200, 200), 0, ()), image, segmented, there, found, truth_map, truth_map)
    picture = drawn(seen, "label", LABEL).astype(int)
    assert abs(picture[50, 50] - 0.55 * np.array(TRUE) - 0.45 * 128).max() <= 2
    assert abs(picture[130, 130] - 0.55 * np.array(FOUND) - 0.45 * 128).max() <= 2
    assert (picture[190, 100] == 128).all()
    assert (picture[20:60, 120] == 128).all()
    assert (np.abs(picture - TRUE).max(2) < 40).any()
    assert (np.abs(picture - FOUND).max(2) < 40).any()
    assert (image == 128).all()


@given(st.floats(1, 300), st.floats(1, 60))
def test_dashes_cover_half_of_the_outline(side: float, length_px: float) -> None:
    """However long a dash, half of the ring is drawn and half is left open."""
    lengths = [np.hypot(*np.diff(dash, axis=0).T).sum() for dash in dashes(box(3, 4, side), length_px)]
    assert sum(lengths) == pytest.approx(2 * side, rel=1e-4)
    assert len(lengths) >= 2
