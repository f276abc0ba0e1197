"""Opening parts: the first engine that answers, and a station that works without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import config, kit
from station.config import load
from station.errors import EngineError, StoreError
from station.types import Barcode, Box
from tests.station.scenes import ArrayPhoto, blank


def written(folder: Path, text: str) -> config.Config:
    (folder / "station.yaml").write_text(text)
    return load(folder / "station.yaml")


def test_everything_opens_and_closes(tmp_path: Path) -> None:
    """The default kit judges with ONNX Runtime and holds the store as its one writer."""
    settings = written(tmp_path, "station: a\nalerts: {log: {}}\n")
    with kit.opened(settings) as open_kit:
        assert open_kit.segmenter.engine is not None
        assert open_kit.segmenter.engine.backend == "onnxruntime"
        assert open_kit.segmenter.notice is None
        assert [name for name, _ in open_kit.alerts] == ["log"]
        with pytest.raises(StoreError):
            kit.open_store(settings, writer=True)
    kit.open_store(settings, writer=True).close()


def test_a_missing_model_is_said_and_nothing_is_judged(tmp_path: Path) -> None:
    """The station starts all the same; asking for a segmentation says why there is none."""
    (tmp_path / "odd.yaml").write_text("model: ./nowhere\n")
    segmenter = kit.open_segmenter(written(tmp_path, "profile: odd.yaml\n"))
    assert segmenter.engine is None
    assert segmenter.notice is not None
    with pytest.raises(EngineError, match="cannot be read"):
        segmenter(ArrayPhoto(blank(64, 64)))
    segmenter.close()


def test_a_backend_that_refuses_is_a_visible_notice(tmp_path: Path) -> None:
    """CUDA asked for where there is none: no engine, and the reason with its remedy."""
    text = "segment: {backends: [onnxruntime], onnxruntime: {provider: cuda}}\n"
    segmenter = kit.open_segmenter(written(tmp_path, text))
    if segmenter.engine is not None:
        pytest.skip("this ONNX Runtime has the CUDA provider")
    assert "CUDA" in str(segmenter.notice)


def test_specimen_numbers_are_the_values_that_fit_the_pattern() -> None:
    """Each once, in the order read; the whole value must fit; without a pattern every value counts."""
    box = Box(0, 0, 1, 1)
    read = tuple(Barcode(v, "Code128", box) for v in ("E00012345", "http://x", "E00012345", "XE00012345"))
    assert kit.specimen_numbers(read, r"E\d{8}") == ("E00012345",)
    assert kit.specimen_numbers(read, None) == ("E00012345", "http://x", "XE00012345")
