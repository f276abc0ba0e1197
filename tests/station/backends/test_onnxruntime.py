"""What is special about ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest

from station.backends import onnxruntime as backend
from station.config import ZOO
from station.errors import EngineError
from station.segment import read_model


def test_a_provider_that_is_not_installed_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """CUDA asked of a CPU build: an EngineError that names the package to install."""
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has the CUDA provider")
    with pytest.raises(EngineError) as caught:
        backend.build(read_model(ZOO / "herbarium-sheet"), backend.Settings(provider="cuda"), tmp_path)
    assert "onnxruntime-gpu" in caught.value.remedy


def test_auto_takes_the_cpu_where_there_is_nothing_better(tmp_path: Path) -> None:
    """The same engine as with `cpu`; its version names CUDA only where that computes."""
    model = read_model(ZOO / "herbarium-sheet")
    made = backend.build(model, backend.Settings(provider="auto", threads=1), tmp_path)
    cuda = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    assert made.version.endswith(", CUDA") == cuda
    made.close()
