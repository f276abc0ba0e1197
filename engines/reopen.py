"""A model file -> the network it was exported from, to teach it further. The file is all that is shipped.

The exporter folds each batch norm into the convolution before it: w' = w g / sqrt(v + e), b' = b - m g / sqrt(v + e)
(g, b: scale and shift; m, v: running mean and variance; e: epsilon). The network opened here holds w' in its
convolutions and b' as the shift of batch norms that change nothing else, so that it answers what the file answers. Its
batch norms know no statistics of their own: it may be taught only with them held (`Network.eval`), or after `waken`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn

from engines.network import Network
from station.errors import EngineError
from station.types import Image

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Weight and bias of one convolution or fully connected layer."""


def reopened(path: Path, classes: int) -> Network:
    """The network in `path` (ONNX, fp32), for so many classes, in evaluation mode. Raises EngineError when the file
    holds another network."""
    try:
        layers = list(_layers(onnx.load(path)))
        width = next(weight.shape[1] for weight, _ in layers if len(weight) == classes + 1)
        network = Network(classes, width)
        network.eval()
        _fill(network, layers)
    except (OSError, DecodeError, ValueError, KeyError, IndexError, StopIteration) as error:
        raise EngineError(
            f"{path} does not hold the network of engines/network.py: {error}",
            "Start from the model that was installed with this version; install the package again if that is damaged.",
        ) from error
    return network


def _layers(model: onnx.ModelProto) -> Iterator[Layer]:
    """Weights in the order in which they are used; ValueError for a file that was quantised or reduced to FP16."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Identity" and node.input[0] in values:  # equal weights are kept once
            values[node.output[0]] = values[node.input[0]]
        if node.op_type in ("Conv", "Gemm"):
            weight, bias = (values[name] for name in node.input[1:3])
            if weight.dtype != np.float32:
                raise ValueError(f"its weights are {weight.dtype}, not float32")
            yield weight, bias


def _fill(network: Network, layers: list[Layer]) -> None:
    """Put `layers` into the network's layers in the order in which they are used."""
    waiting = iter(layers)
    bias = torch.empty(0)
    for module in _in_use(network):
        if isinstance(module, nn.BatchNorm2d):
            _neutral(module, bias)
            continue
        weight, bias = (torch.from_numpy(array.copy()) for array in next(waiting))
        if module.weight.shape != weight.shape:
            raise ValueError(f"a layer of {tuple(weight.shape)} stands for one of {tuple(module.weight.shape)}")
        module.weight.data = weight
        if module.bias is not None:
            module.bias.data = bias
    if next(waiting, None) is not None:
        raise ValueError("it has more layers")


def _in_use(network: Network) -> list[nn.Module]:
    """Every layer with weights, in the order in which one photograph meets them."""
    met: list[nn.Module] = []
    kinds = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)
    hooks = [m.register_forward_pre_hook(lambda m, _: met.append(m)) for m in network.modules() if isinstance(m, kinds)]
    with torch.no_grad():
        network(torch.zeros(1, 32, 32, 3, dtype=torch.uint8))
    for hook in hooks:
        hook.remove()
    return met


@torch.no_grad()
def waken(network: Network, images: Sequence[Image]) -> None:
    """Give the batch norms behind the encoder the statistics that they meet on `images` (uint8 (h, w, 3)), and what
    undoes them, so that the network answers as before and may be taught as any other."""
    met: dict[nn.BatchNorm2d, list[torch.Tensor]] = {}
    outer = [m for name, m in network.named_modules() if isinstance(m, nn.BatchNorm2d) and name[:7] != "encoder"]
    hooks = [m.register_forward_pre_hook(lambda m, x: met.setdefault(m, []).append(_moments(x[0]))) for m in outer]
    for image in images:
        h, w = (side // 32 * 32 for side in image.shape[:2])
        network(torch.from_numpy(image[None, :h, :w].copy()))
    for hook in hooks:
        hook.remove()
    for norm, moments in met.items():
        mean, square = torch.stack(moments).mean(0)
        norm.running_mean, norm.running_var = mean, (square - mean**2).clamp(min=1e-6)
        norm.weight.data = (norm.running_var + norm.eps).sqrt()
        norm.bias.data += mean


def _moments(x: torch.Tensor) -> torch.Tensor:
    """Mean and mean square of each channel (2, channels)."""
    return torch.stack((x.mean((0, 2, 3)), (x**2).mean((0, 2, 3))))


def _neutral(norm: nn.BatchNorm2d, shift: torch.Tensor) -> None:
    """Make `norm` add `shift` and do nothing else."""
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.data.fill_(1)
    norm.bias.data = shift
