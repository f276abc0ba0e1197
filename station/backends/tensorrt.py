"""Runs the network with TensorRT on an NVIDIA GPU, in a process of its own: the daemon never imports TensorRT or CUDA.

Opening: the child asks the driver, loads TensorRT, and says what it found; the plan for exactly that is taken from the
shelf in the state directory, loaded, and run once. There is no plan until `station engine build` made one and it passed
the parity gate. A crash, a hang or a lost GPU costs the child; here it is an EngineError, and the next engine goes on.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station.errors import EngineError, Trouble
from station.gpu.child import Child
from station.gpu.plans import Fingerprint, Plan, Shapes, Shelf
from station.gpu.probe import Gpu
from station.settings import Settings as Table
from station.types import Image, Maps, Model

NAMES = [field.name for field in fields(Maps)]
SHELF = "plans"
"""Folder of the plans, in the state directory."""


class Settings(Table):
    """Table `segment.tensorrt`."""

    precision: Literal["fp16", "fp32", "int8"] = Field(default="fp16", description="How the network computes.")
    device: int = Field(default=0, ge=0, description="Number of the GPU, as nvidia-smi counts.")
    memory_mb: int = Field(default=2048, ge=64, description="GPU memory that must be free and is never exceeded, MiB.")
    batch: int = Field(default=4, ge=1, le=64, description="Photographs at once, for audits.")
    usual_px: tuple[int, int] = Field(default=(1024, 704), description="Height, width the plan is made fastest for.")
    library: Literal["auto", "tensorrt", "tensorrt_rtx"] = Field(default="auto", description="Which TensorRT.")
    python: Path | None = Field(default=None, description="Python with TensorRT and pycuda, if not this one (Jetson).")
    cuda_graph: bool = Field(default=False, description="Record the work for each size once, start it by one call.")
    load_seconds: float = Field(default=180.0, gt=0, description="Longest wait for driver, library and plan.")
    answer_seconds: float = Field(default=10.0, gt=0, le=50, description="Longest wait for the maps of a photograph.")
    build_seconds: float = Field(default=3600.0, gt=0, description="Longest wait for a plan to be built.")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a child found: the GPU, and the TensorRT that is installed."""

    gpu: Gpu
    library: str
    version: str

    def fingerprint(self, model: Model, settings: Settings) -> Fingerprint:
        """What a plan for this machine, model and configuration must have been built for."""
        return Fingerprint(
            self.library, self.version, self.gpu.name, self.gpu.compute_capability, self.gpu.driver, model.sha256,
            settings.precision, shapes(model, settings), {"workspace_mb": workspace_mb(settings)},
        )  # fmt: skip


def shapes(model: Model, settings: Settings) -> Shapes:
    """From one multiple to the model's full side, `batch` at once; fastest for one image of `usual_px`."""
    step, side = model.multiple_px, model.input_side_px
    height, width = (max(step, min(side, round(px / step) * step)) for px in settings.usual_px)
    return Shapes((1, step, step), (1, height, width), (settings.batch, side, side))


def workspace_mb(settings: Settings) -> int:
    """Half of what may be used: the other half is for weights, activations and buffers."""
    return settings.memory_mb // 2


def examine(settings: Settings) -> Machine:
    """What is there, without loading a plan. Raises EngineError."""
    child = _child(settings)
    try:
        return _machine(child, settings)
    finally:
        child.close()


def build(model: Model, settings: Settings, state: Path) -> TensorRt:
    """Open the plan that was built for this machine. Raises EngineError, NOT_BUILT when there is none that fits."""
    shelf = Shelf(state / SHELF)
    taken: list[Plan] = []

    def find(wanted: Fingerprint) -> Plan:
        taken.append(shelf.find(wanted))
        return taken[-1]

    try:
        return start(model, settings, find)
    except EngineError as error:
        if taken and error.trouble in (Trouble.NULL, Trouble.NOT_BUILT):  # not what was built, whatever its notes say
            _remove(shelf, taken[-1].name)
            raise EngineError(str(error), error.remedy, Trouble.NOT_BUILT) from error
        raise


def _remove(shelf: Shelf, name: str) -> None:
    try:
        shelf.remove(name)
    except OSError as error:
        said = f"A plan that is of no use cannot be removed from {shelf.folder}: {error.strerror}."
        raise EngineError(said, "Give the station's user the right to write there.") from error


def start(model: Model, settings: Settings, find: Callable[[Fingerprint], Plan]) -> TensorRt:
    """Open the plan that `find` gives for this machine, and warm it up. Raises EngineError."""
    memory = _shared_memory()
    try:
        child = _child(settings, memory)
    except EngineError:
        os.close(memory)
        raise
    try:
        machine = _machine(child, settings)
        plan = find(machine.fingerprint(model, settings))
        most = (*shapes(model, settings).most, 3)
        order = {"plan": str(plan.path.absolute()), "sha256": plan.sha256, "most": most, "memory": memory,
                 "graph": settings.cuda_graph}  # fmt: skip
        opened = child.ask(order, settings.load_seconds)
        made = TensorRt(child, machine, model, settings, opened, mmap.mmap(memory, opened["shared_bytes"]))
        made.warm_up()
    except EngineError:
        child.close()
        raise
    finally:
        os.close(memory)
    return made


def _shared_memory() -> int:
    """A file descriptor of memory that a child may use, too."""
    try:
        return os.memfd_create("station-maps")
    except OSError as error:
        said = f"This computer gives no memory to share with the GPU process: {error.strerror}."
        raise EngineError(said, "Free memory, or restart the station.", Trouble.LITTLE_MEMORY) from error


def _child(settings: Settings, *share: int) -> Child:
    return Child("station.gpu.runner:serve", python=settings.python, share=share)


def _machine(child: Child, settings: Settings) -> Machine:
    asked = {"device": settings.device, "memory_mb": settings.memory_mb, "library": settings.library}
    found = child.ask(asked, settings.load_seconds)
    return Machine(Gpu(**found["gpu"]), found["library"], found["version"])


class TensorRt:
    """A Backend; one child with one plan. `seconds`: what the GPU took for the last images, copies included."""

    name = "tensorrt"

    def __init__(
        self,
        child: Child,
        machine: Machine,
        model: Model,
        settings: Settings,
        opened: dict[str, Any],
        memory: mmap.mmap,
    ) -> None:
        self.precision: str = settings.precision
        self.version = f"{machine.library} {machine.version}, {machine.gpu.name}"
        self.gpu_bytes: int = opened["gpu_bytes"]
        self.pid = child.pid
        self.seconds = 0.0
        self._child, self._settings = child, settings
        self._shapes = shapes(model, settings)
        self._multiple = model.multiple_px
        self._tensors: dict[str, dict[str, Any]] = opened["tensors"]
        self._memory: mmap.mmap | None = memory

    def infer(self, images: Sequence[Image]) -> Maps:
        """See contracts.Backend."""
        if len({image.shape for image in images}) != 1:
            raise EngineError(f"{len(images)} images must be at least one, all of one size.", "Report this.")
        self._check(images[0])
        step = self._settings.batch
        parts = [self._run(np.stack(images[i : i + step])) for i in range(0, len(images), step)]
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return Maps(*(found[name] for name in NAMES))

    def _check(self, image: Image) -> None:
        height, width = image.shape[:2]
        if not self._shapes.admits((1, height, width)) or height % self._multiple or width % self._multiple:
            most = self._shapes.most[1]
            raise EngineError(
                f"An image of {width} x {height} px does not fit: sides are multiples of {self._multiple}, to {most}.",
                "Report this; the photograph is judged by the next engine.",
            )

    def _run(self, images: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        if self._memory is None:
            raise EngineError("The engine was closed.", "Restart the station.")
        place = next(tensor["offset"] for tensor in self._tensors.values() if tensor["input"])
        self._memory[place : place + images.nbytes] = images.data.cast("B")
        answer = self._child.ask({"shape": images.shape}, self._settings.answer_seconds)
        self.seconds = answer["seconds"]
        return {name: self._map(name, tuple(shape)) for name, shape in answer["shapes"].items()}

    def _map(self, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
        assert self._memory is not None
        tensor = self._tensors[name]
        flat = np.frombuffer(self._memory, tensor["dtype"], int(np.prod(shape)), tensor["offset"])
        return flat.reshape(shape).copy()

    def warm_up(self) -> None:
        """Run the usual size twice: what is made on first use (kernels, clocks) is made before a photograph waits."""
        patient = self._settings
        self._settings = patient.model_copy(update={"answer_seconds": patient.load_seconds})
        for _ in range(2):
            self.infer([np.full((*self._shapes.usual[1:], 3), 128, np.uint8)])
        self._settings = patient

    def ping(self) -> None:
        if self._memory is None or not self._child.alive():
            raise EngineError("The GPU process is not there.", "It is started again by itself.", Trouble.CRASHED)

    def close(self) -> None:
        self._memory = None
        self._child.close()
