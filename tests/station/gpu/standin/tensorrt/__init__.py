"""Stands in for TensorRT where there is no GPU: over the fake driver, whose device memory is host memory, a "plan" is
the ONNX file itself and ONNX Runtime computes it. So probe, child, shelf, buffers, runner, gate and switch-over run for
real; only the kernels are not TensorRT's. Every name used of it is checked against the real bindings elsewhere.

STANDIN_VERSION  the version it says (11.4.0)
STANDIN_MOOD     a file; while it holds one of these words, that happens: "null load", "crash load", "hang load",
                 "null build", "crash build", "fail run", "crash run", "hang run", "wrong run"
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import time
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

__version__ = os.environ.get("STANDIN_VERSION", "11.4.0")
OLD = __version__.startswith("8")


def mood() -> str:
    """What the file asks for now."""
    path = Path(os.environ.get("STANDIN_MOOD", "/nowhere"))
    return path.read_text() if path.exists() else ""


def fails(stage: str) -> bool:
    """Does it ask for this stage to fail? Crashes and hangs happen here."""
    if mood() == f"crash {stage}":
        faulthandler._sigsegv()  # type: ignore[attr-defined]
    if mood() == f"hang {stage}":
        time.sleep(1000)
    return mood() in (f"null {stage}", f"fail {stage}")


class DataType(IntEnum):
    FLOAT = 0
    UINT8 = 1

    def __str__(self) -> str:
        return f"DataType.{self.name}"


class TensorIOMode(IntEnum):
    NONE = 0
    INPUT = 1
    OUTPUT = 2


class MemoryPoolType(IntEnum):
    WORKSPACE = 0


class TacticSource(IntEnum):
    EDGE_MASK_CONVOLUTIONS = 3
    JIT_CONVOLUTIONS = 4


if OLD:

    class NetworkDefinitionCreationFlag(IntEnum):
        EXPLICIT_BATCH = 0

    class BuilderFlag(IntEnum):
        FP16 = 0
        INT8 = 1
else:

    class NetworkDefinitionCreationFlag(IntEnum):  # type: ignore[no-redef]
        STRONGLY_TYPED = 1

    class IProgressMonitor:
        """Subclassed by the station."""


class ILogger:
    """Subclassed by the station."""

    class Severity(IntEnum):
        INTERNAL_ERROR = 0
        ERROR = 1
        WARNING = 2

    def log(self, severity: Severity, message: str) -> None: ...


class Runtime:
    def __init__(self, logger: Any) -> None:
        self.logger = logger

    def deserialize_cuda_engine(self, plan: bytes) -> Engine | None:
        if fails("load") or plan[:8] != b"STAND-IN":
            self.logger.log(ILogger.Severity.ERROR, "the stand-in does not know this plan")
            return None
        head, _, model = plan[8:].partition(b"\n")
        return Engine(json.loads(head), model)


class Engine:
    def __init__(self, profile: list[list[int]], model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.profile = profile
        self.tensors = [*self.session.get_inputs(), *self.session.get_outputs()]
        self.num_io_tensors = len(self.tensors)
        setattr(self, "device_memory_size" if OLD else "device_memory_size_v2", 100 << 20)

    def get_tensor_name(self, index: int) -> str:
        return str(self.tensors[index].name)

    def get_tensor_mode(self, name: str) -> TensorIOMode:
        return TensorIOMode.INPUT if name == self.tensors[0].name else TensorIOMode.OUTPUT

    def get_tensor_dtype(self, name: str) -> DataType:
        kind = next(t.type for t in self.tensors if t.name == name)
        return {"tensor(uint8)": DataType.UINT8, "tensor(float)": DataType.FLOAT}[kind]

    def create_execution_context(self) -> Context:
        return Context(self)


class Context:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.shape: tuple[int, ...] = ()
        self.addresses: dict[str, int] = {}

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        low, _, high = self.engine.profile
        fits = all(a <= b <= c for a, b, c in zip(low, shape, high, strict=True))
        self.shape = tuple(shape) if fits else self.shape
        return fits

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        n, h, w, _ = self.shape
        outputs = {"image": self.shape, "upright": (n, 4), "sides": (n, 4, h // 8, w // 8)}
        return outputs.get(name, (n, h // 2, w // 2))

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.addresses[name] = address
        return True

    def execute_async_v3(self, stream_handle: int) -> bool:
        if fails("run"):
            return False
        again = ctypes.CFUNCTYPE(None)(lambda shape=self.shape: self.compute(shape))
        self.calls = [*getattr(self, "calls", []), again]  # a recorded call must outlive this function
        if not ctypes.CDLL("libcuda.so.1").fake_record_call(again):
            self.compute(self.shape)
        return True

    def compute(self, shape: tuple[int, ...]) -> None:
        """What the kernels would do."""
        image = _at(self.addresses["image"], shape, np.uint8).copy()
        names = [t.name for t in self.engine.session.get_outputs()]
        for name, made in zip(names, self.engine.session.run(None, {"image": image}), strict=True):
            _at(self.addresses[name], made.shape, made.dtype)[...] = 0 if mood() == "wrong run" else made


def _at(address: int, shape: tuple[int, ...], dtype: Any) -> Any:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.frombuffer((ctypes.c_char * size).from_address(address), dtype).reshape(shape)


class Builder:
    def __init__(self, logger: Any) -> None:
        self.logger = logger

    def create_network(self, flags: int) -> Network:
        if flags != 1 << int(next(iter(NetworkDefinitionCreationFlag))):
            raise ValueError(f"flags {flags} are not for {__version__}")
        return Network()

    def create_builder_config(self) -> Config:
        return Config()

    def create_optimization_profile(self) -> Profile:
        return Profile()

    def build_serialized_network(self, network: Network, config: Config) -> bytes | None:
        if fails("build"):
            self.logger.log(ILogger.Severity.ERROR, "the stand-in is told to build nothing")
            return None
        if config.progress_monitor is not None:
            config.progress_monitor.phase_start("all", None, 2)
            config.progress_monitor.step_complete("all", 0)
            config.progress_monitor.phase_finish("all")
        (profile,) = config.profiles
        return b"STAND-IN" + json.dumps(profile.bounds).encode() + b"\n" + network.model


class Network:
    model = b""

    def get_input(self, index: int) -> Any:
        class Input:
            name = "image"

        return Input


class Profile:
    bounds: tuple[tuple[int, ...], ...] = ()

    def set_shape(self, name: str, low: tuple[int, ...], usual: tuple[int, ...], high: tuple[int, ...]) -> None:
        self.bounds = (low, usual, high)


class TimingCache:
    def __init__(self, known: bytes) -> None:
        self.known = known

    def serialize(self) -> bytes:
        return self.known + b"+"


class Config:
    def __init__(self) -> None:
        self.progress_monitor: Any = None
        self.profiles: list[Profile] = []
        self.flags: list[int] = []

    def set_memory_pool_limit(self, pool: MemoryPoolType, size: int) -> None: ...

    def set_flag(self, flag: int) -> None:
        self.flags.append(flag)

    def set_tactic_sources(self, sources: int) -> None: ...

    def add_optimization_profile(self, profile: Profile) -> None:
        self.profiles.append(profile)

    def create_timing_cache(self, known: bytes) -> TimingCache:
        return TimingCache(known)

    def set_timing_cache(self, cache: TimingCache, ignore_mismatch: bool) -> None:
        self.cache = cache

    def get_timing_cache(self) -> TimingCache:
        return self.cache


class OnnxParser:
    def __init__(self, network: Network, logger: Any) -> None:
        self.network = network
        self.num_errors = 0

    def parse(self, model: bytes) -> bool:
        self.network.model = model
        self.num_errors = 0 if len(model) > 1000 else 1
        return not self.num_errors

    def get_error(self, index: int) -> Any:
        class Error:
            def desc(self) -> str:
                return "this is no model"

        return Error()
