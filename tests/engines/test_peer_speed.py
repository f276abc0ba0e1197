"""Two networks by turns (needs PyTorch for the peer). No figure of time is asserted."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from station.config import ZOO

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Constant folding"),
]


def test_both_networks_run_in_every_round(tmp_path: Path) -> None:
    """One time a round and network, the warm-up left out."""
    from engines.deeplab import DeepLab, export
    from engines.peer_speed import compare

    export(DeepLab(10, (1, 1, 1, 1)), tmp_path / "peer.onnx", (64, 96))
    times = compare(ZOO / "herbarium-sheet" / "model.onnx", tmp_path / "peer.onnx", (64, 96), 3, 1)
    assert times.ours.shape == times.peer.shape == (3,)
    assert (times.ours > 0).all()
    assert (times.peer > 0).all()


def test_the_ratio_is_that_of_the_same_rounds() -> None:
    """A slow moment of the machine meets both and leaves the ratio as it is."""
    from engines.peer_speed import Times, table

    ours = np.array([0.1, 0.1, 0.5])
    times = Times(ours, 12 * ours)
    assert times.ratio == pytest.approx(12)
    said = io.StringIO()
    Console(width=100, file=said).print(table(times, "64 x 96"))
    assert "│ shipped               │        100 │      100 to 460 │" in said.getvalue()
    assert "│ ratio                 │       12.0 │    12.0 to 12.0 │" in said.getvalue()
