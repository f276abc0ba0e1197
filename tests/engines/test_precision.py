"""The shipped network in other precisions: same inputs and outputs, nearly the same answers, and TensorRT takes it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from engines import build, precision
from engines.synthesise import draw_sheet
from station.backends import onnxruntime
from station.config import ZOO, load
from station.errors import EngineError, Trouble
from station.gpu.child import call
from station.segment import read_model
from station.types import Image, Maps, Model
from tests.station.gpu.driver import HERE


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(ZOO / "herbarium-sheet")


@pytest.fixture(scope="module")
def sheet(model: Model) -> Image:
    return build.fitted(draw_sheet(1, long_side_px=512, plain=True).image, model)


@pytest.fixture(scope="module")
def half(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx", reason="onnx (extra `gpu`) is not installed")
    return precision.source(model.path, "fp16", tmp_path_factory.mktemp("fp16"), ())


@pytest.fixture(scope="module")
def quantised(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx", reason="onnx (extra `gpu`) is not installed")
    small = replace(model, input_side_px=256)
    drawn = list(build.calibrating(build.Order(load(None)), small))[:8]
    return precision.source(model.path, "int8", tmp_path_factory.mktemp("int8"), drawn)


def test_fp32_is_the_shipped_file_itself(model: Model, tmp_path: Path) -> None:
    """Nothing is made."""
    assert precision.source(model.path, "fp32", tmp_path, ()) == model.path


def test_half_precision_is_cast_at_the_borders(half: Path, model: Model) -> None:
    """Image and maps keep their types, `upright` stays float32; every weight is float16; the file is half as large."""
    import onnx

    graph = onnx.load(str(half)).graph
    kinds = {t.name: t.type.tensor_type.elem_type for t in (*graph.input, *graph.output)}
    bytes_each = dict.fromkeys(["image", *(f.name for f in fields(Maps))], onnx.TensorProto.UINT8)
    assert kinds == bytes_each | {"upright": onnx.TensorProto.FLOAT}
    assert onnx.TensorProto.FLOAT not in {weight.data_type for weight in graph.initializer}
    assert half.stat().st_size < 0.55 * model.path.stat().st_size


def test_half_precision_answers_nearly_the_same(half: Path, model: Model, sheet: Image) -> None:
    """On a drawn sheet: the same class at 99.5 % of the pixels, the same direction."""
    exact = onnxruntime.build(model, onnxruntime.Settings(threads=1)).infer([sheet])
    rough = onnxruntime.build(replace(model, path=half), onnxruntime.Settings(threads=1)).infer([sheet])
    assert (exact.class_map == rough.class_map).mean() > 0.995
    assert np.abs(exact.confidence.astype(int) - rough.confidence).max() < 40
    assert exact.upright == pytest.approx(rough.upright, abs=0.01)


@pytest.mark.parametrize("kind", ["half", "quantised"])
def test_tensorrt_rtx_builds_it(
    kind: str, rtx: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real parser and builder, without a GPU, strongly typed, with the whole range of shapes."""
    path: Path = request.getfixturevalue(kind)
    monkeypatch.setenv("PYTHONPATH", f"{rtx}:{HERE}")
    assert call("childish:compile_here", {"onnx": str(path)}, 110)["bytes"] > 1_000_000


def test_without_onnx_it_says_what_to_install(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the way round: fp32."""
    monkeypatch.setattr(precision, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="needs onnx") as caught:
        precision.source(model.path, "fp16", tmp_path, ())
    assert caught.value.trouble is Trouble.NOT_INSTALLED
    assert "fp32" in caught.value.remedy
