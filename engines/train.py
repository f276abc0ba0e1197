"""Train the segmentation network: one straight script, resumable, the same on a CPU and on a GPU.

    python -m engines.train --data DIR [--data DIR ...] --out RUN [--steps 4000] [--drawn 400] [--validate NAME ...]

DIR holds `images/` and `coco.json` (engines/truth.py). Institutions named by --validate are never trained on; the mean
IoU on them is printed every 500 steps and drawn as a curve. `RUN/checkpoint.pt` is written every 100 steps; the
same command goes on where it was stopped. `RUN/weights.pt` holds the averaged weights that export.py turns into ONNX,
`RUN/run.json` what they were trained on.
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from engines.augment import View, training_view
from engines.network import Network, freeze_low_levels, hold_statistics, pretrained
from engines.synthesise import draw_sheet
from engines.truth import HERBARIUM, IGNORE, Sample, paint, read

WEIGHTS = {"background": 0.6, "sheet": 0.6, "barcode": 3.0, "colour_chart": 2.0, "scale_bar": 2.5, "stamp": 1.5}
"""Cross-entropy weight of classes that differ from 1: small objects count more a pixel."""
AVERAGE = 0.998
"""Decay of the exponential moving average of the weights, a step."""


def drawn_samples(count: int, long_side_px: int, seed: int) -> list[Sample]:
    """`count` drawn sheets with exact truth; every sixth in the calm style of the demo."""
    samples = []
    for i in tqdm(range(count), desc="drawing", unit="sheet", mininterval=10):
        sheet = draw_sheet(seed + i, long_side_px=long_side_px, plain=i % 6 == 0)
        things = tuple((t.name, t.polygon) for t in sheet.things)
        _, core = paint(sheet.image, [t for t in things if t[0] != "specimen"], HERBARIUM)
        core[sheet.class_map == HERBARIUM.index("specimen")] = 0
        upright = sheet.upright_deg // 90 % 4
        samples.append(Sample(f"drawn-{seed + i}", "drawn", sheet.image, sheet.class_map, core, upright, things))
    return samples


def batches(
    real: Sequence[Sample], drawn: Sequence[Sample], args: argparse.Namespace, first_step: int
) -> Iterator[list[View]]:
    """Views of one batch have one size, upright and lying ones by turns; each step has its own seed."""

    def make(step: int) -> list[View]:
        rng = np.random.default_rng([args.seed, step])
        size = (args.height, args.width) if step % 4 else (args.width, args.height)
        pools = [drawn if drawn and rng.random() < args.drawn_share else real for _ in range(args.batch)]
        return [training_view(pool[int(rng.integers(len(pool)))], real, size, rng) for pool in pools]

    with ThreadPoolExecutor(args.workers) as pool:
        waiting = [pool.submit(make, first_step + i) for i in range(2 * args.workers)]
        for step in range(first_step + len(waiting), args.steps + len(waiting)):
            yield waiting.pop(0).result()
            waiting.append(pool.submit(make, step))


def loss_of(network: Network, views: Sequence[View], device: torch.device) -> Tensor:
    """Weighted cross-entropy + soft Dice (Milletari 2016) on classes, binary cross-entropy on core, a little for
    the upright direction."""
    images, class_maps, cores = (torch.from_numpy(np.stack([v[k] for v in views])).to(device) for k in range(3))
    upright = torch.tensor([v[3] for v in views], device=device)
    answers = network(images)
    target = class_maps[:, ::2, ::2].long()
    known = target != IGNORE
    weight = torch.tensor([WEIGHTS.get(name, 1.0) for name in HERBARIUM], device=device)
    entropy = functional.cross_entropy(answers.classes, target, weight, ignore_index=IGNORE, label_smoothing=0.02)
    chance = answers.classes.softmax(1) * known[:, None]
    truth = functional.one_hot(torch.where(known, target, 0), len(HERBARIUM)).permute(0, 3, 1, 2) * known[:, None]
    overlap, total = (chance * truth).sum((0, 2, 3)), (chance + truth).sum((0, 2, 3))
    present = truth.sum((0, 2, 3)) > 0
    dice = (1 - (2 * overlap + 1) / (total + 1))[present].mean()
    inside = cores[:, ::2, ::2]
    core = functional.binary_cross_entropy_with_logits(answers.core[:, 0], inside.float(), weight=inside != IGNORE)
    loss = entropy + dice + core
    if (upright >= 0).any():
        loss = loss + 0.3 * functional.cross_entropy(answers.upright, upright, ignore_index=-1)
    return loss


@torch.no_grad()
def validation_iou(network: Network, samples: Sequence[Sample], device: torch.device) -> NDArray[np.float64]:
    """IoU of each class over all pixels of `samples`, at their stored size; NaN where a class does not occur."""
    network.eval()
    confusion = np.zeros((len(HERBARIUM), len(HERBARIUM)))
    for sample in samples:
        h, w = (side // 32 * 32 for side in sample.image.shape[:2])
        answers = network(torch.from_numpy(sample.image[None, :h, :w]).to(device))
        guess = answers.classes[0].argmax(0).cpu().numpy()
        truth = sample.class_map[:h:2, :w:2]
        known = truth != IGNORE
        np.add.at(confusion, (truth[known], guess[known]), 1)
    with np.errstate(invalid="ignore"):
        hits = np.diag(confusion)
        return np.asarray(hits / (confusion.sum(0) + confusion.sum(1) - hits))


def parted(samples: Sequence[Sample], validate: Sequence[str]) -> tuple[list[Sample], list[Sample]]:
    """(to train on, held back). A name that no photograph bears is a misspelling: it would be trained on."""
    if unknown := set(validate) - {s.institution for s in samples}:
        raise SystemExit(f"--validate: no photograph is of {sorted(unknown)}; nothing was trained.")
    held = [s for s in samples if s.institution in validate]
    return [s for s in samples if s.institution not in validate], held


def note_down(args: argparse.Namespace, real: Sequence[Sample], drawn: Sequence[Sample]) -> None:
    """RUN/run.json: what the weights are trained on, for the model's manifest."""
    facts = {
        "photographs": len(real),
        "institutions": sorted({s.institution for s in real}),
        "drawn": len(drawn),
        "never_trained_on": sorted(args.validate),
        "seed": args.seed,
        "steps": args.steps,
    }
    (args.out / "run.json").write_text(json.dumps(facts))


def optimisation(
    network: Network, rate: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW; the rate rises over 200 steps, stays, and falls to nothing over the last quarter (Haegele et al. 2024),
    so that a longer run can go on from a shorter one. The pretrained encoder learns at a third of the rate."""
    inner = [p for p in network.encoder.parameters() if p.requires_grad]
    outer = [p for n, p in network.named_parameters() if not n.startswith("encoder.")]
    groups = [{"params": inner, "lr": rate / 3}, {"params": outer, "lr": rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-3)
    share = partial(share_of_rate, steps=steps)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def share_of_rate(step: int, steps: int) -> float:
    """What share of the full rate `step` of `steps` learns at, 0 to 1."""
    return max(min(1.0, (step + 1) / 200, (steps - step) / (0.25 * steps)), 0.0)


def train(args: argparse.Namespace) -> None:
    """Everything from the photographs to `weights.pt`; see the module's docstring."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    cv2.setNumThreads(1)  # the views are made in threads of their own
    args.out.mkdir(parents=True, exist_ok=True)
    samples = [s for root in args.data for s in read(root, HERBARIUM, args.long_side)]
    real, held = parted(samples, args.validate)
    drawn = drawn_samples(args.drawn, args.long_side, args.seed * 1_000_000)
    print(f"{len(real)} photographs and {len(drawn)} drawn sheets to train on, {len(held)} held back for validation")
    note_down(args, real, drawn)
    network = pretrained(len(HERBARIUM), args.channels)
    if args.start is not None:
        network.load_state_dict(torch.load(args.start, weights_only=True, map_location="cpu"))
    if device.type == "cpu":
        freeze_low_levels(network)
    network.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    optimiser, schedule = optimisation(network, args.rate, args.steps)
    first, history = resume(args.out, network, average, optimiser, schedule)
    progress = tqdm(batches(real, drawn, args, first), total=args.steps, initial=first, unit="step", mininterval=20)
    for step, views in enumerate(progress, first + 1):
        hold_statistics(network)
        loss = loss_of(network, views, device)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        schedule.step()
        follow(average, network, min(AVERAGE, step / (step + 20)))
        history["loss"].append(loss.item())
        progress.set_postfix(loss=f"{np.mean(history['loss'][-50:]):.3f}", refresh=False)
        if held and (step % 500 == 0 or step == args.steps):
            iou = validation_iou(average, held, device)
            history["iou"].append([step, *iou.tolist()])
            print("\n", step, {n: round(float(v), 3) for n, v in zip(HERBARIUM, iou, strict=True)})
        if step % 100 == 0 or step == args.steps:
            save(args.out, step, network, average, optimiser, schedule, history)
    picture(args.out, history)


@torch.no_grad()
def follow(average: Network, network: Network, decay: float) -> None:
    """Move the averaged weights a little towards the network's."""
    for a, b in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if a.dtype.is_floating_point:
            a.lerp_(b, 1 - decay)
        else:
            a.copy_(b)


def save(out: Path, step: int, network: Network, average: Network, optimiser: torch.optim.Optimizer,
         schedule: torch.optim.lr_scheduler.LRScheduler, history: dict[str, list[Any]]) -> None:  # fmt: skip
    """Written beside and renamed: a stop in mid-write leaves the previous checkpoint."""
    state = {"step": step, "network": network.state_dict(), "average": average.state_dict(),
             "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict(),
             "history": json.dumps(history)}  # fmt: skip
    torch.save(state, out / "checkpoint.part")
    (out / "checkpoint.part").rename(out / "checkpoint.pt")
    torch.save(average.state_dict(), out / "weights.part")
    (out / "weights.part").rename(out / "weights.pt")
    (out / "history.json").write_text(json.dumps(history))


def resume(out: Path, network: Network, average: Network, optimiser: torch.optim.Optimizer,
           schedule: torch.optim.lr_scheduler.LRScheduler) -> tuple[int, dict[str, list[Any]]]:  # fmt: skip
    """(steps done, history) of the last checkpoint, everything else put back in place; (0, empty) without one."""
    if not (out / "checkpoint.pt").exists():
        return 0, {"loss": [], "iou": []}
    state = torch.load(out / "checkpoint.pt", weights_only=True, map_location="cpu")
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"]), json.loads(state["history"])


def picture(out: Path, history: dict[str, list[Any]]) -> None:
    """RUN/curve.png: the loss, smoothed over 50 steps, and each class's validation IoU."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    loss = np.asarray(history["loss"], float)
    left.plot(np.convolve(loss, np.ones(50) / 50, "valid"))
    left.set(title="training loss", xlabel="step")
    points = np.asarray(history["iou"], float)
    for i, name in enumerate(HERBARIUM if len(points) else ()):
        right.plot(points[:, 0], points[:, i + 1], label=name, marker="o", markersize=3)
    right.set(title="IoU on the institutions held back", xlabel="step", ylim=(0, 1))
    right.legend(fontsize=7)
    figure.savefig(out / "curve.png", dpi=110, bbox_inches="tight")


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, metavar="WEIGHTS", help="go on from these weights, not from ImageNet's")
    parser.add_argument("--validate", nargs="*", default=[], metavar="INSTITUTION")
    for name, value in (("steps", 4000), ("batch", 4), ("height", 576), ("width", 416), ("long-side", 1024),
                        ("drawn", 400), ("workers", 1), ("seed", 1), ("channels", 64)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--drawn-share", type=float, default=0.35)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    return parser.parse_args()


if __name__ == "__main__":
    train(arguments())
