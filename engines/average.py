"""The mean of several trainings' weights: often better on sheets of other institutions than any of them.

    python -m engines.average RUN/weights.pt RUN/weights.pt ... --out RUN

All must descend from each other (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models" and "Model soups").
`OUT/weights.pt` is the mean; `OUT/run.json` is that of the last one, with the names of all folders.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor


def mean(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each floating-point tensor; counters are the last one's. Raises ValueError when the states are not
    of one network."""
    first = states[0]
    if any({k: v.shape for k, v in s.items()} != {k: v.shape for k, v in first.items()} for s in states):
        raise ValueError("These weights are not of one network.")
    return {
        key: torch.stack([s[key] for s in states]).mean(0) if last.dtype.is_floating_point else last
        for key, last in states[-1].items()
    }


def average(runs: Sequence[Path], out: Path) -> None:
    """Write OUT/weights.pt and OUT/run.json. Raises OSError and ValueError."""
    out.mkdir(parents=True, exist_ok=True)
    torch.save(mean([torch.load(run, weights_only=True, map_location="cpu") for run in runs]), out / "weights.pt")
    facts = json.loads((runs[-1].parent / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(facts | {"mean_of": [run.parent.name for run in runs]}))


def main() -> None:
    """Read the options and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", metavar="WEIGHTS")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    average(asked.runs, asked.out)


if __name__ == "__main__":
    main()
