"""Pseudo-labels: sure objects are taught, unsure areas are not judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engines.self_training import SURE, institutions, pseudo_labels
from engines.truth import DOUBTFUL, HERBARIUM, IGNORE, paint
from station.types import Engine, Region, Segmentation

RING = np.array([[10, 10], [50, 10], [50, 40], [10, 40]], np.float32)


def segmented(confidence: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Segmentation:
    empty = np.zeros_like(confidence)
    sides = np.zeros((4, 25, 25), np.uint8)
    return Segmentation(empty, confidence, empty, sides, HERBARIUM, (2.0, 2.0), 0, Engine("m", "", "b", "fp32", "1"))


def test_only_sure_objects_are_taught() -> None:
    """A label the model is sure of stays a label, another becomes doubtful."""
    found = [Region("label", RING, 1200, SURE), Region("label", RING + 60, 1200, SURE - 0.01)]
    named = pseudo_labels(segmented(np.full((100, 100), 255, np.uint8)), found)
    assert [name for name, _ in named] == ["label", DOUBTFUL]


def test_an_unsure_area_is_doubtful_and_an_unsure_outline_is_not() -> None:
    """A blob of low confidence is marked in photo pixels; a thin line of it is how classes meet."""
    confidence = np.full((100, 100), 255, np.uint8)
    confidence[20:40, 30:60] = 100
    confidence[70:73, :] = 100
    (name, ring), *rest = pseudo_labels(segmented(confidence), [])
    assert (name, rest) == (DOUBTFUL, [])
    assert np.abs(ring.min(axis=0) - (61, 41)).max() <= 1
    assert np.abs(ring.max(axis=0) - (119, 79)).max() <= 1


def test_a_doubtful_area_is_ignored_in_all_maps() -> None:
    """No class, no core and no sides are taught there, even where a sure object lies below it."""
    things = [("label", RING), (DOUBTFUL, RING - 5)]
    class_map, core, owner = paint(np.full((60, 60, 3), 200, np.uint8), things, HERBARIUM)
    assert class_map[20, 20] == IGNORE == core[20, 20]
    assert owner[20, 20] == 0
    assert HERBARIUM[class_map[38, 48]] == "label"


def test_institutions_come_from_the_index_where_there_is_one(tmp_path: Path) -> None:
    """Without an index nothing is known; with one, commas in quoted names do no harm."""
    assert institutions(tmp_path / "index.csv") == {}
    (tmp_path / "index.csv").write_text('file,institution\na.jpg,"Korean herbaria (KH, KB)"\n')
    assert institutions(tmp_path / "index.csv") == {"a.jpg": "Korean herbaria (KH, KB)"}
