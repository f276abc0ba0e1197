"""ONNX -> plan: by the stand-in to the last step of the protocol, by the real TensorRT-RTX where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from station.backends import tensorrt
from station.config import ZOO
from station.errors import EngineError, Trouble
from station.gpu.child import call
from station.segment import read_model
from station.types import Model
from tests.station.gpu.driver import HERE, FakeGpu


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(ZOO / "herbarium-sheet")


def order(model: Model, folder: Path, **other: Any) -> dict[str, Any]:
    bounds = tensorrt.shapes(model, tensorrt.Settings())
    return {
        "device": 0, "memory_mb": 100, "library": "auto", "onnx": str(model.path), "plan": str(folder / "plan"),
        "timing_cache": str(folder / "times"), "precision": "fp32", "workspace_mb": 100,
        "shapes": {"least": bounds.least, "usual": bounds.usual, "most": bounds.most}, **other,
    }  # fmt: skip


def compiled(asked: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
    return call("station.gpu.compiler:serve", asked, seconds)


@pytest.mark.parametrize(
    ("mood", "trouble", "said"),
    [
        ("null build", Trouble.NULL, "built nothing: the stand-in is told to"),
        ("crash build", Trouble.CRASHED, "SIGSEGV while building"),
        ("hang build", Trouble.HUNG, "did not answer within 4 s"),
    ],
)
def test_a_build_that_goes_wrong_leaves_no_plan(
    fake_gpu: FakeGpu, model: Model, tmp_path: Path, mood: str, trouble: Trouble, said: str
) -> None:
    """Null, crash and hang: each its own trouble, and this process goes on."""
    fake_gpu.mood(mood)
    with pytest.raises(EngineError, match=said) as caught:
        compiled(order(model, tmp_path), 4 if trouble is Trouble.HUNG else 60)
    assert caught.value.trouble is trouble
    assert list(tmp_path.glob("plan*")) == []


def test_a_file_that_is_no_model_is_not_understood(fake_gpu: FakeGpu, model: Model, tmp_path: Path) -> None:
    """The parser's own words are passed on."""
    (tmp_path / "rubbish").write_bytes(b"rubbish")
    with pytest.raises(EngineError, match="does not understand the model: this is no model"):
        compiled(order(model, tmp_path, onnx=str(tmp_path / "rubbish")))


def test_what_was_timed_is_remembered_for_the_next_build(fake_gpu: FakeGpu, model: Model, tmp_path: Path) -> None:
    """The timing cache grows from build to build."""
    for content in (b"+", b"++"):
        assert compiled(order(model, tmp_path))["library"] == "tensorrt"
        assert (tmp_path / "times").read_bytes() == content


def test_without_a_gpu_nothing_is_begun(fake_gpu: FakeGpu, model: Model, tmp_path: Path) -> None:
    """The driver is asked first."""
    fake_gpu.set("FAKE_CUDA_DEVICES", "0")
    with pytest.raises(EngineError) as caught:
        compiled(order(model, tmp_path))
    assert caught.value.trouble is Trouble.NO_DEVICE


def test_tensorrt_rtx_takes_the_shipped_model(rtx: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real parser and the real builder, without a GPU: the fp32 file becomes a plan of plausible size."""
    monkeypatch.setenv("PYTHONPATH", f"{rtx}:{HERE}")
    answer = call("childish:compile_here", {"onnx": str(model.path)}, 110)
    assert answer["bytes"] > model.path.stat().st_size // 2
    assert any("building," in told for told in answer["told"])


def test_tensorrt_rtx_does_not_take_rubbish(rtx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real parser's words arrive."""
    monkeypatch.setenv("PYTHONPATH", f"{rtx}:{HERE}")
    (tmp_path / "rubbish").write_bytes(b"rubbish")
    with pytest.raises(EngineError, match="does not understand the model"):
        call("childish:compile_here", {"onnx": str(tmp_path / "rubbish")}, 110)


def test_tensorrt_rtx_that_gets_no_gpu_gives_a_null_engine(
    rtx: Path, fake_gpu: FakeGpu, model: Model, tmp_path: Path
) -> None:
    """The real library over the fake driver, which cannot compute: its builder gives nothing, in its own words."""
    fake_gpu.instead(rtx)
    with pytest.raises(EngineError, match="tensorrt_rtx built nothing: ") as caught:
        compiled(order(model, tmp_path, library="tensorrt_rtx"), 110)
    assert caught.value.trouble is Trouble.NULL
