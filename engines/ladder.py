"""Every way in which this computer can run the network, one beside the other.

    station bench engine [--config station.yaml] [--out ladder.svg]

Each rung answers the same drawn sheets; it is told how many pixels have the class that the reference, ONNX Runtime on
the CPU with the shipped file, gives them, on the worst of the sheets. Times are of one image from memory to maps in
memory; all rungs run by turns. What this computer has not got stays in the table with the reason.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from tqdm import tqdm

from calibration import int8
from engines import build
from engines.synthesise import draw_sheet
from station import segment, tuning
from station.backends import onnxruntime, tensorrt
from station.config import Config
from station.contracts import Backend
from station.diagrams import offline
from station.diagrams.curves import lying
from station.errors import EngineError
from station.types import Image, Model

SHEETS = (201, 202, 203, 204)
"""Seeds of drawn sheets of the wild kind, where the network is in doubt and rounding shows first."""
WARM = 2
Opener = Callable[[], Backend]


@dataclass(frozen=True, slots=True)
class Rung:
    """`refused`: why it cannot be had here. Milliseconds, share of pixels, MiB of this computer's or the GPU's memory
    (its weights, and what it works with)."""

    name: str
    precision: str
    median_ms: float = 0.0
    p99_ms: float = 0.0
    agreement: float = 0.0
    memory_mb: float = 0.0
    refused: str | None = None


def climb(config: Config, rounds: int) -> list[Rung]:
    """Open, compare and time every way. Raises EngineError when there is not even the reference."""
    model = segment.read_model(config.model)
    images = [build.fitted(draw_sheet(s, long_side_px=model.input_side_px).image, model) for s in SHEETS]
    rungs: list[Rung] = []
    engines: list[Backend] = []
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ladder-")))
        truth: list[NDArray[np.uint8]] = []
        for name, precision, opener in tqdm(list(_ways(config, model, scratch)), desc="opening", disable=None):
            before = resident_mb()
            try:
                engine = opener()
                stack.callback(engine.close)
                maps = [engine.infer([image]).class_map for image in images]
            except EngineError as error:
                if not truth:
                    raise
                rungs.append(Rung(name, precision, refused=str(error)))
                continue
            truth = truth or maps
            agreement = min(float(np.mean(a == b)) for a, b in zip(maps, truth, strict=True))
            memory = engine.gpu_bytes / 2**20 if isinstance(engine, tensorrt.TensorRt) else resident_mb() - before
            rungs.append(Rung(name, engine.precision, agreement=agreement, memory_mb=memory))
            engines.append(engine)
        return _timed(rungs, engines, images[0], rounds)


def _ways(config: Config, model: Model, scratch: Path) -> Iterator[tuple[str, str, Opener]]:
    """(name, precision, how to open it), the reference first."""
    plain, one, cuda = (onnxruntime.Settings(**keys) for keys in ({}, {"threads": 1}, {"provider": "cuda"}))
    yield "ONNX Runtime, CPU", "fp32", partial(onnxruntime.build, model, plain)
    yield "ONNX Runtime, CPU, one thread", "fp32", partial(onnxruntime.build, model, one)
    yield "ONNX Runtime, CPU, as tuned", "auto", partial(_tuned, config, model)
    yield "ONNX Runtime, CPU", "quint8", partial(_quantised, config, model, scratch)
    yield "ONNX Runtime, CUDA", "fp32", partial(onnxruntime.build, model, cuda)
    asked = next((s for _, s in config.backends if isinstance(s, tensorrt.Settings)), tensorrt.Settings())
    for precision in ("fp32", "fp16", "int8"):
        settings = asked.model_copy(update={"precision": precision})
        yield "TensorRT", precision, partial(tensorrt.build, model, settings, config.state)


def _tuned(config: Config, model: Model) -> Backend:
    tuning.find(config.state, onnxruntime.computer(model))  # else it would be the first rung once more
    return onnxruntime.build(model, onnxruntime.Settings(), config.state)


def _quantised(config: Config, model: Model, scratch: Path) -> Backend:
    if find_spec("onnx") is None:
        raise EngineError("Making the file needs onnx.", "pip install onnx")
    target = scratch / "quint8.onnx"
    int8.quantise(model.path, build.calibrating(build.Order(config), model), target, int8.CPU)
    engine = onnxruntime.build(replace(model, path=target), onnxruntime.Settings())
    engine.precision = "quint8"
    return engine


def _timed(rungs: Sequence[Rung], engines: Sequence[Backend], image: Image, rounds: int) -> list[Rung]:
    took = np.zeros((len(engines), WARM + rounds))
    for turn in tqdm(range(WARM + rounds), unit="round", desc="measuring", disable=None):
        for which in np.roll(np.arange(len(engines)), turn).tolist():
            start = time.perf_counter()
            engines[which].infer([image])
            took[which, turn] = 1000 * (time.perf_counter() - start)
    times = iter(took[:, WARM:])
    return [r if r.refused else _with_times(r, next(times)) for r in rungs]


def _with_times(rung: Rung, took: NDArray[np.float64]) -> Rung:
    return replace(rung, median_ms=float(np.median(took)), p99_ms=float(np.percentile(took, 99)))


def resident_mb() -> float:
    """Memory of this process, MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def table(rungs: Sequence[Rung]) -> Table:
    """What could be timed, for people."""
    grid = Table("engine", "precision", "median, ms", "p99, ms", "agreement", "memory, MiB")
    for r in rungs:
        if not r.refused:
            figures = (f"{r.median_ms:.1f}", f"{r.p99_ms:.1f}", f"{r.agreement:.2%}", f"{r.memory_mb:.0f}")
            grid.add_row(r.name, r.precision, *figures)
    return grid


def absent(rungs: Sequence[Rung]) -> list[str]:
    """A line for each that is not there, with the reason."""
    return [f"Not here: {r.name}, {r.precision}: {r.refused}" for r in rungs if r.refused]


def picture(rungs: Sequence[Rung]) -> str:
    """The same as SVG: a bar a rung."""
    timed = [r for r in rungs if not r.refused]
    rows = [(f"{r.name}, {r.precision}", r.median_ms, f"{r.agreement:.2%} of pixels agree") for r in timed]
    return offline.chart(lying("One image, memory to maps, median", "ms", rows)) + "\n"
