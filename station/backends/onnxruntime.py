"""Runs the network with ONNX Runtime: on the CPU by default, on CUDA where that provider is installed and asked for.

On the CPU it runs as `station engine tune` found it fastest on this computer; untuned with one thread a core, fp32. All
optimisations of the graph and the memory arena stay on: in the one comparison made without them it was slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from station import tuning
from station.errors import EngineError
from station.settings import Settings as Table
from station.tuning import Computer, Tuning
from station.types import Image, Maps, Model

if TYPE_CHECKING:
    import onnxruntime

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
PROVIDERS = {"cpu": (CPU,), "cuda": (CUDA,), "auto": (CUDA, CPU)}
"""Setting -> ONNX Runtime's names, the first that it has is used."""
NAMES = [field.name for field in fields(Maps)]


class Settings(Table):
    """Table `segment.onnxruntime`."""

    provider: Literal["cpu", "cuda", "auto"] = Field(
        default="cpu", description="Where it computes; auto: CUDA, else CPU."
    )
    threads: int = Field(
        default=0, ge=0, le=256, description="CPU threads for one photograph; 0 = as tuned, else one a core."
    )
    spin: bool | None = Field(
        default=None, description="Do they wait for each other without sleep? Empty = as tuned, else no."
    )
    precision: Literal["auto", "fp32"] = Field(
        default="auto", description="auto: the faster file that `station engine tune` made and proved, if it did."
    )


class OnnxRuntime:
    """A Backend; one session, safe to call from one thread at a time."""

    name = "onnxruntime"

    def __init__(self, session: onnxruntime.InferenceSession, precision: str, version: str) -> None:
        self.precision, self.version = precision, version
        self._session: onnxruntime.InferenceSession | None = session

    def infer(self, images: Sequence[Image]) -> Maps:
        """See contracts.Backend."""
        from onnxruntime.capi import onnxruntime_pybind11_state as failures

        if self._session is None:
            raise EngineError("The engine was closed.", "Restart the station.")
        try:
            answers = self._session.run(NAMES, {"image": np.stack(images)})
        except (failures.Fail, failures.InvalidArgument, failures.RuntimeException, ValueError) as error:
            raise EngineError(
                f"ONNX Runtime did not judge the photograph: {error}",
                "Run `station doctor`; if it repeats, restart the station.",
            ) from error
        return Maps(*answers)

    def ping(self) -> None:
        if self._session is None:
            raise EngineError("The engine was closed.", "Restart the station.")

    def close(self) -> None:
        self._session = None


def build(model: Model, settings: Settings, state: Path | None = None) -> OnnxRuntime:
    """Open `model` in a new session. Raises EngineError when the file or the provider is not usable.

    Without `state` it is the reference: the model's own file, untuned.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    there = onnxruntime.get_available_providers()
    providers = [name for name in PROVIDERS[settings.provider] if name in there]
    if not providers:
        raise EngineError(
            f"This ONNX Runtime has no {settings.provider.upper()} provider.",
            "Install onnxruntime-gpu, or set segment.onnxruntime.provider to cpu.",
        )
    tuned = None if state is None or providers[0] != CPU else _tuned(model, state)
    faster = None if tuned is None or settings.precision == "fp32" else tuned.path
    try:
        session = onnxruntime.InferenceSession(
            str(faster or model.path), _options(settings, tuned), providers=providers
        )
    except (failures.Fail, failures.NoSuchFile, failures.InvalidProtobuf, failures.InvalidGraph,
            failures.NotImplemented, failures.RuntimeException) as error:  # fmt: skip
        raise EngineError(
            f"The model {model.path.name} cannot be loaded: {error}",
            "Install the package again, or name another model in the profile.",
        ) from error
    on_cuda = session.get_providers()[0] == CUDA
    precision = "fp32" if tuned is None or faster is None else tuned.precision
    return OnnxRuntime(session, precision, f"{onnxruntime.__version__}{', CUDA' if on_cuda else ''}")


def computer(model: Model) -> Computer:
    """What a tuning must have been measured for."""
    import onnxruntime

    return Computer.here(model, onnxruntime.__version__)


def _tuned(model: Model, state: Path) -> Tuning | None:
    try:
        return tuning.find(state, computer(model))
    except EngineError:  # doctor says so
        return None


def _options(settings: Settings, tuned: Tuning | None) -> onnxruntime.SessionOptions:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads or (tuning.cores() if tuned is None else tuned.threads)
    options.log_severity_level = 3
    # A thread that waits by spinning takes the core on which the whole photograph is being decoded.
    as_found = tuned is not None and tuned.spin
    spin = as_found if settings.spin is None else settings.spin
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spin)))
    return options
