"""Weights between trainings (needs PyTorch)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytestmark = pytest.mark.train


def test_weights_are_averaged_and_say_of_what(tmp_path: Path) -> None:
    """Each number is the mean of the runs' numbers, counters are the last one's, run.json names them."""
    from engines.average import average

    for name, value in (("one", 1.0), ("two", 4.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps({"steps": int(value)}))
        state = {"w": torch.full((2, 3), value), "seen": torch.tensor(int(value))}
        torch.save(state, tmp_path / name / "weights.pt")
    average([tmp_path / "one" / "weights.pt", tmp_path / "two" / "weights.pt"], tmp_path / "mean")
    made = torch.load(tmp_path / "mean" / "weights.pt", weights_only=True)
    assert made["w"].tolist() == [[2.5] * 3] * 2
    assert made["seen"] == 4
    assert json.loads((tmp_path / "mean" / "run.json").read_text()) == {"steps": 4, "mean_of": ["one", "two"]}


def test_weights_of_two_networks_have_no_mean() -> None:
    """A wider layer is another network."""
    from engines.average import mean

    with pytest.raises(ValueError, match="one network"):
        mean([{"w": torch.zeros(2)}, {"w": torch.zeros(3)}])
