"""A training's checkpoint holds everything it needs to go on (needs PyTorch)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytest.importorskip("matplotlib", reason="matplotlib (extra `train`) is not installed")
pytestmark = pytest.mark.train

if TYPE_CHECKING:
    from engines.checkpoint import State


def fresh(seed: int) -> State:
    """A training that has not begun, of a network with random weights."""
    from engines.checkpoint import State
    from engines.network import Network
    from engines.train import optimisation

    torch.manual_seed(seed)
    network = Network(10)
    return State(network, Network(10), *optimisation(network, 1e-3, 100))


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    """Step, history, both sets of weights and the rate; nothing of the partial files stays."""
    from engines.checkpoint import resume, save

    before, after = fresh(1), fresh(2)
    before.optimiser.step()
    before.schedule.step()
    before.step, before.loss, before.iou = 1, [0.5], [[1, 0.25]]
    save(tmp_path, before)
    resume(tmp_path, after)
    assert (after.step, after.loss, after.iou) == (1, [0.5], [[1, 0.25]])
    assert after.schedule.get_last_lr() == before.schedule.get_last_lr()
    for ours, theirs in ((after.network, before.network), (after.average, before.average)):
        assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint.pt", "history.json", "weights.pt"]


def test_without_a_checkpoint_a_training_begins(tmp_path: Path) -> None:
    """An empty folder changes nothing."""
    from engines.checkpoint import resume

    state = fresh(1)
    resume(tmp_path, state)
    assert (state.step, state.loss, state.iou) == (0, [], [])


@pytest.mark.parametrize("steps", [0, 3, 60])
def test_a_curve_of_any_length_is_drawn(tmp_path: Path, steps: int) -> None:
    """Also before the first step, and without a validation."""
    from engines.checkpoint import picture

    state = fresh(1)
    state.loss = [1.0] * steps
    state.iou = [[10, 0.5], [20, 0.6]] if steps == 60 else []
    picture(tmp_path, state, ["sheet"])
    assert (tmp_path / "curve.png").stat().st_size > 1000
