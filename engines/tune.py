"""Which way of running the network is the fastest on this computer's CPU? Measured, proven, and remembered.

    station engine tune --config station.yaml

The ways differ in threads, in how these wait for each other, and in the file: as shipped, or with 8-bit convolutions
(calibration/int8.py). They run by turns, each alone and beside a thread that decodes a photograph, as in the station;
the latter decides. A file other than the shipped one must be faster by a twentieth and pass the parity gate.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from calibration import int8
from engines import build
from engines.synthesise import draw_sheet
from station import segment, tuning
from station.backends import onnxruntime
from station.codecs import jpeg
from station.errors import EngineError
from station.tuning import Tuning
from station.types import Image, Model

Tell = Callable[[str], None]
QUANTISED = "quint8"
LEAST_GAIN = 0.05
"""Share by which another file must be faster: less is no reason to leave the file that everything was measured with."""
CLOSE = 0.02
DECODED_TIMES = 4
"""The photograph that is decoded beside the engine is so many times as long as the engine's image."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run it, and what was measured: milliseconds for one photograph, alone and beside a decoder."""

    precision: str
    threads: int
    spin: bool
    alone_ms: tuple[float, ...] = ()
    beside_ms: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """For people."""
        many = f"{self.threads} threads" if self.threads > 1 else "1 thread"
        return f"{self.precision}, {many}{', spinning' if self.spin else ''}"

    @property
    def median_ms(self) -> float:
        """What decides."""
        return float(np.median(self.beside_ms))

    def facts(self) -> dict[str, float]:
        """As it is stored."""
        return {"alone_ms": round(float(np.median(self.alone_ms)), 1), "beside_ms": round(self.median_ms, 1)}


@dataclass(frozen=True, slots=True)
class Result:
    """What was kept, all that was measured, and what is to be said of the quantised file."""

    choice: Tuning
    ways: tuple[Way, ...]
    said: str


def tune(order: build.Order, rounds: int, tell: Tell) -> Result:
    """Measure, prove, and write the choice into the state directory. Raises EngineError."""
    model = segment.read_model(order.config.model)
    with tempfile.TemporaryDirectory(prefix="tune-") as scratch:
        files = {"fp32": model.path}
        said = made = _quantised(order, model, Path(scratch), tell)
        if isinstance(made, Path):
            files[QUANTISED] = made
        ways = measured(model, files, rounds)
        kept, gate = best(ways, "fp32"), dict[str, Any]()
        if isinstance(made, Path):
            kept, gate, said = _proven(order, model, made, ways, tell)
        choice = _choice(kept, ways, gate)
        if kept.precision != "fp32":
            choice = replace(choice, path=_placed(order.config.state, files[kept.precision]))
    tuning.keep(order.config.state, onnxruntime.computer(model), choice)
    return Result(choice, tuple(ways), str(said))


def _quantised(order: build.Order, model: Model, folder: Path, tell: Tell) -> Path | str:
    """The network with 8-bit convolutions, or why there is none."""
    if find_spec("onnx") is None:
        return "8-bit convolutions were not tried: that needs onnx (pip install onnx)."
    tell("making the network with 8-bit convolutions")
    target = folder / f"{QUANTISED}.onnx"
    int8.quantise(model.path, build.calibrating(order, model), target, int8.CPU)
    return target


def ways_here(precisions: Sequence[str], cores: int) -> list[Way]:
    """All that are tried: one thread, half the cores, all; spinning only where there is somebody to wait for."""
    counts = sorted({1, max(1, cores // 2), cores})
    return [Way(p, n, s) for p, n, s in itertools.product(precisions, counts, (False, True)) if n > 1 or not s]


def measured(model: Model, files: Mapping[str, Path], rounds: int) -> list[Way]:
    """Every way by turns, so that whatever else the computer does meets all of them. Raises EngineError."""
    image = build.fitted(draw_sheet(1, long_side_px=model.input_side_px, plain=True).image, model)
    large = cv2.resize(image, None, fx=DECODED_TIMES, fy=DECODED_TIMES, interpolation=cv2.INTER_CUBIC)
    photograph = cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    ways = ways_here(list(files), tuning.cores())
    alone, beside = np.zeros((2, len(ways), rounds))
    with ExitStack() as stack:
        engines = [stack.enter_context(closing(_opened(model, files[w.precision], w))) for w in ways]
        for engine in engines:
            engine.infer([image])
        for turn in tqdm(range(rounds), unit="round", desc="measuring", disable=None):
            for row, busy in ((alone, nullcontext()), (beside, decoding(photograph))):
                with busy:
                    for which in np.roll(np.arange(len(ways)), turn):
                        row[which, turn] = _milliseconds(engines[which], image)
    return [replace(w, alone_ms=tuple(a), beside_ms=tuple(b)) for w, a, b in zip(ways, alone, beside, strict=True)]


def _opened(model: Model, file: Path, way: Way) -> onnxruntime.OnnxRuntime:
    settings = onnxruntime.Settings(threads=way.threads, spin=way.spin)
    return onnxruntime.build(replace(model, path=file), settings)


def _milliseconds(engine: onnxruntime.OnnxRuntime, image: Image) -> float:
    start = time.perf_counter()
    engine.infer([image])
    return 1000 * (time.perf_counter() - start)


@contextmanager
def decoding(photograph: bytes) -> Iterator[None]:
    """Beside the block a thread decodes this JPEG again and again, as the line does while the engine works."""
    size, stop = jpeg.size_px(photograph), threading.Event()

    def work() -> None:
        while not stop.is_set():
            jpeg.decode(photograph, size)

    thread = threading.Thread(target=work, name="decoder")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def best(ways: Sequence[Way], precision: str) -> Way:
    """The fastest of that precision; of those within a fiftieth of it the one that asks for least."""
    mine = [w for w in ways if w.precision == precision]
    least = min(w.median_ms for w in mine)
    return min((w for w in mine if w.median_ms <= least * (1 + CLOSE)), key=lambda w: (w.spin, w.threads))


def _proven(
    order: build.Order, model: Model, file: Path, ways: Sequence[Way], tell: Tell
) -> tuple[Way, dict[str, Any], str]:
    """The way to keep, the gate's result for it when it is a quantised one, and what is to be said."""
    shipped, other = best(ways, "fp32"), best(ways, QUANTISED)
    times = f"{other.median_ms:.0f} ms beside {shipped.median_ms:.0f} ms"
    if other.median_ms > (1 - LEAST_GAIN) * shipped.median_ms:
        return shipped, {}, f"8-bit convolutions are not used: no faster ({times})."
    with closing(_opened(model, file, other)) as engine:
        result = build.gated(order, model, engine, tell)
    facts = result.facts()
    figures = f"{times}; {facts['agreement']:.2%} of the pixels agree at least, boxes {facts['box_iou']:.3f}"
    if not result.passed:
        return shipped, {}, f"8-bit convolutions are not used: {result.faults[0]} ({figures})."
    return other, {k: v for k, v in facts.items() if k != "rows"}, f"8-bit convolutions are used ({figures})."


def _choice(kept: Way, ways: Sequence[Way], gate: Mapping[str, Any]) -> Tuning:
    measured = {w.name: w.facts() for w in ways}
    return Tuning(kept.threads, kept.spin, kept.precision, round(kept.median_ms, 1), tuning.now(), measured, gate)


def _placed(state: Path, file: Path) -> Path:
    """The file in the state directory; a whole one or none. Raises EngineError."""
    target = state / tuning.FOLDER / file.name
    fresh = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, fresh)
        fresh.replace(target)
    except OSError as error:
        remedy = "Give the station's user the right to write there, and space."
        raise EngineError(f"{target} cannot be written: {error.strerror}.", remedy) from error
    return target
