"""Two networks beside the truth (needs PyTorch)."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from engines.truth import HERBARIUM, IGNORE, Sample

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytest.importorskip("matplotlib", reason="matplotlib (extra `train`) is not installed")
pytestmark = pytest.mark.train


def sample(name: str = "a.jpg", h: int = 70, w: int = 50) -> Sample:
    empty = np.zeros((h, w), np.uint8)
    return Sample(name, "x", np.full((h, w, 3), 200, np.uint8), empty, empty.copy(), empty.astype(np.uint16), -1, ())


def test_figures_are_of_the_classes_asked_for() -> None:
    """Each class by its name, and the mean of just these."""
    from engines.before_after import Look, table

    iou = np.full(len(HERBARIUM), np.nan)
    iou[[1, 3]] = 0.9, 0.5
    before = Look(iou, ())
    assert before.of(["sheet", "label"]) == {"sheet": 0.9, "label": 0.5, "mean": 0.7}
    said = io.StringIO()
    Console(width=80, file=said).print(table(before, Look(iou + 0.05, ()), ["sheet", "label"], 4))
    assert "mean  │  0.700 │ 0.750 │ +0.050" in said.getvalue()


def test_a_picture_of_any_number_of_photographs(tmp_path: Path) -> None:
    """One row for one photograph, and no more than fit."""
    from engines.before_after import SHOWN, Look, picture

    for count in (1, SHOWN + 2):
        same = tuple(np.zeros((32, 16), np.uint8) for _ in range(count))
        other = tuple(np.full((32, 16), i % 3, np.uint8) for i in range(count))
        seen = [Look(np.zeros(len(HERBARIUM)), maps) for maps in (same, other)]
        picture(tmp_path / f"{count}.png", [sample(f"{i}.jpg") for i in range(count)], *seen)
    few, many = (cv2.imread(str(tmp_path / f"{count}.png")) for count in (1, SHOWN + 2))
    assert few is not None
    assert many is not None
    assert few.shape[1] == many.shape[1]
    assert 3 * few.shape[0] < many.shape[0] < (SHOWN + 1) * few.shape[0]


def test_classes_are_laid_over_the_photograph() -> None:
    """The background gets dark, the sheet stays, a label gets its colour, what is not known is hatched in black."""
    from engines.before_after import painted
    from station.preview import INKS

    ids = np.zeros((35, 25), np.uint8)
    ids[:, 5:] = HERBARIUM.index("sheet")
    ids[:, 10:15] = HERBARIUM.index("label")
    ids[:, 15:20] = IGNORE
    seen = painted(sample().image, ids)
    assert seen.shape == (70, 50, 3)
    assert seen[20, 4].tolist() == [70, 70, 70]
    assert seen[20, 14].tolist() == [200, 200, 200]
    np.testing.assert_allclose(seen[20, 24], 70 + 0.65 * np.array(INKS["label"]), atol=1)
    assert {tuple(v) for v in seen[:, 30:40].reshape(-1, 3)} == {(0, 0, 0), (200, 200, 200)}


def test_a_network_is_asked_about_whole_multiples_of_32() -> None:
    """Figures and maps come from the same answers."""
    from engines.before_after import look
    from engines.network import Network

    seen = look(Network(len(HERBARIUM)), [sample(), sample(h=64, w=96)])
    assert [m.shape for m in seen.maps] == [(32, 16), (32, 48)]
    assert seen.iou.shape == (len(HERBARIUM),)
