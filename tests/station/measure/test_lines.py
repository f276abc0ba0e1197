"""The run of drawn lines of writing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.measure import lines


def page() -> NDArray[np.uint8]:
    """Lines 20 px apart, letters of about 8 px, each line another."""
    grey = np.full((240, 320), 225, dtype=np.uint8)
    words = "flora of central europe collected near the river on dry calcareous slopes in june"
    for n, y in enumerate(range(20, 230, 20)):
        line = (words * 2)[5 * n : 5 * n + 26]
        cv2.putText(grey, line, (8 + 7 * n % 13, y), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 30, 1, cv2.LINE_AA)
    return grey


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_lines_are_told_in_every_quarter_turn(quarter: int) -> None:
    """Level at 0 and 180 degrees, from top to bottom at 90 and 270."""
    found = lines.run(np.ascontiguousarray(np.rot90(page(), quarter)))
    assert found is not None
    assert (found > 1) == (quarter % 2 == 0)
    assert (found < -1) == (quarter % 2 == 1)


@pytest.mark.parametrize("grey", [np.full((200, 200), 220, np.uint8), page()[:30, :30]])
def test_nothing_written_and_tiny_pictures_tell_nothing(grey: NDArray[np.uint8]) -> None:
    """None, never a guess."""
    assert lines.run(grey) is None
