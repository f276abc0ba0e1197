"""Runs the network with ONNX Runtime: on the CPU by default, on CUDA where that provider is installed and asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from station.errors import EngineError
from station.settings import Settings as Table
from station.types import Image, Maps, Model

if TYPE_CHECKING:
    import onnxruntime

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
PROVIDERS = {"cpu": (CPU,), "cuda": (CUDA,), "auto": (CUDA, CPU)}
"""Setting -> ONNX Runtime's names, the first that it has is used."""


class Settings(Table):
    """Table `segment.onnxruntime`."""

    provider: Literal["cpu", "cuda", "auto"] = Field(
        default="cpu", description="Where it computes; auto: CUDA, else CPU."
    )
    threads: int = Field(default=0, ge=0, le=256, description="CPU threads for one photograph; 0 = one a core.")
    spin: bool = Field(default=False, description="Threads wait for each other without sleep: only on idle cores.")


class OnnxRuntime:
    """A Backend; one session, safe to call from one thread at a time."""

    name = "onnxruntime"
    precision = "fp32"

    def __init__(self, session: onnxruntime.InferenceSession, version: str) -> None:
        self.version = version
        self._session: onnxruntime.InferenceSession | None = session

    def infer(self, images: Sequence[Image]) -> Maps:
        """See contracts.Backend."""
        from onnxruntime.capi import onnxruntime_pybind11_state as failures

        if self._session is None:
            raise EngineError("The engine was closed.", "Restart the station.")
        try:
            class_map, confidence, core, upright, sides = self._session.run(None, {"image": np.stack(images)})
        except (failures.Fail, failures.InvalidArgument, failures.RuntimeException, ValueError) as error:
            raise EngineError(
                f"ONNX Runtime did not judge the photograph: {error}",
                "Run `station doctor`; if it repeats, restart the station.",
            ) from error
        return Maps(class_map, confidence, core, upright, sides)

    def ping(self) -> None:
        if self._session is None:
            raise EngineError("The engine was closed.", "Restart the station.")

    def close(self) -> None:
        self._session = None


def build(model: Model, settings: Settings, _state: Path | None = None) -> OnnxRuntime:
    """Open `model` in a new session. Raises EngineError when the file or the provider is not usable."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    there = onnxruntime.get_available_providers()
    providers = [name for name in PROVIDERS[settings.provider] if name in there]
    if not providers:
        raise EngineError(
            f"This ONNX Runtime has no {settings.provider.upper()} provider.",
            "Install onnxruntime-gpu, or set segment.onnxruntime.provider to cpu.",
        )
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads or len(os.sched_getaffinity(0))
    options.log_severity_level = 3
    # A thread that waits by spinning takes the core on which the whole photograph is being decoded.
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(settings.spin)))
    try:
        session = onnxruntime.InferenceSession(str(model.path), options, providers=providers)
    except (failures.Fail, failures.NoSuchFile, failures.InvalidProtobuf, failures.InvalidGraph,
            failures.NotImplemented, failures.RuntimeException) as error:  # fmt: skip
        raise EngineError(
            f"The model {model.path.name} cannot be loaded: {error}",
            "Install the package again, or name another model in the profile.",
        ) from error
    on_cuda = session.get_providers()[0] == CUDA
    return OnnxRuntime(session, f"{onnxruntime.__version__}{', CUDA' if on_cuda else ''}")
