"""How fast the shipped network is beside a DeepLabv3+ with ResNet-101, on this machine, in one process.

    python -m engines.peer_speed [--rounds 20] [--threads 0] [--height 1024] [--width 704] [--model DIR]

Both run on ONNX Runtime's CPU provider, fp32, with the same threads on the same image; by turns, so that whatever
else the machine does meets both. Each round runs both once; which one is first changes from round to round.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from engines.deeplab import DeepLab, export
from station import segment
from station.config import ZOO

WARM = 2
"""Rounds before those that count: memory is laid out and caches are filled."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each round, in order, one array a network."""

    ours: NDArray[np.float64]
    peer: NDArray[np.float64]

    @property
    def ratio(self) -> float:
        """How many times as long the peer takes: median of the rounds' ratios."""
        return float(np.median(self.peer / self.ours))


def compare(ours: Path, peer: Path, size: tuple[int, int], rounds: int, threads: int) -> Times:
    """Run both ONNX files by turns on one image of `size` (h, w); `threads` 0: one a core."""
    sessions = [_session(path, threads) for path in (ours, peer)]
    image = np.random.default_rng(1).integers(0, 256, (1, *size, 3), np.uint8)
    seconds = np.zeros((WARM + rounds, 2))
    for row, number in zip(seconds, tqdm(range(WARM + rounds), unit="round"), strict=True):
        for which in (0, 1) if number % 2 else (1, 0):
            start = time.perf_counter()
            sessions[which].run(None, {"image": image})
            row[which] = time.perf_counter() - start
    return Times(*seconds[WARM:].T)


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def table(times: Times, title: str) -> Table:
    """Median and spread in milliseconds, and the ratio."""
    grid = Table(title=title, title_justify="left")
    for heading in ("network", "median, ms", "5 % to 95 %, ms"):
        grid.add_column(heading, justify="left" if heading == "network" else "right")
    for name, seconds in (("shipped", times.ours), ("DeepLabv3+ ResNet-101", times.peer)):
        low, middle, high = np.percentile(seconds * 1000, [5, 50, 95])
        grid.add_row(name, f"{middle:.0f}", f"{low:.0f} to {high:.0f}")
    low, high = np.percentile(times.peer / times.ours, [5, 95])
    grid.add_row("ratio", f"{times.ratio:.1f}", f"{low:.1f} to {high:.1f}", style="bold")
    return grid


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=0, help="0: one a core")
    parser.add_argument("--height", type=int, default=1024)
    parser.add_argument("--width", type=int, default=704)
    parser.add_argument("--model", type=Path, default=ZOO / "herbarium-sheet")
    asked = parser.parse_args(words)
    model, size = segment.read_model(asked.model), (asked.height, asked.width)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's remarks about itself
        torch.manual_seed(1)
        peer = Path(folder) / "deeplab.onnx"
        export(DeepLab(len(model.classes)), peer, size)
        times = compare(model.path, peer, size, asked.rounds, asked.threads)
    cores = f"{os.cpu_count()} cores, {asked.threads or 'as many'} threads"
    Console(highlight=False).print(
        table(times, f"{size[0]} x {size[1]}, {asked.rounds} rounds, {cores}, ONNX Runtime {onnxruntime.__version__}")
    )


if __name__ == "__main__":
    main()
