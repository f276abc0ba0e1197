"""The report of a cross-validation."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engines.crossvalidation_report import COLUMNS, Scores, mean, spread, write
from engines.truth import HERBARIUM

pytest.importorskip("matplotlib", reason="matplotlib (extra `train`) is not installed")


def scores(institution: str, photographs: int, **iou: float) -> Scores:
    return Scores(institution, photographs, {name: iou.get(name, math.nan) for name in HERBARIUM[1:]})


def test_every_institution_counts_once(tmp_path: Path) -> None:
    """Ten photographs weigh as much as one; an institution without barcodes has no say in barcodes."""
    rows = [scores("B|x", 1, sheet=0.9, barcode=0.5), scores("A", 10, sheet=0.7)]
    told = write(tmp_path, rows, 2, 100, [])
    assert list(told["institutions"]) == ["A", "B|x"]
    assert (told["mean"]["sheet"], told["mean"]["barcode"], told["mean"]["label"]) == (0.8, 0.5, None)
    assert (told["spread"]["sheet"], told["spread"]["barcode"]) == (0.141, None)
    assert told["least"]["sheet"] == 0.7
    assert told["institutions"]["B|x"]["mean"] == 0.7
    assert json.loads((tmp_path / "crossvalidation.json").read_text()) == told
    assert (tmp_path / "crossvalidation.png").stat().st_size > 5000
    table = [line for line in (tmp_path / "crossvalidation.md").read_text().splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {len(COLUMNS) + 3}
    assert table[2].startswith("| A | 10 | 0.700 | – |")


def test_start_weights_that_know_an_institution_are_told_of(tmp_path: Path) -> None:
    """Such figures look like a cross-validation and are none."""
    write(tmp_path, [scores("A", 1, sheet=0.9)], 1, 100, ["A"])
    assert "Not valid for A" in (tmp_path / "crossvalidation.md").read_text()


def test_mean_and_spread_of_nothing_are_unknown() -> None:
    """Not zero."""
    assert math.isnan(mean([math.nan]))
    assert math.isnan(spread([0.5, math.nan]))
    assert spread([0.4, 0.6]) == pytest.approx(0.1414, abs=1e-4)
