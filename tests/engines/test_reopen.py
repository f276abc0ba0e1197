"""A model file becomes a network again (needs PyTorch)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from station.config import ZOO
from station.errors import EngineError

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
onnx = pytest.importorskip("onnx", reason="onnx (extra `train`) is not installed")
pytestmark = pytest.mark.train
MODEL = ZOO / "herbarium-sheet" / "model.onnx"


def test_the_network_answers_what_the_shipped_file_answers() -> None:
    """All five answers of the shipped model, to rounding."""
    import onnxruntime

    from engines.reopen import reopened

    image = np.random.default_rng(1).integers(0, 255, (2, 96, 64, 3), np.uint8)
    session = onnxruntime.InferenceSession(str(MODEL), providers=["CPUExecutionProvider"])
    class_map, confidence, core, upright, sides = session.run(None, {"image": image})
    with torch.no_grad():
        answers = reopened(MODEL, 10)(torch.from_numpy(image))
    assert (class_map == answers.classes.argmax(1).numpy()).mean() > 0.999
    np.testing.assert_allclose(confidence, 255 * answers.classes.softmax(1).amax(1).numpy(), atol=1.5)
    np.testing.assert_allclose(core, 255 * answers.core[:, 0].sigmoid().numpy(), atol=1.5)
    np.testing.assert_allclose(upright, answers.upright.softmax(1).numpy(), atol=1e-5)
    np.testing.assert_allclose(sides, 255 * answers.sides.sigmoid().numpy(), atol=1.5)


def test_a_woken_network_answers_as_before_and_learns_with_its_own_statistics() -> None:
    """On another picture to rounding; on those it was woken with, the decoder's norms see what they hold."""
    from engines.reopen import reopened, waken

    rng = np.random.default_rng(2)
    images = [rng.integers(0, 255, (96, 64, 3), np.uint8) for _ in range(3)]
    network = reopened(MODEL, 10)
    with torch.no_grad():
        before = network(torch.from_numpy(images[0][None, ::-1].copy()))
        waken(network, images)
        after = network(torch.from_numpy(images[0][None, ::-1].copy()))
    for a, b in zip(before, after, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-3)
    norm = network.laterals[0][1]
    assert float(norm.running_var.std()) > 0
    np.testing.assert_allclose(norm.weight.detach() ** 2, norm.running_var + norm.eps, rtol=1e-5)


@pytest.mark.parametrize("classes", [10, 5])
def test_another_network_is_refused(tmp_path: Path, classes: int) -> None:
    """A file that is no ONNX, and one of other classes."""
    from engines.reopen import reopened

    path = tmp_path / "model.onnx"
    path.write_bytes(b"no network" if classes == 10 else MODEL.read_bytes())
    with pytest.raises(EngineError, match="does not hold the network"):
        reopened(path, classes)


def test_weights_of_less_precision_are_refused(tmp_path: Path) -> None:
    """A network taught from FP16 would not be the one that was measured."""
    from engines.reopen import reopened

    model = onnx.load(MODEL)
    for tensor in model.graph.initializer:
        half = onnx.numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(onnx.numpy_helper.from_array(half, tensor.name))
    onnx.save(model, tmp_path / "half.onnx")
    with pytest.raises(EngineError, match="float16"):
        reopened(tmp_path / "half.onnx", 10)
