"""Teach the shipped model the sheets of one rig, on a CPU, from 30 annotated photographs on.

    station engine finetune --images DIR --annotations COCO.json --out site-model

Every fifth photograph is held back, and both models are measured on these. Half of what the network sees meanwhile are
drawn sheets, so that it keeps what it knew. Classes that nobody annotated are not unlearnt: where the old model sees
them, no loss is taken. OUT is a model folder like those in engines/zoo; a stopped run goes on from OUT/training.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import yaml
from rich.console import Console

from engines import drawn_samples
from engines.annotations import Annotations
from engines.annotations import read as read_annotations
from engines.before_after import Look, class_map, look, picture, table
from engines.export import export
from engines.network import Network
from engines.reopen import reopened
from engines.train import Run, learn
from engines.truth import HERBARIUM, IGNORE, Sample, read
from station import segment
from station.config import CALIBRATION, ZOO
from station.errors import ConfigError, EngineError
from station.types import Model

FEWEST, ADVISED = 10, 30
"""Annotated photographs below which nothing is taught, and below which a warning is given (ours)."""
FORM = ("licence", "classes", "input_side_px", "multiple_px", "colour_order", "normalisation", "encoder")
"""What a taught model has in common with the model it comes from."""
TESTED = 8
"""Drawn sheets, never trained on, that show whether the model forgets."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. Sizes in pixels; those of a training view are multiples of 32. `long_side`: 0 for the
    parent's own."""

    images: Path
    annotations: Path
    out: Path
    steps: int = 400
    seed: int = 1
    parent: Path = ZOO / "herbarium-sheet"
    drawn: int = 120
    long_side: int = 0
    height: int = 576
    width: int = 416

    @property
    def run(self) -> Run:
        """The training; a fifth of the rate of a first training, for the network knows most already."""
        return Run(
            data=(), out=self.out / "training", steps=self.steps, seed=self.seed, drawn=self.drawn,
            long_side=self.long_side, height=self.height, width=self.width, drawn_share=0.5, rate=3e-4,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """Both models on the photographs held back (`names`: the classes measured) and on drawn sheets."""

    names: tuple[str, ...]
    before: Look
    after: Look
    drawn_before: float
    drawn_after: float

    @property
    def better(self) -> bool:
        """Whether the mean IoU of the photographs held back did not fall."""
        return self.after.of(self.names)["mean"] >= self.before.of(self.names)["mean"]


def finetune(order: Order) -> bool:
    """Everything from the annotations to OUT/model.yaml; whether the new model is at least as good as the old one.
    Raises ConfigError and EngineError."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    annotated = read_annotations(order.annotations, order.images)
    for notice in (*annotated.notices, *_too_few(len(annotated.coco["images"]))):
        console.print(notice, style="yellow")
    model = _parent(order)
    order = replace(order, long_side=order.long_side or model.input_side_px)
    _claim(order, annotated, model)
    taught, held = parted(list(read(order.run.out, HERBARIUM, order.run.long_side)))
    network = reopened(model.path, len(HERBARIUM))
    names = _measured(taught, held)
    absent = spare_absent((*taught, *held), network)
    if absent:
        console.print(f"Not annotated, kept as it is: {', '.join(absent)}.")
    console.print(f"{len(taught)} photographs to learn from, {len(held)} held back to measure with.")
    result = _teach(order, network, taught, held, names)
    picture(order.out / "before-after.png", held, result.before, result.after)
    console.print(table(result.before, result.after, names, len(held)))
    _write(order, model, taught, held, result)
    _tell(order, result, console)
    return result.better


def _too_few(count: int) -> list[str]:
    """A warning for few photographs. Raises ConfigError for too few."""
    if count < FEWEST:
        raise ConfigError(
            f"Only {count} annotated photographs: nothing can be learnt and measured with fewer than {FEWEST}.",
            f"Annotate {ADVISED} or more, of different days and different plants.",
        )
    few = f"{count} annotated photographs are few; {ADVISED} or more are advised, and the figures below are rough."
    return [few] if count < ADVISED else []


def _parent(order: Order) -> Model:
    """The model to start from. Raises EngineError."""
    model = segment.read_model(order.parent)
    if model.classes != tuple(HERBARIUM):
        raise EngineError(
            f"The model {model.name} has other classes than a herbarium sheet.", "Only herbarium models can be taught."
        )
    return model


def _claim(order: Order, annotated: Annotations, model: Model) -> None:
    """Write OUT/training/coco.json. Raises ConfigError when OUT holds a run of other photographs, seed or model."""
    folder = order.run.out
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(annotated.coco)
    told = f"{hashlib.sha256(text.encode()).hexdigest()} {order.seed} {model.sha256}"
    mark = folder / "order.txt"
    if mark.exists() and mark.read_text() != told:
        raise ConfigError(
            f"{order.out} holds a training with other photographs, another seed or another model.",
            "Name another folder with --out, or remove this one.",
        )
    mark.write_text(told)
    (folder / "coco.json").write_text(text)


def parted(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """(to learn from, held back): every fifth photograph is held back, at least four, spread evenly over the
    institutions and, within them, over the names."""
    ordered = sorted(samples, key=lambda s: (s.institution, s.name))
    count = max(4, len(ordered) // 5)
    places = {(2 * i + 1) * len(ordered) // (2 * count) for i in range(count)}
    held = [sample for i, sample in enumerate(ordered) if i in places]
    return [sample for i, sample in enumerate(ordered) if i not in places], held


def _measured(taught: Sequence[Sample], held: Sequence[Sample]) -> tuple[str, ...]:
    """The classes that were annotated and occur in the photographs held back."""
    annotated = {name for sample in (*taught, *held) for name, _ in sample.things}
    there = {int(i) for sample in held for i in np.unique(sample.class_map)}
    return tuple(name for i, name in enumerate(HERBARIUM) if name in annotated and i in there)


def spare_absent(samples: Sequence[Sample], network: Network) -> tuple[str, ...]:
    """The classes that are annotated in no photograph. Where `network` sees one of them, the truth becomes IGNORE:
    a stamp that nobody drew is no bare paper."""
    annotated = {name for sample in samples for name, _ in sample.things}
    absent = [name for name in HERBARIUM[1:] if name not in annotated]
    ids = [HERBARIUM.index(name) for name in absent]
    for sample in samples if ids else ():
        seen = np.isin(class_map(network, sample.image), ids).astype(np.uint8)
        whole = cv2.resize(seen, (seen.shape[1] * 2, seen.shape[0] * 2), interpolation=cv2.INTER_NEAREST) > 0
        for target in (sample.class_map, sample.core):
            target[: whole.shape[0], : whole.shape[1]][whole] = IGNORE
    return tuple(absent)


def _teach(
    order: Order, network: Network, taught: Sequence[Sample], held: Sequence[Sample], names: tuple[str, ...]
) -> Result:
    """Measure, learn, measure again."""
    run = order.run
    sheets = drawn_samples.sheets(order.drawn + TESTED, run.long_side, order.seed * 1_000_000)
    drawn, tested = sheets[:-TESTED], sheets[-TESTED:]
    torch.manual_seed(order.seed)
    network.to("cuda" if torch.cuda.is_available() else "cpu")
    before, drawn_before = look(network, held), look(network, tested)
    try:
        new = learn(run, network, taught, drawn, (), mode=Network.eval)
    except KeyboardInterrupt:
        print(f"\nStopped. The same command goes on from {run.out}.")
        raise
    after, drawn_after = look(new, held), look(new, tested)
    return Result(names, before, after, *(float(np.nanmean(seen.iou[1:])) for seen in (drawn_before, drawn_after)))


def _write(order: Order, model: Model, taught: Sequence[Sample], held: Sequence[Sample], result: Result) -> None:
    """OUT/model.onnx, its manifest, and a profile that names it."""
    target = order.out / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's remarks about itself help nobody here
        export(order.run.out / "weights.pt", target.with_suffix(".part"))
    target.with_suffix(".part").replace(target)
    parent: dict[str, Any] = yaml.safe_load((order.parent / "model.yaml").read_text())
    facts = {
        "name": model.name,
        "version": f"{model.version.partition('+')[0]}+site-{datetime.now(UTC):%Y-%m-%d}",
        "file": target.name,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        **{key: parent[key] for key in FORM if key in parent},
        "parent": {"version": model.version, "sha256": model.sha256, "training_data": parent.get("training_data")},
        "training_data": {
            "photographs": len(taught),
            "folder": order.images.resolve().name,
            "annotations": order.annotations.name,
            "institutions": sorted({s.institution for s in taught}),
            "drawn": order.drawn,
            "seed": order.seed,
            "steps": order.steps,
        },
        "held_back": [Path(s.name).name for s in held],
        "metrics": {
            "held_back_iou_before": result.before.of(result.names),
            "held_back_iou_after": result.after.of(result.names),
            "drawn_sheets_iou_before": round(result.drawn_before, 3),
            "drawn_sheets_iou_after": round(result.drawn_after, 3),
        },
    }
    (order.out / "model.yaml").write_text(yaml.safe_dump(facts, sort_keys=False, width=110))
    profile = (CALIBRATION / "profiles" / f"{model.name}.yaml").read_text()
    lines = ["model: ./" if line.startswith("model:") else line for line in profile.splitlines()]
    (order.out / f"{model.name}.yaml").write_text("\n".join(lines) + "\n")


def _tell(order: Order, result: Result, console: Console) -> None:
    """What came out and what to do with it."""
    old, new = (seen.of(result.names)["mean"] for seen in (result.before, result.after))
    lost = result.drawn_before - result.drawn_after
    console.print(f"On {TESTED} drawn sheets: {result.drawn_before:.3f} before, {result.drawn_after:.3f} after.")
    if lost > 0.03:
        console.print("It forgets other kinds of sheets: use it only for the rig of these photographs.", style="yellow")
    console.print(f"Look at {order.out / 'before-after.png'}")
    if result.better:
        profile = (order.out / f"{segment.read_model(order.out).name}.yaml").resolve()
        console.print(f"Better, or as good: {old:.3f} before, {new:.3f} after. To use it, write into station.yaml:")
        console.print(f"profile: {profile}", style="bold")
    else:
        console.print(f"It got worse: {old:.3f} before, {new:.3f} after. Keep the old model.", style="bold red")
        console.print("More photographs, or more exact outlines, help more than more steps.")
