"""The model's card and the figures in its manifest."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from engines import model_card, required
from engines.tally import OBJECTS, PRESENCE, Tally, figures
from engines.truth import HERBARIUM

SHIPPED = Path("engines/zoo/herbarium-sheet/model.yaml")


def manifest() -> dict[str, Any]:
    """The shipped model's."""
    facts = yaml.safe_load(SHIPPED.read_text())
    assert isinstance(facts, dict)
    return facts


def metrics(*institutions: str) -> dict[str, Any]:
    """What an evaluation of the shipped model on these institutions might say."""
    pixels = np.full((2, 10, 10), 1) + 99 * np.eye(10, dtype=np.int64)
    objects, decisions = np.full((len(OBJECTS), 2), 4), np.full((len(PRESENCE), 2, 2), 3)
    tally = Tally(3, pixels, objects, ((0.9, 0.8, 0.6),) * len(OBJECTS), decisions, np.array([2, 1, 0]), (), 0)
    facts: dict[str, Any] = {
        "model": {"name": "m", "version": "1", "sha256": manifest()["sha256"], "onnx_mb": 12.5, "engine": "e"},
        "data": {"name": "elsewhere", "photographs": 3 * len(institutions), "institutions": len(institutions)},
        "total": figures(tally, HERBARIUM),
        "institutions": {name: figures(tally, HERBARIUM) for name in institutions},
    }
    return {**facts, "required": required.judged(facts)}


def test_the_card_says_what_people_must_know() -> None:
    """Purpose, training data by name, figures with their verdicts, limits, licence and digest."""
    facts = manifest()
    text = model_card.card(facts, metrics("Elsewhere", "Nowhere"))
    for part in (facts["sha256"], facts["licence"], facts["encoder"], *facts["training_data"]["institutions"]):
        assert part in text
    assert all(limit in text for limit in model_card.CANNOT)
    assert all(limit.measure in text for limit in required.LIMITS)
    assert "saw none of these institutions" in text
    assert text.count("\n# ") == 0


def test_the_card_admits_what_the_training_has_seen() -> None:
    """Figures of an institution of the training data are said to flatter."""
    known = manifest()["training_data"]["institutions"][0]
    assert f"saw 1 ({known}): the figures flatter" in model_card.card(manifest(), metrics(known, "Elsewhere"))


def test_a_model_not_measured_says_so() -> None:
    """Without figures there is a card nevertheless."""
    assert "Not measured yet" in model_card.card(manifest(), None)


def test_figures_of_another_model_are_refused() -> None:
    """The digest in metrics.json must be the manifest's."""
    other = metrics("Elsewhere")
    other["model"]["sha256"] = "f" * 64
    with pytest.raises(ValueError, match="another model file"):
        model_card.card(manifest(), other)


def test_the_manifest_carries_the_totals() -> None:
    """A dozen numbers or little more, all from metrics.json."""
    facts = metrics("Elsewhere", "Nowhere")
    short = model_card.condensed(facts)
    assert short["mean_iou"] == facts["total"]["mean_iou"]["class_map"]
    assert short["f1_at_0.5"]["label"] == facts["total"]["objects"]["label"]["at_0.5"]["f1"] == 0.75
    assert (short["photographs"], short["institutions"]) == (6, 2)
    assert len(yaml.safe_dump(short).splitlines()) <= 22


def test_the_command_writes_the_card_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest stays as it is."""
    (tmp_path / "model.yaml").write_bytes(SHIPPED.read_bytes())
    (tmp_path / "metrics.json").write_text(json.dumps(metrics("Elsewhere")))
    arguments = ["model_card", "--model", str(tmp_path), "--metrics", str(tmp_path / "metrics.json")]
    monkeypatch.setattr(sys, "argv", arguments)
    model_card.main()
    assert (tmp_path / model_card.CARD).read_text() == model_card.card(manifest(), metrics("Elsewhere"))
    assert (tmp_path / "model.yaml").read_bytes() == SHIPPED.read_bytes()


def test_a_cross_validation_is_told_with_its_length() -> None:
    """Mean, spread and least of each class over the institutions, and how short the trainings were."""
    report = {
        "institutions": {"A": {}, "B": {}},
        "folds": 2,
        "steps": 130,
        "mean": {"label": 0.6, "packet": None},
        "spread": {"label": 0.1, "packet": None},
        "least": {"label": 0.5, "packet": None},
    }
    told = model_card.told_elsewhere(report)
    assert told["institutions"] == 2
    text = model_card.card(manifest() | {"crossvalidation": told}, None)
    assert "| label | 0.600 | 0.100 | 0.500 |" in text
    assert "packet |" not in text
    assert "only 130 steps" in text
