"""The peers on the GPU: a figure for each that is there, a reason for each that is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engines import gpu_peers
from station.config import ZOO
from station.segment import read_model


def test_a_peer_that_is_not_there_says_why() -> None:
    """Without a GPU: no figure, no exception; each name has its reason."""

    def once(work: Callable[[], object]) -> dict[str, float]:
        work()
        return {"median_ms": 1.0}

    image = np.zeros((64, 64, 3), np.uint8)
    found = gpu_peers.measured(read_model(ZOO / "herbarium-sheet"), image, once)
    assert "onnxruntime cuda" in found
    assert all((isinstance(value, str) and value) or value == {"median_ms": 1.0} for value in found.values())
