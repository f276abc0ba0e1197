"""TensorRT's backend: what every backend promises, over the fake GPU; and what it says where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from station.backends import tensorrt
from station.config import ZOO
from station.errors import EngineError, Trouble
from station.gpu import plans
from station.segment import read_model
from station.types import Model
from tests.station.gpu.driver import FakeGpu

CONTRACT = Path(__file__).with_name("test_contract.py")
SETTINGS = tensorrt.Settings()


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(ZOO / "herbarium-sheet")


def test_every_promise_of_a_backend_is_kept(fake_gpu: FakeGpu, model: Model, tmp_path: Path) -> None:
    """The contract suite, in a process of its own, with a plan that was compiled for the fake GPU."""
    shelf, made = plans.Shelf(tmp_path / tensorrt.SHELF), fake_gpu.plan(model, SETTINGS, tmp_path)
    with shelf.held():
        shelf.add(tensorrt.examine(SETTINGS).fingerprint(model, SETTINGS), made.path, 1.0, {})
    command = [sys.executable, "-m", "pytest", str(CONTRACT), "-k", "tensorrt", "-p", "no:randomly", "-rs"]
    environment = os.environ | {"STATION_STATE": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=CONTRACT.parents[3])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
    assert "skipped" not in done.stdout


def test_without_a_driver_it_says_so(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the driver's, whether TensorRT is installed or not."""
    (tmp_path / "libcuda.so.1").write_text("no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        tensorrt.build(model, SETTINGS, tmp_path)
    assert caught.value.trouble is Trouble.BROKEN_DRIVER


def test_with_a_driver_and_without_tensorrt_it_says_how_to_get_it(
    model: Model, tmp_path: Path, fake_parts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NOT_INSTALLED, with the command."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(fake_parts[0]))
    settings = tensorrt.Settings(library="tensorrt_rtx")
    with pytest.raises(EngineError, match="not installed") as caught:
        tensorrt.build(model, settings, tmp_path)
    assert caught.value.trouble is Trouble.NOT_INSTALLED
    assert "pip install" in caught.value.remedy


def test_the_plan_is_asked_for_by_everything_it_depends_on(fake_gpu: FakeGpu, model: Model, tmp_path: Path) -> None:
    """No plan yet: NOT_BUILT; the fingerprint names GPU, library, model, precision and shapes."""
    with pytest.raises(EngineError) as caught:
        tensorrt.build(model, SETTINGS, tmp_path)
    assert caught.value.trouble is Trouble.NOT_BUILT
    wanted = tensorrt.examine(SETTINGS).fingerprint(model, SETTINGS)
    assert (wanted.gpu, wanted.compute_capability, wanted.library) == ("Fake GPU", "8.6", "tensorrt")
    assert (wanted.onnx_sha256, wanted.precision) == (model.sha256, "fp16")
    assert wanted.shapes == plans.Shapes((1, 32, 32), (1, 1024, 704), (4, 1024, 1024))


def test_the_usual_size_is_made_to_fit(model: Model) -> None:
    """Rounded to the model's multiple, never beyond its side."""
    odd = tensorrt.Settings(usual_px=(2000, 701), batch=1)
    assert tensorrt.shapes(model, odd) == plans.Shapes((1, 32, 32), (1, 1024, 704), (1, 1024, 1024))
