"""DeepLabv3+ with ResNet-101, random weights: what the speed of the shipped network is measured beside.

Written from the papers. He et al. 2015, "Deep Residual Learning": table 1, bottleneck blocks, the stride of a stage in
its first 1 x 1 convolution (later implementations put it into the 3 x 3 one, which costs more). Chen et al. 2018,
"Encoder-Decoder with Atrous Separable Convolution": output stride 16, atrous spatial pyramid with rates 6, 12, 18 and
image pooling, decoder with low-level features of stride 4 reduced to 48 channels, two 3 x 3 convolutions of 256; the
last stage has the multi-grid 1, 2, 4 of Chen et al. 2017. What it answers means nothing; what it computes does.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

RESNET_101 = (3, 4, 23, 3)
"""Bottleneck blocks of each stage."""
WIDTH, LOW_LEVEL = 256, 48
RATES = (6, 12, 18)
GRID = (1, 2, 4)


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, rate: int = 1, relu: bool = True) -> nn.Module:
    """Convolution and batch norm, then ReLU where asked for; `rate` is the distance between taps."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, rate * (kernel // 2), rate, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class Bottleneck(nn.Module):
    """Narrow, filter, widen; added to what came in."""

    def __init__(self, inputs: int, narrow: int, stride: int, rate: int) -> None:
        super().__init__()
        outputs = 4 * narrow
        self.path = nn.Sequential(
            convolution(inputs, narrow, 1, stride),
            convolution(narrow, narrow, 3, rate=rate),
            convolution(narrow, outputs, 1, relu=False),
        )
        changes = stride != 1 or inputs != outputs
        self.shortcut = convolution(inputs, outputs, 1, stride, relu=False) if changes else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.path(x) + self.shortcut(x))


def stage(inputs: int, narrow: int, blocks: int, stride: int, grid: tuple[int, ...] = (1,)) -> nn.Sequential:
    """Blocks of one resolution; the last of `grid` goes on for the blocks beyond it."""
    rates = [grid[min(i, len(grid) - 1)] for i in range(blocks)]
    first = Bottleneck(inputs, narrow, stride, rates[0])
    return nn.Sequential(first, *(Bottleneck(4 * narrow, narrow, 1, rate) for rate in rates[1:]))


class Pyramid(nn.Module):
    """Atrous spatial pyramid pooling: five views of the features, joined."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        near = convolution(inputs, WIDTH, 1)
        self.views = nn.ModuleList([near, *(convolution(inputs, WIDTH, 3, rate=rate) for rate in RATES)])
        self.whole = convolution(inputs, WIDTH, 1)
        self.join = convolution(WIDTH * (len(RATES) + 2), WIDTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        whole = self.whole(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        return self.join(torch.cat([*(view(x) for view in self.views), whole], 1))


class DeepLab(nn.Module):
    """uint8 (n, h, w, 3) RGB, h and w multiples of 16 -> class ids uint8 (n, h, w). 59 million parameters."""

    def __init__(self, classes: int, blocks: tuple[int, int, int, int] = RESNET_101) -> None:
        super().__init__()
        self.stem = nn.Sequential(convolution(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
        self.low = stage(64, 64, blocks[0], 1)
        self.deep = nn.Sequential(
            stage(256, 128, blocks[1], 2),
            stage(512, 256, blocks[2], 2),
            stage(1024, 512, blocks[3], 1, tuple(2 * rate for rate in GRID)),  # 2: the stride it does not take
        )
        self.pyramid = Pyramid(2048)
        self.reduce = convolution(256, LOW_LEVEL, 1)
        self.refine = nn.Sequential(convolution(WIDTH + LOW_LEVEL, WIDTH, 3), convolution(WIDTH, WIDTH, 3))
        self.head = nn.Conv2d(WIDTH, classes, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):  # activations that vanish would be computed at another speed
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        x = ((images.float() - 127.0) / 64.0).permute(0, 3, 1, 2)
        low = self.low(self.stem(x))
        deep = functional.interpolate(self.pyramid(self.deep(low)), scale_factor=4.0, mode="bilinear")
        logits = self.head(self.refine(torch.cat((deep, self.reduce(low)), 1)))
        return functional.interpolate(logits, scale_factor=4.0, mode="bilinear").argmax(1).to(torch.uint8)


def export(network: DeepLab, target: Path, size: tuple[int, int]) -> None:
    """Write `target` (ONNX, fp32, batch norms folded) for one image of `size` (h, w): nothing is left to find out."""
    torch.onnx.export(
        network.eval(), (torch.zeros(1, *size, 3, dtype=torch.uint8),), str(target), dynamo=False, opset_version=17,
        input_names=["image"], output_names=["class_map"],
    )  # fmt: skip
