"""Train the segmentation network: one straight script, resumable, the same on a CPU and on a GPU.

    python -m engines.train --data DIR [--data DIR ...] --out RUN [--steps 4000] [--drawn 400] [--validate NAME ...]
                            [--profile microscope-slide]

DIR holds `images/` and `coco.json` (engines/truth.py). Institutions or files named by --validate are never trained on;
the mean IoU on them is printed every 500 steps and drawn as a curve. `RUN/checkpoint.pt` is written every 100 steps (20
in a short run); the same command goes on where it was stopped. `RUN/weights.pt` holds the averaged weights that
export.py turns into ONNX, `RUN/run.json` what they were trained on.
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from engines.augment import View, training_view
from engines.checkpoint import State, picture, resume, save
from engines.drawn_samples import PAINTERS, PATIENCE
from engines.loss import loss_of
from engines.network import Network, freeze_low_levels, hold_statistics, pretrained
from engines.reopen import reopened, waken
from engines.truth import IGNORE, PROFILES, Sample, read

Pools = tuple[Sequence[Sample], Sequence[Sample], Sequence[Sample]]
"""Photographs annotated by people, drawn sheets, photographs annotated by an earlier model."""
AVERAGE = 0.998
"""Decay of the exponential moving average of the weights, a step."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one training is asked for; the options of the command line are these. Sizes in pixels.

    `height` and `width` of a training view are multiples of 32; every `whole_every`-th step looks at one whole
    photograph at `long_side` instead, as the station does; a share `near` of the other views are parts at that scale
    (what is used large is best taught large in the end: Touvron 2019, "FixRes"). `start`: weights or a model's folder
    to go on from, else ImageNet's; `frozen`: so many of the encoder's first blocks stay as they are, on a CPU; 16 are
    all. `guessed`: photographs annotated by an earlier model (self_training.py). `profile`: whose classes are learned.
    """

    data: tuple[Path, ...]
    out: Path
    start: Path | None = None
    validate: tuple[str, ...] = ()
    steps: int = 4000
    batch: int = 4
    height: int = 576
    width: int = 416
    long_side: int = 1024
    drawn: int = 400
    workers: int = 1
    seed: int = 1
    channels: int = 64
    drawn_share: float = 0.35
    guessed: Path | None = None
    guessed_share: float = 0.2
    rate: float = 1.5e-3
    whole_every: int = 3
    near: float = 0.0
    frozen: int = 3
    profile: str = "herbarium-sheet"

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names by id."""
        return PROFILES[self.profile]

    def whole_size(self, sample: Sample) -> tuple[int, int]:
        """(height, width) of a whole photograph as the station looks at it: of its own shape, `long_side` long, in
        multiples of 32."""
        scale = self.long_side / max(sample.image.shape[:2])
        h, w = (max(32, round(side * scale / 32) * 32) for side in sample.image.shape[:2])
        return h, w


def batches(run: Run, pools: Pools, first_step: int) -> Iterator[list[View]]:
    """Views of one batch have one size, upright and lying ones by turns; each step has its own seed."""
    real, drawn, guessed = pools
    bank = real if run.profile == "herbarium-sheet" else ()  # slides are composed by their painter
    shares = np.array([0, run.drawn_share * bool(drawn), run.guessed_share * bool(guessed)])
    shares[0] = 1 - shares.sum()

    def make(step: int) -> list[View]:
        rng = np.random.default_rng([run.seed, step])
        whole = run.whole_every > 0 and step % run.whole_every == run.whole_every - 1
        chosen = [pools[int(i)] for i in rng.choice(3, 1 if whole else run.batch, p=shares)]
        samples = [pool[int(rng.integers(len(pool)))] for pool in chosen]
        size = run.whole_size(samples[0]) if whole else (run.height, run.width)
        size = size if step % 4 else size[::-1]
        return [training_view(sample, bank, size, rng, whole=whole, near=run.near) for sample in samples]

    with ThreadPoolExecutor(run.workers) as pool:
        waiting = [pool.submit(make, first_step + i) for i in range(2 * run.workers)]
        for step in range(first_step + len(waiting), run.steps + len(waiting)):
            yield waiting.pop(0).result()
            waiting.append(pool.submit(make, step))


@torch.no_grad()
def validation_iou(network: Network, samples: Sequence[Sample], device: torch.device) -> NDArray[np.float64]:
    """IoU of each class over all pixels of `samples`, at their stored size; NaN where a class does not occur."""
    network.eval()
    classes = network.head.out_channels - 1
    confusion = np.zeros((classes, classes))
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
    """(to train on, held back): institutions or single photographs, by their names. A name that no photograph bears is
    a misspelling: it would be trained on."""
    if unknown := set(validate) - {name for s in samples for name in (s.institution, s.name)}:
        raise SystemExit(f"--validate: no photograph is of {sorted(unknown)}; nothing was trained.")
    kept = [s.institution not in validate and s.name not in validate for s in samples]
    return [s for s, k in zip(samples, kept, strict=True) if k], [
        s for s, k in zip(samples, kept, strict=True) if not k
    ]


def unowned(sample: Sample) -> Sample:
    """Without sides to learn from: an earlier model says better what a pixel is than where one label ends."""
    return replace(sample, owner=np.zeros_like(sample.owner))


def note_down(run: Run, real: Sequence[Sample], drawn: Sequence[Sample], guessed: Sequence[Sample]) -> None:
    """RUN/run.json: what the weights are trained on, for the model's manifest."""
    facts = {
        "profile": run.profile,
        "photographs": len(real),
        "institutions": sorted({s.institution for s in real}),
        "drawn": len(drawn),
        "guessed": len(guessed),
        "never_trained_on": sorted(run.validate),
        "seed": run.seed,
        "long_side": run.long_side,
        "steps": run.steps,
        "earlier_steps": earlier_steps(run.start),
    }
    (run.out / "run.json").write_text(json.dumps(facts))


def opened(run: Run, real: Sequence[Sample]) -> Network:
    """The network that a run starts with. Classes of another profile's model take the place of those with its ids."""
    if run.start is not None and run.start.is_dir():
        network = reopened(run.start / "model.onnx", len(run.classes))
        waken(network, [sample.image for sample in real[:: max(1, len(real) // 8)]])
        return network
    network = pretrained(len(run.classes), run.channels)
    if run.start is not None:
        network.load_state_dict(torch.load(run.start, weights_only=True, map_location="cpu"))
    return network


def earlier_steps(start: Path | None) -> int:
    """Steps behind the weights that a run goes on from, as far as the model's manifest or a `run.json` tells."""
    if start is None:
        return 0
    told = start / "model.yaml" if start.is_dir() else start.parent / "run.json"
    facts: dict[str, Any] = yaml.safe_load(told.read_text()) if told.exists() else {}  # JSON is YAML
    facts = facts.get("training_data", facts)
    return int(facts.get("steps", 0)) + int(facts.get("earlier_steps", 0))


def optimisation(
    network: Network, rate: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW; the rate rises over 200 steps (a tenth of a short run), stays, and falls to nothing over the last quarter
    (Haegele et al. 2024), so that a longer run can go on from a shorter one. The encoder learns at a third of it."""
    inner = [p for p in network.encoder.parameters() if p.requires_grad]
    outer = [p for n, p in network.named_parameters() if not n.startswith("encoder.")]
    groups = [{"params": inner, "lr": rate / 3}, {"params": outer, "lr": rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-3)
    share = partial(share_of_rate, steps=steps)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def share_of_rate(step: int, steps: int) -> float:
    """What share of the full rate `step` of `steps` learns at, 0 to 1."""
    return max(min(1.0, (step + 1) / min(200, 0.1 * steps), (steps - step) / (0.25 * steps)), 0.0)


def train(run: Run) -> Network:
    """Everything from the photographs to `weights.pt`; see the module's docstring. Answers the averaged network."""
    torch.manual_seed(run.seed)
    run.out.mkdir(parents=True, exist_ok=True)
    samples = [s for root in run.data for s in read(root, run.classes, run.long_side)]
    real, held = parted(samples, run.validate)
    drawn = PAINTERS[run.profile](run.drawn, run.long_side, run.seed * 1_000_000, real)
    print(f"{len(real)} photographs and {len(drawn)} drawn pictures to train on, {len(held)} held back for validation")
    guessed = list(read(run.guessed, run.classes, run.long_side)) if run.guessed else []
    guessed = [unowned(s) for s in guessed if s.institution not in run.validate]
    note_down(run, real, drawn, guessed)
    return learn(run, opened(run, real), real, drawn, held, guessed=guessed)


def learn(
    run: Run,
    network: Network,
    real: Sequence[Sample],
    drawn: Sequence[Sample],
    held: Sequence[Sample],
    mode: Callable[[Network], object] = hold_statistics,
    guessed: Sequence[Sample] = (),
) -> Network:
    """Teach `network` and answer the average of its weights; goes on from RUN/checkpoint.pt. `mode` is called before
    each step and says which layers learn how. `run.data`, `start` and `validate` are not looked at."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    cv2.setNumThreads(1)  # the views are made in threads of their own
    if device.type == "cpu":
        freeze_low_levels(network, run.frozen)
    network.to(device, memory_format=torch.channels_last)
    state = State(network, copy.deepcopy(network), *optimisation(network, run.rate, run.steps))
    resume(run.out, state)
    views = batches(run, (real, drawn, guessed), state.step)
    progress = tqdm(views, desc="learning", total=run.steps, initial=state.step, unit="step", mininterval=PATIENCE)
    for batch in progress:
        mode(network)
        images = torch.from_numpy(np.stack([v[0] for v in batch])).to(device)
        improve(state, loss_of(network(images), batch, device, run.classes))
        progress.set_postfix(loss=f"{np.mean(state.loss[-50:]):.3f}", refresh=False)
        last = state.step == run.steps
        if held and (state.step % 500 == 0 or last):
            iou = validation_iou(state.average, held, device)
            state.iou.append([state.step, *iou.tolist()])
            print("\n", state.step, {n: round(float(v), 3) for n, v in zip(run.classes, iou, strict=True)})
        if state.step % (100 if run.steps >= 1000 else 20) == 0 or last:
            save(run.out, state)
    picture(run.out, state, run.classes)
    return state.average


def improve(state: State, loss: Tensor) -> None:
    """One step of the optimiser against `loss`; the averaged weights move a little towards the new ones."""
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), 2.0)
    state.optimiser.step()
    state.schedule.step()
    state.step += 1
    state.loss.append(loss.item())
    follow(state.average, state.network, min(AVERAGE, state.step / (state.step + 20)))


@torch.no_grad()
def follow(average: Network, network: Network, decay: float) -> None:
    """Move the averaged weights a little towards the network's."""
    for a, b in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if a.dtype.is_floating_point:
            a.lerp_(b, 1 - decay)
        else:
            a.copy_(b)


def arguments() -> Run:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, metavar="PATH", help="go on from weights.pt or a model's folder")
    parser.add_argument("--guessed", type=Path, metavar="DIR", help="annotated by engines.self_training")
    parser.add_argument("--validate", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--profile", choices=PROFILES, default="herbarium-sheet")
    add_numbers(parser)
    asked = vars(parser.parse_args())
    return Run(**asked | {"data": tuple(asked["data"]), "validate": tuple(asked["validate"])})


def add_numbers(parser: argparse.ArgumentParser) -> None:
    """Every field of Run that is a number, as an option with the field's name and default."""
    for field in fields(Run):
        if isinstance(field.default, int | float):
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)


if __name__ == "__main__":
    train(arguments())
