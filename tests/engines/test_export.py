"""What is exported answers what the network answers (needs PyTorch)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Constant folding")]


def test_the_onnx_file_gives_the_networks_maps(tmp_path: Path) -> None:
    """Class map, confidence, core, upright and sides of the graph agree with the network's own logits."""
    import onnxruntime

    from engines.export import export
    from engines.network import Network

    torch.manual_seed(1)
    network = Network(10).eval()
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    export(tmp_path / "weights.pt", tmp_path / "model.onnx")
    image = np.random.default_rng(1).integers(0, 255, (2, 96, 64, 3), np.uint8)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    class_map, confidence, core, upright, sides = session.run(None, {"image": image})
    with torch.no_grad():
        answers = network(torch.from_numpy(image))
    assert (class_map == answers.classes.argmax(1).numpy()).mean() > 0.999
    np.testing.assert_allclose(confidence, 255 * answers.classes.softmax(1).amax(1).numpy(), atol=1.5)
    np.testing.assert_allclose(core, 255 * answers.core[:, 0].sigmoid().numpy(), atol=1.5)
    np.testing.assert_allclose(upright, answers.upright.softmax(1).numpy(), atol=1e-4)
    np.testing.assert_allclose(sides, 255 * answers.sides.sigmoid().numpy(), atol=1.5)


def test_a_model_is_published_with_manifest_and_card(tmp_path: Path) -> None:
    """The station can read what was published; figures of other weights are refused and change nothing."""
    from engines.export import publish
    from engines.network import Network
    from station.segment import read_model

    torch.manual_seed(1)
    torch.save(Network(10, 32).state_dict(), tmp_path / "weights.pt")
    run = {"photographs": 1, "institutions": ["X"], "drawn": 0, "seed": 1, "steps": 1, "never_trained_on": [],
           "long_side": 640}  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(run))
    folder = tmp_path / "zoo" / "small"
    publish(tmp_path / "weights.pt", folder, "7", None)
    model = read_model(folder)
    assert (model.name, model.version, model.input_side_px) == ("small", "7", 640)
    publish(tmp_path / "weights.pt", folder, "7", None, 512)
    assert read_model(folder).input_side_px == 512
    assert "Not measured yet" in (folder / "MODEL_CARD.md").read_text()
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(ValueError, match="another model file"):
        publish(tmp_path / "weights.pt", folder, "8", {"model": {"sha256": "0" * 64}})
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_the_cross_validation_stays_with_the_next_version(tmp_path: Path) -> None:
    """It is of the network's form; weights that are published after it do not make it untrue."""
    from engines.export import elsewhere

    assert elsewhere(tmp_path) == {}
    (tmp_path / "model.yaml").write_text("version: '1'\ncrossvalidation: {folds: 10}\n")
    assert elsewhere(tmp_path) == {"crossvalidation": {"folds": 10}}
