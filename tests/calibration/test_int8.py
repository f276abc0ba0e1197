"""Photographs become the ranges of a quantised network: explicit Q/DQ, symmetric, in the decoder only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import int8
from station.backends import onnxruntime
from station.config import ZOO
from station.errors import EngineError
from station.segment import read_model
from station.types import Image, Model

onnx = pytest.importorskip("onnx", reason="onnx (extra `gpu`) is not installed")


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(ZOO / "herbarium-sheet")


def images(count: int) -> Iterator[Image]:
    rng = np.random.default_rng(1)
    for _ in range(count):
        yield np.repeat(np.repeat(rng.integers(0, 255, (8, 6, 3), np.uint8), 16, 0), 16, 1)


@pytest.fixture(scope="module")
def quantised(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("int8") / "int8.onnx"
    int8.quantise(model.path, images(int8.LEAST), target)
    return target


def test_the_decoder_is_quantised_and_the_encoder_is_not(quantised: Path) -> None:
    """Each decoder convolution has int8 weights, each of encoder and head its own; zero points are all 0."""
    graph = onnx.load(str(quantised)).graph
    made = {output: node.op_type for node in graph.node for output in node.output}
    for node in (n for n in graph.node if n.op_type == "Conv"):
        kept = any(part in node.name for part in int8.KEPT)
        assert (made.get(node.input[1]) == "DequantizeLinear") == (not kept), node.name
        assert kept or made[node.input[0]] == "DequantizeLinear"
    zeros = {n.input[2] for n in graph.node if n.op_type in ("QuantizeLinear", "DequantizeLinear")}
    held = {i.name: onnx.numpy_helper.to_array(i) for i in graph.initializer}
    assert zeros
    assert all((held[name] == 0).all() and held[name].dtype == np.int8 for name in zeros)


def test_it_still_answers_nearly_the_same(quantised: Path, model: Model) -> None:
    """The same maps by name and shape, and the same class at nearly every pixel of what it was calibrated with."""
    image = next(images(1))
    exact = onnxruntime.build(model, onnxruntime.Settings(threads=1)).infer([image])
    rough = onnxruntime.build(replace(model, path=quantised), onnxruntime.Settings(threads=1)).infer([image])
    assert (exact.class_map == rough.class_map).mean() > 0.97
    assert exact.upright == pytest.approx(rough.upright, abs=0.05)


def test_too_few_photographs_are_refused(model: Model, tmp_path: Path) -> None:
    """With the way to name more."""
    with pytest.raises(EngineError, match="7 photographs are too few") as caught:
        int8.quantise(model.path, images(7), tmp_path / "int8.onnx")
    assert "--calibration" in caught.value.remedy
    assert not (tmp_path / "int8.onnx").exists()
