"""TensorRT by its names: 8.6, 10, 11 and TensorRT-RTX, and what each wants to be told. The only file that imports it.

| | 8.6 | 10 | 11 | TensorRT-RTX |
|---|---|---|---|---|
| precision stands in | builder flags | the ONNX file | the ONNX file | the ONNX file |
| network flag | EXPLICIT_BATCH | STRONGLY_TYPED | STRONGLY_TYPED (ignored) | STRONGLY_TYPED |
| timing cache | yes | yes | yes | kernels are made on first use instead |

8.6 is told to leave cuBLAS and cuDNN aside, which from 10 on nothing uses any more. Everything else that this package
calls is spelt the same in all of them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from station.errors import EngineError, Trouble

LIBRARIES = ("tensorrt", "tensorrt_rtx")
INSTALL = "pip install 'capture-station[gpu]' (README, GPU), or take `tensorrt` out of segment.backends."


@dataclass(frozen=True, slots=True)
class Ways:
    """What to pass where. Names are those of the library's enums; `flags` and `sources` go by precision, `sources`
    tells which precision the ONNX file itself must have."""

    network: tuple[str, ...]
    sources: Mapping[str, str]
    flags: Mapping[str, tuple[str, ...]]
    tactics: tuple[str, ...] = ()
    timing_cache: bool = True


TYPED = {"fp32": "fp32", "fp16": "fp16", "int8": "int8"}
WAYS: Mapping[tuple[str, int], Ways] = {
    ("tensorrt", 8): Ways(
        network=("EXPLICIT_BATCH",),
        sources={"fp32": "fp32", "fp16": "fp32", "int8": "int8"},
        flags={"fp16": ("FP16",), "int8": ("FP16", "INT8")},
        tactics=("EDGE_MASK_CONVOLUTIONS", "JIT_CONVOLUTIONS"),
    ),
    ("tensorrt", 10): Ways(("STRONGLY_TYPED",), TYPED, {}),
    ("tensorrt", 11): Ways(("STRONGLY_TYPED",), TYPED, {}),
    ("tensorrt_rtx", 1): Ways(("STRONGLY_TYPED",), TYPED, {}, timing_cache=False),
}


@dataclass(frozen=True, slots=True)
class Flavour:
    """An imported TensorRT: `library` is its module's name, `trt` the module, `ways` how it wants to be spoken to."""

    library: str
    version: str
    ways: Ways
    trt: Any


def ways(library: str, version: str) -> Ways:
    """How this one wants to be spoken to. Raises EngineError for a version that was never tried."""
    major, _, rest = version.partition(".")
    found = WAYS.get((library, int(major))) if major.isdigit() else None
    if found is None or (major == "8" and not rest.startswith("6")):
        raise EngineError(
            f"{library} {version} is not supported; 8.6, 10, 11 and TensorRT-RTX 1 are.",
            "Install one of these, or take `tensorrt` out of segment.backends.",
            Trouble.NOT_INSTALLED,
        )
    return found


def load(asked: str = "auto") -> Flavour:
    """Import TensorRT: `asked` is one of LIBRARIES, or "auto" for the first that is installed. Raises EngineError.

    Only after probe.look was content: without a driver the library ends the process.
    """
    names = LIBRARIES if asked == "auto" else (asked,)
    library = next((name for name in names if find_spec(name) is not None), None)
    if library is None or find_spec("pycuda") is None:
        lacking = "pycuda" if library else "TensorRT"
        raise EngineError(f"{lacking} is not installed.", INSTALL, Trouble.NOT_INSTALLED)
    try:
        trt = importlib.import_module(library)
    except (ImportError, OSError) as error:
        raise EngineError(f"{library} cannot be loaded: {error}", INSTALL, Trouble.NOT_INSTALLED) from error
    version = str(trt.__version__)
    return Flavour(library, version, ways(library, version), trt)


def logger(trt: Any) -> Any:
    """TensorRT's logger: warnings and errors go to standard error; `last` keeps the last error for people."""

    class Logger(trt.ILogger):  # type: ignore[misc]
        last = "it does not say why"

        def __init__(self) -> None:
            trt.ILogger.__init__(self)

        def log(self, severity: Any, message: str) -> None:
            """Called by TensorRT, from any of its threads."""
            if int(severity) <= int(trt.ILogger.Severity.ERROR):
                self.last = message
            if int(severity) <= int(trt.ILogger.Severity.WARNING):
                print(message, file=sys.stderr, flush=True)  # noqa: T201

    return Logger()


def begun(kind: Any, logger: Any) -> Any:
    """A Builder or a Runtime. Raises EngineError NULL where TensorRT gives none: it needs a GPU and a driver to its
    liking (it then returns null, which its bindings call a TypeError, or crashes)."""
    try:
        return kind(logger)
    except TypeError as error:
        said = f"TensorRT cannot work with this GPU and driver: {logger.last}"
        raise EngineError(said, "Install the driver that this TensorRT asks for (its release notes).",
                          Trouble.NULL) from error  # fmt: skip


def device_memory(engine: Any) -> int:
    """Bytes on the GPU that a context of this engine takes beside the weights. 8.6 and 10.0 call it otherwise."""
    return int(getattr(engine, "device_memory_size_v2", 0) or getattr(engine, "device_memory_size", 0))
