"""The peers on the GPU: a figure for each that is there, a reason for each that is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import pytest

from engines import gpu_peers
from station.config import ZOO
from station.segment import read_model


def once(work: Callable[[], object]) -> dict[str, float]:
    work()
    return {"median_ms": 1.0}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    cv2.imwrite(str(path), np.full((80, 120, 3), 128, np.uint8))
    return path


def nvimgcodec(monkeypatch: pytest.MonkeyPatch, **names: object) -> None:
    """Stands in for the wheel with these names, as its decoder answers them."""
    package, module = ModuleType("nvidia"), SimpleNamespace(NVIMGCODEC_DEVICE_CURRENT=-1, **names)
    package.nvimgcodec = module  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nvidia", package)
    monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", module)


def test_a_peer_that_is_not_there_says_why() -> None:
    """Without a GPU: no figure, no exception; each name has its reason."""

    image = np.zeros((64, 64, 3), np.uint8)
    found = gpu_peers.measured(read_model(ZOO / "herbarium-sheet"), image, once)
    assert "onnxruntime cuda" in found
    assert all((isinstance(value, str) and value) or value == {"median_ms": 1.0} for value in found.values())


def test_a_gpu_decoder_that_is_missing_or_without_a_gpu_says_why(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No wheel; a wheel that cannot be loaded; no driver; a photograph that it does not take: a reason each time."""
    monkeypatch.setitem(sys.modules, "nvidia", None)
    assert gpu_peers.decoders(photo, once)["nvimgcodec, GPU"].startswith("not installed")

    def no_driver(device_id: int) -> None:
        raise RuntimeError("CUDA Runtime failure: '#35'")

    nvimgcodec(monkeypatch, Decoder=no_driver)
    assert "#35" in gpu_peers.decoders(photo, once)["nvimgcodec, GPU"]
    nvimgcodec(monkeypatch, Decoder=lambda device_id: SimpleNamespace(decode=lambda data: None))
    found = gpu_peers.decoders(photo, once)
    assert found["nvimgcodec, GPU"] == "does not decode this photograph"
    assert found["simplejpeg, CPU"]["whole"] == {"median_ms": 1.0}


def test_the_names_are_those_of_the_real_wheel(photo: Path) -> None:
    """Through the same calls, whether or not there is a GPU to decode on."""
    real = pytest.importorskip("nvidia.nvimgcodec", reason="nvidia-nvimgcodec-cu12 is not installed")
    found = gpu_peers.decoders(photo, once, real.NVIMGCODEC_DEVICE_CPU_ONLY)
    assert found["nvimgcodec, GPU"] in ({"median_ms": 1.0}, "does not decode this photograph")
