"""Counting slides of a tray beside their true boxes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engines.tray_count import counted, read_boxes

TRUE = np.array([[40 * c, 100 * r, 30, 90] for r in range(3) for c in range(5)], np.float64)


def test_boxes_are_read_in_reading_order_without_markers(tmp_path: Path) -> None:
    """The file may list them anyhow; what is no slide is left out."""
    path = tmp_path / "a_boxes.csv"
    path.write_text(
        "crop,x,y,w,h,row,col,kind\na,9,8,7,6,1,0,slide\nb,1,2,3,4,0,1,slide\nc,0,0,3,4,0,0,marker_no_slide\n"
    )
    assert read_boxes(path).tolist() == [[1, 2, 3, 4], [9, 8, 7, 6]]


def test_all_found_is_all_in_order() -> None:
    """Boxes a little off are the same slides."""
    near = TRUE + np.random.default_rng(1).uniform(-3, 3, TRUE.shape)
    assert counted(TRUE, near) == {"slides": 15, "found": 15, "hits": 15, "in_order": 15}


@given(st.integers(0, 13))
def test_two_that_change_places_break_the_order_by_one(at: int) -> None:
    """Neighbours in the wrong order: all are hits, one is out of order."""
    swapped = TRUE.copy()
    swapped[[at, at + 1]] = swapped[[at + 1, at]]
    assert counted(TRUE, swapped) == {"slides": 15, "found": 15, "hits": 15, "in_order": 14}


def test_missed_and_invented_slides_show() -> None:
    """One is missed, one found twice, one found where none is: hits are counted once."""
    found = np.concatenate([TRUE[1:], TRUE[3:4] + 1, [[900, 900, 30, 90]]])
    assert counted(TRUE, found) == {"slides": 15, "found": 16, "hits": 14, "in_order": 14}


def test_nothing_found_is_no_hit() -> None:
    """And no crash."""
    assert counted(TRUE, np.zeros((0, 4)))["hits"] == 0
