"""ONNX -> a plan that may be used: built on the station's own GPU, in a process of its own, and past the parity gate.

    station engine build --config station.yaml

A plan that fails the gate is not kept; that it failed, and why, is noted beside where it would lie, so that the daemon
does not build it again and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engines import compare, precision
from engines.synthesise import draw_sheet
from station import decode, judging, segment
from station.backends import onnxruntime, tensorrt
from station.config import Config
from station.contracts import Backend
from station.errors import CaptureError, EngineError, Trouble
from station.gpu import flavour, plans
from station.gpu.child import call
from station.gpu.plans import Fingerprint, Plan, Shelf
from station.types import Image, Model

Tell = Callable[[str], None]
CALIBRATION = 24
"""Drawn sheets to calibrate int8 with where no folder is named."""
CALIBRATION_SEED = 5000
MOST_CALIBRATION = 64


@dataclass(frozen=True, slots=True)
class Order:
    """What to build. `golden`: folders of real photographs for the gate beside the drawn ones; `drawn`: how many of
    those, None for all; `calibration`: folder of photographs for int8, drawn ones without."""

    config: Config
    golden: Sequence[Path] = ()
    calibration: Path | None = None
    drawn: int | None = None

    @property
    def settings(self) -> tensorrt.Settings:
        """The table `segment.tensorrt`. Raises EngineError when the configuration does not ask for TensorRT."""
        for name, settings in self.config.backends:
            if name == "tensorrt" and isinstance(settings, tensorrt.Settings):
                return settings
        remedy = "Write `segment: {backends: [tensorrt, onnxruntime]}` into station.yaml."
        raise EngineError("The configuration does not ask for TensorRT.", remedy, Trouble.NOT_INSTALLED)

    @property
    def shelf(self) -> Shelf:
        """Where the plans lie."""
        return Shelf(self.config.state / tensorrt.SHELF)

    def wanted(self) -> tuple[Model, Fingerprint]:
        """The model, and what its plan must have been built for on this machine. Raises EngineError."""
        model = segment.read_model(self.config.model)
        return model, tensorrt.examine(self.settings).fingerprint(model, self.settings)


def build(order: Order, tell: Tell) -> Plan:
    """Build the plan of the configuration for this machine, whether there is one or not. Raises EngineError, REFUSED
    when it does not pass the gate."""
    settings = order.settings
    tell("looking at the GPU")
    model, wanted = order.wanted()
    with order.shelf.held() as work:
        made = compiled(order, model, wanted, work, tell)
        tell("loading the plan")
        with closing(tensorrt.start(model, settings, lambda _: made)) as engine:
            result = gated(order, model, engine, tell)
        if result.passed:
            return order.shelf.add(wanted, made.path, made.seconds, result.facts())
        order.shelf.refuse(wanted, _reason(result), made.seconds, result.facts())
    raise _refused(result)


def verify(order: Order, tell: Tell) -> Plan:
    """Put the plan in use through the gate again and note the result. Raises EngineError; a plan that fails is taken
    away."""
    tell("looking at the GPU")
    model, wanted = order.wanted()
    plan = order.shelf.find(wanted)
    with closing(tensorrt.start(model, order.settings, lambda _: plan)) as engine:
        result = gated(order, model, engine, tell)
    if not result.passed:
        order.shelf.refuse(wanted, _reason(result), plan.seconds, result.facts())
        raise _refused(result)
    order.shelf.note(plan, result.facts())
    return order.shelf.find(wanted)


def compiled(order: Order, model: Model, wanted: Fingerprint, work: Path, tell: Tell) -> Plan:
    """A plan in the folder `work`, not compared with anything yet. Raises EngineError."""
    settings, began = order.settings, time.monotonic()
    form = flavour.ways(wanted.library, wanted.version).sources[settings.precision]
    if form != "fp32":
        tell(f"making the {form} network")
    onnx = precision.source(model.path, form, work, calibrating(order, model) if form == "int8" else ())
    plan = work / "new.plan"
    asked = {
        "device": settings.device, "memory_mb": settings.memory_mb, "library": wanted.library, "onnx": str(onnx),
        "plan": str(plan), "timing_cache": str(order.shelf.folder / plans.TIMING_CACHE),
        "precision": settings.precision, "workspace_mb": tensorrt.workspace_mb(settings),
        "shapes": wanted.facts["shapes"],
    }  # fmt: skip
    call("station.gpu.compiler:serve", asked, settings.build_seconds, python=settings.python, tell=tell)
    seconds = round(time.monotonic() - began, 1)
    return Plan(wanted.name, plan, plans.digest(plan), plan.stat().st_size, "", seconds, wanted.facts, {})


def calibrating(order: Order, model: Model) -> Iterator[Image]:
    """Photographs for int8, as the network takes them: of the folder named, else drawn ones."""
    if order.calibration is None:
        for seed in range(CALIBRATION_SEED, CALIBRATION_SEED + CALIBRATION):
            yield fitted(draw_sheet(seed, long_side_px=model.input_side_px, plain=seed % 3 == 0).image, model)
        return
    for path in list(judging.photographs([order.calibration]))[:MOST_CALIBRATION]:
        try:
            yield segment.input_image(decode.decode(judging.capture_of(path), order.config.decode), model)
        except CaptureError:
            continue  # one photograph less to calibrate with


def fitted(image: Image, model: Model) -> Image:
    """Cut to whole multiples of the model."""
    height, width = (side // model.multiple_px * model.multiple_px for side in image.shape[:2])
    return np.ascontiguousarray(image[:height, :width])


def gated(order: Order, model: Model, engine: Backend, tell: Tell) -> compare.Result:
    """The engine beside ONNX Runtime on the CPU, on the golden photographs. Raises EngineError when it cannot judge."""
    with (
        closing(onnxruntime.build(model, onnxruntime.Settings())) as reference,
        compare.golden(order.golden, order.drawn) as photographs,
    ):
        return compare.gate(order.config, model, reference, engine, photographs, tell)


def _reason(result: compare.Result) -> str:
    more = f" (and {len(result.faults) - 1} more)" if len(result.faults) > 1 else ""
    return f"The plan did not pass the parity gate: {result.faults[0]}{more}."


def _refused(result: compare.Result) -> EngineError:
    remedy = "Set segment.tensorrt.precision to fp32 (or fp16 where it was int8), and build again."
    return EngineError(_reason(result), remedy, Trouble.REFUSED)
