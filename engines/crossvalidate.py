"""Leave one institution out, train on the others, measure on it; then the next one: what the network will do elsewhere.

    python -m engines.crossvalidate --data DIR [--data DIR ...] --out OUT --steps N [--folds K] [--start WEIGHTS]
        [--together NAME NAME ...] [--without NAME ...] [every option of engines.train that is a number]

Each fold is a training of engines/train.py in `OUT/<fold>`: a stopped one goes on with the same command, a finished
one is kept. After each, `OUT/crossvalidation.md`, `.json` and `.png` are written anew. With --folds K, whole
institutions are dealt into K folds of about as many photographs. --together: names of one institution, held back
together. --without: photographs used in no fold, neither to train nor to measure; those without a named institution
(`unknown`), for nobody can tell whether the network knows theirs.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engines.crossvalidation_report import Scores, write
from engines.network import Network
from engines.train import Run, add_numbers, train, validation_iou
from engines.truth import HERBARIUM, Sample, read


@dataclass(frozen=True, slots=True)
class Fold:
    """What is held back in one training; `name` is its folder's."""

    name: str
    institutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. `run`: the trainings' settings, `out` and `validate` apart; `folds` None: one a group."""

    run: Run
    folds: int | None = None
    together: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ("unknown",)


def institutions(data: Sequence[Path]) -> Counter[str]:
    """Institution -> number of photographs."""
    images = [image for root in data for image in json.loads((root / "coco.json").read_text())["images"]]
    return Counter(image.get("institution") or "unknown" for image in images)


def folded(sizes: Mapping[str, int], plan: Plan) -> list[Fold]:
    """The folds in the order of their names. Misspelt names end the program: they would be trained on."""
    named = {name for group in (*plan.together, plan.without) for name in group} - {"unknown"}
    if unknown := named - set(sizes):
        raise SystemExit(f"No photograph is of {sorted(unknown)}; nothing was trained.")
    groups = {
        name: next((g for g in plan.together if name in g), (name,)) for name in sizes if name not in plan.without
    }
    whole = sorted({tuple(sorted(group)) for group in groups.values()})
    if plan.folds is None:
        folds = [Fold(re.sub(r"\W+", "-", " ".join(group)).strip("-").lower(), group) for group in whole]
    else:
        folds = [Fold(f"fold-{i + 1}", part) for i, part in enumerate(dealt(whole, sizes, plan.folds))]
    if len(folds) < 2 or len({fold.name for fold in folds}) < len(folds):
        raise SystemExit(f"{len(whole)} institutions cannot be told apart as folds: {', '.join(f.name for f in folds)}")
    return sorted(folds, key=lambda fold: fold.name)


def dealt(groups: Sequence[tuple[str, ...]], sizes: Mapping[str, int], count: int) -> list[tuple[str, ...]]:
    """`groups` in `count` parts of about as many photographs: the largest first, each into the part with fewest."""
    parts: list[list[str]] = [[] for _ in range(min(count, len(groups)))]
    for group in sorted(groups, key=lambda g: (-sum(sizes[name] for name in g), g)):
        min(parts, key=lambda part: sum(sizes[name] for name in part)).extend(group)
    return [tuple(sorted(part)) for part in parts]


def crossvalidate(plan: Plan) -> dict[str, Any]:
    """Train and measure every fold; what crossvalidation.json says."""
    sizes = institutions(plan.run.data)
    folds = folded(sizes, plan)
    scores: list[Scores] = []
    for number, fold in enumerate(folds, 1):
        print(f"\nfold {number} of {len(folds)}: without {', '.join(fold.institutions)}")
        scores += finished(plan, fold) or measured(plan, fold, sizes)
        told = write(plan.run.out, scores, len(folds), plan.run.steps, known_before(plan.run.start, scores))
    return told


def settings(plan: Plan, fold: Fold) -> dict[str, Any]:
    """All that decides a fold's figures, as it is kept beside them."""
    run = {key: value for key, value in asdict(plan.run).items() if isinstance(value, int | float)}
    return run | {"start": str(plan.run.start), "without": list(plan.without), "held_back": list(fold.institutions)}


def finished(plan: Plan, fold: Fold) -> list[Scores] | None:
    """The figures of a fold that was finished with the same settings; None where there are none."""
    path = plan.run.out / fold.name / "result.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    if kept.get("settings") != settings(plan, fold):
        return None
    return [
        Scores(s["institution"], s["photographs"], {n: math.nan if v is None else v for n, v in s["iou"].items()})
        for s in kept["scores"]
    ]


def measured(plan: Plan, fold: Fold, sizes: Mapping[str, int]) -> list[Scores]:
    """Train without the fold's institutions, measure on each of them, keep the figures."""
    run, out = plan.run, plan.run.out / fold.name
    idle = tuple(name for name in plan.without if name in sizes)
    network = train(replace(run, out=out, validate=(*fold.institutions, *idle)))
    held = [s for root in run.data for s in read(root, HERBARIUM, run.long_side) if s.institution in fold.institutions]
    scores = [score(network, name, [s for s in held if s.institution == name]) for name in fold.institutions]
    plain = [asdict(s) | {"iou": {n: None if math.isnan(v) else v for n, v in s.iou.items()}} for s in scores]
    (out / "result.json").write_text(json.dumps({"settings": settings(plan, fold), "scores": plain}))
    return scores


def score(network: Network, institution: str, samples: Sequence[Sample]) -> Scores:
    """IoU of each class over all photographs of one institution; NaN for a class that occurs in none of them."""
    iou = validation_iou(network, samples, next(network.parameters()).device)
    there = {int(i) for sample in samples for i in np.unique(sample.class_map)}
    named = {name: float(iou[i]) if i in there else math.nan for i, name in enumerate(HERBARIUM) if i}
    return Scores(institution, len(samples), named)


def known_before(start: Path | None, scores: Sequence[Scores]) -> list[str]:
    """Institutions measured on that `start` was trained on, as its run.json says: no figure of theirs counts."""
    notes = start.parent / "run.json" if start is not None else None
    if notes is None or not notes.exists():
        return []
    return sorted({s.institution for s in scores} & set(json.loads(notes.read_text())["institutions"]))


def arguments() -> Plan:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, metavar="WEIGHTS", help="must not have seen any of the institutions")
    parser.add_argument("--folds", type=int, metavar="K")
    parser.add_argument("--together", nargs="+", action="append", default=[], metavar="NAME")
    parser.add_argument("--without", nargs="*", default=["unknown"], metavar="NAME")
    add_numbers(parser)
    asked = vars(parser.parse_args())
    folds, together, without = (asked.pop(name) for name in ("folds", "together", "without"))
    run = Run(**asked | {"data": tuple(asked["data"])})
    return Plan(run, folds, tuple(tuple(group) for group in together), tuple(without))


if __name__ == "__main__":
    crossvalidate(arguments())
