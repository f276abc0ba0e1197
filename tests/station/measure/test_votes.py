"""Boxes that voters agree on."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.measure import votes


def voters(box: tuple[float, float, float, float], step: float = 4.0) -> tuple[votes.Boxes, votes.Boxes]:
    """Places on a grid in a box, and the box as each of them sees it."""
    xs, ys = np.meshgrid(np.arange(box[0] + 1, box[2], step), np.arange(box[1] + 1, box[3], step))
    at = np.stack((xs.ravel(), ys.ravel()), axis=1)
    return at, np.tile(np.array(box), (len(at), 1))


@given(seed=st.integers(0, 1000), shake=st.floats(0, 3))
def test_two_boxes_that_touch_are_found_by_shaky_voters(seed: int, shake: float) -> None:
    """Each voter errs by some pixels; the median of all is closer than they are, and nobody votes for the neighbour."""
    rng = np.random.default_rng(seed)
    true = [(10.0, 20.0, 90.0, 60.0), (90.0, 20.0, 150.0, 60.0)]
    at, boxes = (np.concatenate(parts) for parts in zip(*map(voters, true), strict=True))
    found, choice = votes.agreed(boxes + rng.uniform(-shake, shake, boxes.shape), np.ones(len(at)), 0.5, 0.5, 16)
    assert len(found) == 2
    order = np.argsort(found[:, 0])
    assert np.abs(found[order] - true).max() <= shake
    assert (choice == np.where(at[:, 0] < 90, order[0], order[1])).all()


def test_a_blur_between_two_objects_is_no_object() -> None:
    """A few voters on the seam who see one box round both are overruled, and given to one of the two."""
    true = [(0.0, 0.0, 60.0, 40.0), (60.0, 0.0, 120.0, 40.0)]
    at, boxes = (np.concatenate(parts) for parts in zip(*map(voters, true), strict=True))
    seam = np.abs(at[:, 0] - 60) < 4
    boxes[seam] = (0.0, 0.0, 120.0, 40.0)
    found, choice = votes.agreed(boxes, np.ones(len(at)), 0.6, 0.5, 16)
    assert sorted(map(tuple, found)) == true
    assert set(choice) == {0, 1}


def test_parts_of_one_label_are_joined_and_a_slip_on_a_label_is_not() -> None:
    """Two boxes that overlap along a label become the label; one in the middle of a large one stays by itself."""
    label, slip = (0.0, 0.0, 240.0, 60.0), (400.0, 0.0, 640.0, 200.0)
    at, boxes = voters(label)
    boxes[at[:, 0] < 120] = (0, 0, 170, 60)
    boxes[at[:, 0] >= 120] = (70, 0, 240, 60)
    below, large = voters(slip)
    large[(np.abs(below - (520, 100)) < (30, 20)).all(axis=1)] = (490, 80, 550, 120)
    every = np.concatenate((boxes, large))
    found, choice = votes.agreed(every, np.ones(len(every)), 0.8, 0.3, 16)
    assert sorted(map(tuple, found)) == [label, slip, (490.0, 80.0, 550.0, 120.0)]
    assert len(set(choice[: len(boxes)])) == 1


def test_boxes_that_leave_a_corner_of_their_rectangle_bare_cover_the_rest() -> None:
    """Two of 10 x 10 px that share a quarter, corner to corner: 175 of 225."""
    two = np.array([[0.0, 0.0, 10.0, 10.0], [5.0, 5.0, 15.0, 15.0]])
    assert votes.covered(two) == 175 / 225
    assert votes.shared(*two) == 0.25


def test_nobody_votes_for_nothing() -> None:
    """No voters, no boxes."""
    found, choice = votes.agreed(np.zeros((0, 4)), np.zeros(0), 0.5, 0.5, 16)
    assert (found.shape, choice.shape) == ((0, 4), (0,))


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.1, 5)), min_size=1, max_size=20))
def test_half_of_the_weight_lies_on_either_side_of_the_median(pairs: list[tuple[float, float]]) -> None:
    """The definition itself: neither what is smaller nor what is larger outweighs the rest."""
    values, weight = (np.array(column) for column in zip(*pairs, strict=True))
    middle = votes.median(values[:, None], weight)[0]
    assert weight[values < middle].sum() <= weight.sum() / 2 + 1e-9
    assert weight[values > middle].sum() <= weight.sum() / 2 + 1e-9


def test_a_box_overlaps_itself_wholly_and_its_half_by_half() -> None:
    """Intersection over union on boxes whose areas are known."""
    box = np.array([0.0, 0.0, 10.0, 10.0])
    others = np.array([[0, 0, 10, 10], [0, 0, 5, 10], [20, 0, 30, 10]], float)
    assert votes.overlap(box, others).tolist() == [1.0, 0.5, 0.0]
