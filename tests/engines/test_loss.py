"""What a training step is judged by (needs PyTorch)."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytestmark = pytest.mark.train


def owners() -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    """Two objects that touch: x 8 to 72 and 72 to 120, y 16 to 64."""
    owner = np.zeros((96, 128), np.uint16)
    owner[16:64, 8:72] = 3
    owner[16:64, 72:120] = 7
    return owner


def test_the_sides_of_an_object_are_counted_from_the_middle_of_a_cell() -> None:
    """Cell (3, 2) has its middle at x 20, y 28; where nothing lies the weight is 0."""
    from engines.loss import true_sides

    true, weight = true_sides([owners()])
    assert true[0, :, 3, 2].tolist() == [12, 12, 52, 36]
    assert true[0, :, 3, 10].tolist() == [84 - 72, 12, 36, 36]
    assert ((weight[0] > 0) == (owners()[4::8, 4::8] > 0)).all()


def test_the_truth_itself_costs_nothing_and_less_than_any_other_box() -> None:
    """The loss of the true distances is almost 0 and grows with every pixel they are off."""
    from engines.loss import sides_loss, true_sides
    from station.types import SIDES_REACH_PX

    true, _ = true_sides([owners()])
    costs = []
    for off in (0.0, 4.0, 16.0):
        root = torch.from_numpy(np.sqrt(np.clip(true + off, 1e-3, None) / SIDES_REACH_PX))
        costs.append(sides_loss(torch.logit(root), [owners()], torch.device("cpu")).item())
    assert costs[0] < 0.01
    assert costs == sorted(costs)


def test_a_note_weighs_more_than_a_label() -> None:
    """By the root of how much smaller it is, up to a limit; the ground and large objects weigh 1."""
    from engines.loss import NOTE_PX, NOTE_WEIGHT, smallness

    owner = np.zeros((200, 200), np.uint16)
    owner[:, :100], owner[:25, 120:135], owner[60, 150] = 1, 2, 3
    gain = smallness(owner)
    assert (gain[0, 0], gain[199, 199], gain[60, 150]) == (1, 1, NOTE_WEIGHT)
    assert gain[0, 125] == pytest.approx((NOTE_PX / 375) ** 0.5)


def test_a_photograph_without_objects_teaches_no_sides() -> None:
    """The loss is 0 and can still be differentiated."""
    from engines.loss import sides_loss

    sides = torch.zeros(1, 4, 12, 16, requires_grad=True)
    loss = sides_loss(sides, [np.zeros((96, 128), np.uint16)], torch.device("cpu"))
    loss.backward()
    assert loss.item() == 0
