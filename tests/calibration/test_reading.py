"""How much blur reading bears: with a drawn page and a reader that loses words as they grow soft."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration import reading
from station.bench.defects import seeds
from station.types import Image


def test_words_are_compared_without_accents_signs_and_spaces() -> None:
    """What the engine writes otherwise is no loss; short words are left out."""
    truth = reading.words("Lat. 51° Québec, Gagnon\n(Ach.) O.")
    assert truth == ["lat", "quebec", "gagnon", "ach"]
    assert reading.recall(truth, "Lat51 QUEBECGagnon") == 0.75
    assert reading.recall([], "anything") == 0.0


@given(st.integers(0, 13))
def test_bisection_finds_the_first_loss(first: int) -> None:
    """Whatever it is; one beyond the end when nothing is lost."""
    assert reading.first_loss(lambda step: step >= first, 13) == first


@pytest.mark.parametrize("kind", reading.KINDS)
@pytest.mark.parametrize("spread", [1.0, 3.0, 8.0])
def test_kinds_of_blur_have_the_spread_they_are_named_by(kind: str, spread: float) -> None:
    """Standard deviation along the widest direction, px."""
    kernel = reading.kernel(kind, spread, 0.0)
    x = np.arange(kernel.shape[1]) - kernel.shape[1] // 2
    along = kernel.sum(axis=0)
    assert float(kernel.sum()) == pytest.approx(1, abs=1e-4)
    assert float(np.sqrt((along * x**2).sum())) == pytest.approx(spread, rel=0.12)


def page() -> tuple[Image, list[NDArray[np.float32]]]:
    """Ten lines of one word each, the upper ones smaller, and where they lie."""
    image, lines = np.full((900, 600, 3), 230, np.uint8), []
    for n in range(10):
        y = 60 + 80 * n
        cv2.putText(image, f"word{n}", (40, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6 + 0.15 * n, (30, 30, 30), 2, cv2.LINE_AA)
        lines.append(np.array([[30, y - 60], [500, y - 60], [500, y + 18], [30, y + 18]], np.float32))
    return image, lines


def reader(image: Image, lines: Sequence[NDArray[np.float32]]) -> list[str]:
    """Reads a line while its steepest edge is steep enough."""
    texts = []
    for line in lines:
        (x0, y0), (x1, y1) = line.min(axis=0).astype(int), line.max(axis=0).astype(int)
        steepest = np.abs(np.diff(image[max(0, y0) : y1, x0:x1, 0].astype(float))).max()
        texts.append(f"Word{round((y1 - 78) / 80)}" if steepest > 25 else "")
    return texts


def test_a_label_is_anchored_at_the_least_blur_that_loses_a_tenth() -> None:
    """All kinds lose it; a movement needs no more than a defocus of the same spread by far."""
    image, lines = page()
    text = " ".join(f"word{n}" for n in range(10))
    found = reading.anchored(image, text, 0.0, lambda _: lines, reader)
    assert found["recall"] == 1.0
    assert len(found["lines"]) == 10
    for kind in reading.KINDS:
        assert found[kind] in reading.SPREADS_PX
        step = reading.SPREADS_PX.index(found[kind])
        before = seeds.blurred(image, reading.kernel(kind, reading.SPREADS_PX[step - 1], 0.0))
        assert reading.recall(reading.words(text), " ".join(reader(before, lines))) > 0.9


def test_a_label_that_cannot_be_read_tells_nothing() -> None:
    """Handwriting has no anchor."""
    image, lines = page()
    found = reading.anchored(image, "quite another text", 0.0, lambda _: lines, reader)
    assert found["recall"] == 0.0
    assert "disc" not in found


def test_the_engine_reads_a_drawn_word(tmp_path: Path) -> None:
    """The whole procedure on one label, where the extra `ocr` is installed."""
    if find_spec("rapidocr") is None:
        pytest.skip("needs the extra `ocr` (rapidocr)")
    image, _ = page()
    cv2.imwrite(str(tmp_path / "a.png"), image)
    (tmp_path / "a.txt").write_text(" ".join(f"word{n}" for n in range(10)), "utf-8")
    reading.main([str(tmp_path / "a.png"), "--out", str(tmp_path / "out.json")])
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["a.png"]["recall"] > 0.5
