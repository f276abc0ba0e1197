"""Everything that only a machine with a GPU can prove of the TensorRT engine, in one command:

    python -m engines.gpu_proof --out DIR [--python PYTHON] [--inferences 10000] [--photo LARGE.jpg]

For each precision: the plan is built, compared with ONNX Runtime (the parity gate) and timed, with and without a CUDA
graph; it then answers thousands of images without its memory growing, is killed in the midst of its work, and comes
back. Beside it, in the same run, the same network in PyTorch (eager and compiled) and in ONNX Runtime's CUDA provider,
where these are installed. DIR/proof.json holds every figure; exit status 1 when something that must hold did not.

`--python` names a Python that has TensorRT and pycuda when this one has not, as a program or a script that sets its
paths and starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from engines import build, gpu_peers
from engines.synthesise import draw_sheet
from station import config, decode, judging, segment
from station.backends import tensorrt
from station.errors import EngineError
from station.gpu import plans, probe
from station.types import Image, Model

PRECISIONS: tuple[Literal["fp16", "fp32", "int8"], ...] = ("fp16", "fp32", "int8")
TIMED = 200
WARM = 20
PHOTOGRAPHS = 20
GROWTH_MB = 16
"""More than this over all inferences, in either memory, is a leak."""
PHOTO_PX = 8688
"""Long side of a photograph of 50 megapixels (Canon EOS 5DS R)."""


def milliseconds(work: Callable[[], object], times: int = TIMED) -> dict[str, float]:
    """Median, 99th percentile and least of so many runs, after some that do not count."""
    for _ in range(WARM):
        work()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    return figures(took)


def figures(took: list[float]) -> dict[str, float]:
    """Of a list of milliseconds."""
    return {"median_ms": round(float(np.median(took)), 3), "p99_ms": round(float(np.percentile(took, 99)), 3),
            "least_ms": round(min(took), 3)}  # fmt: skip


def resident_mb(pid: int) -> float:
    """Memory of a process on this computer, MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def timed(engine: tensorrt.TensorRt, image: Image, times: int = TIMED) -> dict[str, Any]:
    """`whole`: from this process and back; `gpu`: copies and computing alone, as the child measures them."""
    whole = milliseconds(lambda: engine.infer([image]), times)
    alone = []
    for _ in range(times):
        engine.infer([image])
        alone.append(1000 * engine.seconds)
    return {"whole": whole, "gpu": figures(alone)}


def growth(engine: tensorrt.TensorRt, image: Image, inferences: int, settings: tensorrt.Settings) -> dict[str, Any]:
    """Memory of the child and of the GPU before and after so many inferences."""

    def memory() -> tuple[float, int]:
        return resident_mb(engine.pid), probe.probe(settings.device, 0, 60, settings.python).free_mb

    for _ in range(WARM):
        engine.infer([image])
    before = memory()
    for _ in range(inferences):
        engine.infer([image])
    after = memory()
    grown = {"host_mb": round(after[0] - before[0], 1), "gpu_mb": before[1] - after[1]}
    return {"inferences": inferences, **grown, "holds": max(grown.values()) <= GROWTH_MB}


def killed(start: Callable[[], tensorrt.TensorRt], image: Image) -> dict[str, Any]:
    """The child dies in the midst of everything: the error, and how long until a new one answers the same."""
    with closing(start()) as engine:
        expected = engine.infer([image]).class_map
        os.kill(engine.pid, signal.SIGKILL)
        said = ""
        with suppress(EngineError):
            engine.infer([image])
            said = "it answered although it was dead"
    began = time.perf_counter()
    with closing(start()) as again:
        same = bool((again.infer([image]).class_map == expected).all())
    return {"back_after_s": round(time.perf_counter() - began, 2), "holds": same and not said}


def precision(order: build.Order, model: Model, plan: plans.Plan, image: Image, inferences: int) -> dict[str, Any]:
    """Everything of one plan."""
    settings = order.settings
    found: dict[str, Any] = {"build_s": plan.seconds, "plan_mb": round(plan.bytes / 1e6, 1)}

    def start(graph: bool = False) -> tensorrt.TensorRt:
        return tensorrt.start(model, settings.model_copy(update={"cuda_graph": graph}), lambda _: plan)

    with closing(start()) as engine:
        batch = [image] * settings.batch
        found["gpu_mb"] = engine.gpu_bytes >> 20
        found["plain"] = timed(engine, image)
        found["batch"] = {"images": len(batch), **milliseconds(lambda: engine.infer(batch), TIMED // 4)}
        found["gate"] = build.gated(order, model, engine, print).facts()
        found["growth"] = growth(engine, image, inferences, settings)
    with closing(start(graph=True)) as engine:
        found["with_graph"] = timed(engine, image)
    found["killed"] = killed(start, image)
    return found


def whole_photograph(model: Model, settings: tensorrt.Settings, plan: plans.Plan, path: Path) -> dict[str, Any]:
    """A large JPEG -> class map: decoded by the codec at reduced size, fitted, inferred."""
    with closing(tensorrt.start(model, settings, lambda _: plan)) as engine:

        def once() -> None:
            photo = decode.decode(judging.capture_of(path), decode.Settings())
            segment.segment(photo, model, engine)

        return {"file": path.name, **milliseconds(once, PHOTOGRAPHS)}


def prove(out: Path, python: Path | None, inferences: int, photo: Path | None) -> dict[str, Any]:
    """Every figure; `holds` tells whether all that must hold did. Raises EngineError where there is no GPU."""
    base = config.load(None)
    model = segment.read_model(base.model)
    image = build.fitted(draw_sheet(1, long_side_px=model.input_side_px, plain=True).image, model)
    proof: dict[str, Any] = {"model_sha256": model.sha256}
    for name in PRECISIONS:
        settings = tensorrt.Settings(precision=name, python=python)
        order = build.Order(replace(base, state=out / "state", backends=(("tensorrt", settings),)))
        wanted = order.wanted()[1]
        proof["machine"] = {"gpu": wanted.gpu, "driver": wanted.driver, "library": f"{wanted.library} {wanted.version}"}
        with order.shelf.held() as work:
            try:
                plan = build.compiled(order, model, wanted, work, print)
                proof[name] = precision(order, model, plan, image, inferences)
                if name == "fp16":
                    large = photo or drawn(out)
                    proof["photograph"] = whole_photograph(model, settings, plan, large)
                    proof["decoders"] = gpu_peers.decoders(large, partial(milliseconds, times=PHOTOGRAPHS))
            except EngineError as error:
                proof[name] = {"error": str(error), "trouble": error.trouble.value}
    proof["peers"] = gpu_peers.measured(model, image, milliseconds)
    proof["holds"] = all(holds(proof[name]) for name in ("fp16", "fp32"))
    (out / "proof.json").write_text(json.dumps(proof, indent=1))
    return proof


def holds(found: dict[str, Any]) -> bool:
    """Did everything that must hold for a precision? int8 may be refused by the gate."""
    return "error" not in found and all((found["gate"]["passed"], found["growth"]["holds"], found["killed"]["holds"]))


def drawn(out: Path) -> Path:
    """A photograph of 50 megapixels."""
    path = out / "large.jpg"
    image = cv2.resize(draw_sheet(3, long_side_px=PHOTO_PX // 4, plain=True).image, None, fx=4, fy=4)
    cv2.imwrite(str(path), image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    return path


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--inferences", type=int, default=10_000)
    parser.add_argument("--photo", type=Path)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    try:
        proof = prove(asked.out, asked.python, asked.inferences, asked.photo)
    except EngineError as error:
        sys.exit(f"Nothing can be proven here: {error}")
    print(json.dumps(proof, indent=1))
    sys.exit(0 if proof["holds"] else 1)


if __name__ == "__main__":
    main()
