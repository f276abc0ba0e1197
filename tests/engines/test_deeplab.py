"""The speed peer is the network that the papers describe (needs PyTorch)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Constant folding"),
]


def test_the_encoder_has_the_weights_of_resnet_101() -> None:
    """42.5 million without the classifier (44.5 million with it: He et al. 2015), 101 layers with weights with it."""
    from engines.deeplab import DeepLab

    with torch.device("meta"):
        network = DeepLab(10)
    encoder = [network.stem, network.low, network.deep]
    layers = [m for part in encoder for m in part.modules() if isinstance(m, torch.nn.Conv2d)]
    shortcuts = 4
    assert len(layers) - shortcuts + 1 == 101
    assert sum(p.numel() for part in encoder for p in part.parameters()) == 42_500_160
    assert 59e6 < sum(p.numel() for p in network.parameters()) < 60e6


def test_features_have_the_strides_of_the_paper() -> None:
    """Low-level features at stride 4, the deep ones at 16 however deep the encoder; one class a pixel."""
    from engines.deeplab import DeepLab

    network = DeepLab(10, (1, 1, 1, 3)).eval()
    rates = [
        m.dilation[0] for m in network.deep.modules() if isinstance(m, torch.nn.Conv2d) and m.kernel_size == (3, 3)
    ]
    assert rates == [1, 1, 2, 4, 8]
    with torch.no_grad():
        low = network.low(network.stem(torch.zeros(1, 3, 64, 96)))
        assert low.shape == (1, 256, 16, 24)
        assert network.deep(low).shape == (1, 2048, 4, 6)
        answer = network(torch.zeros(1, 64, 96, 3, dtype=torch.uint8))
    assert (answer.shape, answer.dtype) == ((1, 64, 96), torch.uint8)


def test_the_onnx_file_answers_what_the_network_answers(tmp_path: Path) -> None:
    """Class ids of the file and of the network agree."""
    import onnxruntime

    from engines.deeplab import DeepLab, export

    torch.manual_seed(1)
    network = DeepLab(10, (1, 1, 1, 1)).eval()
    export(network, tmp_path / "peer.onnx", (64, 96))
    image = np.random.default_rng(1).integers(0, 256, (1, 64, 96, 3), np.uint8)
    session = onnxruntime.InferenceSession(str(tmp_path / "peer.onnx"), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"image": image})
    with torch.no_grad():
        assert (found == network(torch.from_numpy(image)).numpy()).mean() > 0.999
    assert len(np.unique(found)) > 1
