"""Figures that the tests of the evaluation's outputs share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engines import required
from engines.tally import OBJECTS, PRESENCE, UPRIGHT, Tally, figures
from engines.truth import HERBARIUM


def tally(seed: int) -> Tally:
    """Counts of some photographs that never were, most of them right."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 9, (2, len(HERBARIUM), len(HERBARIUM))) + 200 * np.eye(len(HERBARIUM), dtype=np.int64)
    objects = rng.integers(3, 9, (len(OBJECTS), 2))
    overlaps = tuple(tuple(rng.uniform(0.4, 1, min(pair)).tolist()) for pair in objects)
    decisions = rng.integers(1, 9, (len(PRESENCE), 2, 2))
    return Tally(9, pixels, objects, overlaps, decisions, rng.integers(1, 9, len(UPRIGHT)), ((0.5, 0.2),), 0)


@pytest.fixture
def metrics() -> dict[str, Any]:
    """A metrics.json of two institutions, one of them with a name that must be escaped."""
    groups = {"A & <b>": tally(1), "P | Q": tally(2)}
    case = {"photograph": "a&b.jpg", "institution": "A & <b>", "missed": 2, "false": 1, "iou": 0.5,
            "picture": "pictures/label-a&b.jpg"}  # fmt: skip
    facts: dict[str, Any] = {
        "model": {"name": "m", "version": "1", "sha256": "0" * 64, "onnx_mb": 12.5, "engine": "onnxruntime 1, fp32"},
        "data": {"name": "drawn", "photographs": 18, "institutions": 2},
        "total": figures(groups["A & <b>"] + groups["P | Q"], HERBARIUM),
        "institutions": {name: figures(group, HERBARIUM) for name, group in groups.items()},
    }
    return {**facts, "required": required.judged(facts), "worst": {"label": [case], "barcode": []}}
