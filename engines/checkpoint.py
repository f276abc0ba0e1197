"""What a training leaves on disk, and how it goes on from there: checkpoint, weights, history, a curve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from engines.network import Network


@dataclass(slots=True)
class State:
    """A training between two steps. `average` holds the averaged weights; `loss` one number a step; `iou` rows of
    (step, IoU of each class)."""

    network: Network
    average: Network
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    step: int = 0
    loss: list[float] = field(default_factory=list)
    iou: list[list[float]] = field(default_factory=list)


def save(out: Path, state: State) -> None:
    """OUT/checkpoint.pt, weights.pt (the averaged ones) and history.json. Written beside and renamed: a stop in
    mid-write leaves the previous checkpoint."""
    history = json.dumps({"loss": state.loss, "iou": state.iou})
    whole = {"step": state.step, "network": state.network.state_dict(), "average": state.average.state_dict(),
             "optimiser": state.optimiser.state_dict(), "schedule": state.schedule.state_dict(),
             "history": history}  # fmt: skip
    torch.save(whole, out / "checkpoint.part")
    (out / "checkpoint.part").rename(out / "checkpoint.pt")
    torch.save(state.average.state_dict(), out / "weights.part")
    (out / "weights.part").rename(out / "weights.pt")
    (out / "history.json").write_text(history)


def resume(out: Path, state: State) -> None:
    """Put everything of the last checkpoint back in place; nothing changes where there is none."""
    if not (out / "checkpoint.pt").exists():
        return
    whole = torch.load(out / "checkpoint.pt", weights_only=True, map_location="cpu")
    state.network.load_state_dict(whole["network"])
    state.average.load_state_dict(whole["average"])
    state.optimiser.load_state_dict(whole["optimiser"])
    state.schedule.load_state_dict(whole["schedule"])
    history = json.loads(whole["history"])
    state.step, state.loss, state.iou = int(whole["step"]), history["loss"], history["iou"]


def picture(out: Path, state: State, classes: Sequence[str]) -> None:
    """OUT/curve.png: the loss, smoothed over 50 steps, and each class's validation IoU."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    window = min(50, len(state.loss))
    if state.loss:
        left.plot(np.convolve(np.asarray(state.loss, float), np.ones(window) / window, "valid"))
    left.set(title="training loss", xlabel="step")
    points = np.asarray(state.iou, float)
    for i, name in enumerate(classes if len(points) else ()):
        right.plot(points[:, 0], points[:, i + 1], label=name, marker="o", markersize=3)
    right.set(title="IoU on the institutions held back", xlabel="step", ylim=(0, 1))
    if len(points):
        right.legend(fontsize=7)
    figure.savefig(out / "curve.png", dpi=110, bbox_inches="tight")
    pyplot.close(figure)
