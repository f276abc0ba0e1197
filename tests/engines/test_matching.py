"""Matching found objects to true ones, and the rates that follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from engines.matching import Rates, balanced_accuracy, class_iou, matched, mean, overlaps, rastered

SHAPE = (24, 32)
SEEDS = st.integers(0, 2**32 - 1)
MASKS = st.integers(0, 4).flatmap(lambda n: arrays.arrays(np.bool_, (n, 5, 6)))
OVERLAPS = st.tuples(st.integers(0, 6), st.integers(0, 6)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.floats(0, 1))
)


def box(x: float, y: float, w: float, h: float) -> NDArray[np.float32]:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


@given(MASKS, MASKS)
def test_overlap_does_not_ask_who_is_the_truth(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> None:
    """IoU is symmetric and lies between 0 and 1."""
    iou = overlaps(first, second)
    assert iou.shape == (len(first), len(second))
    np.testing.assert_allclose(iou, overlaps(second, first).T)
    assert ((iou >= 0) & (iou <= 1)).all()


@given(MASKS)
def test_every_mask_is_wholly_itself(masks: NDArray[np.bool_]) -> None:
    """A mask's IoU with itself is exactly 1, unless it is empty: then 0."""
    np.testing.assert_array_equal(np.diag(overlaps(masks, masks)), masks.any((1, 2)).astype(float))


@given(st.integers(1, 10), st.integers(1, 8), st.integers(0, 10))
def test_overlap_of_two_boxes(w: int, h: int, shift: int) -> None:
    """Two equal boxes, one moved aside: (w - shift) of (w + shift) columns are common."""
    masks = rastered([box(3, 4, w, h), box(3 + shift, 4, w, h)], SHAPE)
    common = max(w - shift, 0)
    assert overlaps(masks[:1], masks[1:])[0, 0] == pytest.approx(common / (2 * w - common))


def test_no_polygons_are_no_masks() -> None:
    """Nothing annotated or nothing found is an empty stack that can be matched."""
    none, one = rastered([], SHAPE), rastered([box(1, 1, 4, 4)], SHAPE)
    assert matched(overlaps(none, one)) == matched(overlaps(one, none)) == []


@given(OVERLAPS, st.floats(0, 1))
def test_matches_are_one_to_one(iou: NDArray[np.float64], least: float) -> None:
    """Never more matches than objects, none twice, none below the limit, the best pair first."""
    matches = matched(iou, least)
    assert len({m.true for m in matches}) == len({m.found for m in matches}) == len(matches) <= min(iou.shape)
    assert all(m.iou == iou[m.true, m.found] >= least and m.iou > 0 for m in matches)
    assert [m.iou for m in matches] == sorted((m.iou for m in matches), reverse=True)
    rates = Rates(len(matches), *iou.shape)
    assert all(r is None or 0 <= r <= 1 for r in (rates.precision, rates.recall, rates.f1))


@given(OVERLAPS, SEEDS)
def test_the_order_of_objects_does_not_matter(iou: NDArray[np.float64], seed: int) -> None:
    """Rows and columns in any order give the same pairs, and truth and answer may change places."""
    assume(len(np.unique(iou[iou > 0])) == (iou > 0).sum())
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(iou.shape[0]), rng.permutation(iou.shape[1])
    pairs = {(m.true, m.found) for m in matched(iou)}
    assert {(rows[m.true], columns[m.found]) for m in matched(iou[rows][:, columns])} == pairs
    assert {(m.found, m.true) for m in matched(iou.T)} == pairs


@given(st.integers(1, 7), SEEDS)
def test_the_truth_itself_is_perfect(count: int, seed: int) -> None:
    """Objects that do not overlap, found exactly but in another order, all match with IoU 1."""
    boxes = [box(4 * i, i, 3, 5) for i in range(count)]
    order = np.random.default_rng(seed).permutation(count)
    matches = matched(overlaps(rastered(boxes, SHAPE), rastered([boxes[i] for i in order], SHAPE)), 0.75)
    assert {(m.true, int(order[m.found])) for m in matches} == {(i, i) for i in range(count)}
    rates = Rates(len(matches), count, count)
    assert rates.precision == rates.recall == rates.f1 == 1


@given(OVERLAPS)
def test_a_stricter_limit_drops_matches_only(iou: NDArray[np.float64]) -> None:
    """What matches at 0.75 is what matched at 0.5, less the weak pairs."""
    assert matched(iou, 0.75) == [m for m in matched(iou, 0.5) if m.iou >= 0.75]


def test_rates_of_nothing_are_not_judged() -> None:
    """Without an object there is no precision and no recall; all missed is an F1 of 0."""
    assert (Rates(0, 0, 0).precision, Rates(0, 0, 0).recall, Rates(0, 0, 0).f1) == (None, None, None)
    assert (Rates(0, 3, 0).precision, Rates(0, 3, 0).recall, Rates(0, 3, 0).f1) == (None, 0, 0)
    assert (mean([]), mean([None])) == (None, None)
    assert mean([0.2, None, 0.4]) == pytest.approx(0.3)
    assert balanced_accuracy(np.array([[0, 0], [1, 9]])) is None


def test_class_iou_is_counted_in_pixels() -> None:
    """Hits over all pixels that are, or are said to be, of the class; an absent class is not judged."""
    confusion = np.array([[50, 10, 1], [5, 35, 0], [0, 0, 0]])
    assert class_iou(confusion) == [pytest.approx(50 / 66), pytest.approx(35 / 50), None]


def test_balanced_accuracy_weighs_presence_and_absence_alike() -> None:
    """90 of 100 present ones found and 1 of 2 absent ones: 70 %, although 91 of 102 answers are right."""
    assert balanced_accuracy(np.array([[1, 1], [10, 90]])) == pytest.approx(0.7)
