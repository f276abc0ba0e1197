"""What a cross-validation says: a table, the same as JSON, and a picture. Every institution counts once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engines.tally import IN_THE_MEAN
from engines.truth import HERBARIUM

COLUMNS = (*HERBARIUM[1:], "mean")
"""Classes, and the mean of those of IN_THE_MEAN that occur."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One institution that the network had never seen. `iou` by class name, NaN where it has no such object."""

    institution: str
    photographs: int
    iou: dict[str, float]

    def value(self, column: str) -> float:
        """IoU of a class or of the mean; NaN where there is none."""
        if column != "mean":
            return self.iou[column]
        return mean(self.iou[name] for name in IN_THE_MEAN if name in self.iou)


def mean(values: Iterable[float]) -> float:
    """Of those that are numbers; NaN when none is."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def spread(values: Iterable[float]) -> float:
    """Standard deviation of those that are numbers; NaN for fewer than two."""
    known = [value for value in values if not math.isnan(value)]
    return float(np.std(known, ddof=1)) if len(known) > 1 else math.nan


def write(out: Path, scores: Sequence[Scores], folds: int, steps: int, known: Sequence[str]) -> dict[str, Any]:
    """OUT/crossvalidation.json, .md and .png of what is finished; what the JSON says. `known`: institutions that the
    start weights were trained on."""
    ordered = sorted(scores, key=lambda s: s.institution)
    told: dict[str, Any] = {
        "institutions": {
            s.institution: {"photographs": s.photographs} | {c: _rounded(s.value(c)) for c in COLUMNS} for s in ordered
        },
        "mean": {c: _rounded(mean(s.value(c) for s in ordered)) for c in COLUMNS},
        "spread": {c: _rounded(spread(s.value(c) for s in ordered)) for c in COLUMNS},
        "least": {c: _rounded(min((v for s in ordered if not math.isnan(v := s.value(c))), default=math.nan))
                  for c in COLUMNS},
        "folds": folds,
        "steps": steps,
        "start_had_seen": list(known),
    }  # fmt: skip
    (out / "crossvalidation.json").write_text(json.dumps(told, indent=1))
    (out / "crossvalidation.md").write_text(markdown(told))
    picture(out / "crossvalidation.png", ordered)
    return told


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def markdown(told: dict[str, Any]) -> str:
    """The table as people read it."""
    lines = [
        f"IoU on institutions that were not trained on: {len(told['institutions'])} institutions in {told['folds']} "
        f"folds of {told['steps']} steps each. Every institution counts once; a dash: no such object there.",
        "",
    ]
    if told["start_had_seen"]:
        lines += [f"**Not valid for {', '.join(told['start_had_seen'])}: the start weights were trained on them.**", ""]
    lines += [f"| institution | photographs | {' | '.join(COLUMNS)} |", "|---|---|" + "---|" * len(COLUMNS)]
    for name, row in told["institutions"].items():
        lines.append(_line(name.replace("|", "\\|"), row["photographs"], row))
    total = sum(row["photographs"] for row in told["institutions"].values())
    lines.append(_line("**mean**", total, told["mean"]))
    lines.append(_line("standard deviation", "", told["spread"]))
    lines.append(_line("least", "", told["least"]))
    return "\n".join(lines) + "\n"


def _line(name: str, photographs: object, row: dict[str, float | None]) -> str:
    values = ("–" if (value := row[c]) is None else f"{value:.3f}" for c in COLUMNS)
    return f"| {name} | {photographs} | {' | '.join(values)} |"


def picture(path: Path, scores: Sequence[Scores]) -> None:
    """One dot an institution in the row of each class, and the mean as a line."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(9, 5), layout="constrained")
    colours = pyplot.get_cmap("tab20").colors
    for i, s in enumerate(scores):
        rows = np.arange(len(COLUMNS)) + (i / max(len(scores) - 1, 1) - 0.5) * 0.5
        label = f"{s.institution} ({s.photographs})"
        axis.scatter([s.value(c) for c in COLUMNS], rows, 22, color=colours[i % 20], label=label, zorder=2)
    for row, column in enumerate(COLUMNS):
        axis.plot([mean(s.value(column) for s in scores)] * 2, [row - 0.4, row + 0.4], color="black", linewidth=1.5)
    axis.set(xlim=(0, 1), xlabel="IoU", title="Institutions never trained on; line: their mean")
    axis.set_yticks(range(len(COLUMNS)), COLUMNS)
    axis.invert_yaxis()
    axis.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=7)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
