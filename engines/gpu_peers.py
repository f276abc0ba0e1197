"""The same network on the same GPU by other means: PyTorch eager and compiled, ONNX Runtime's CUDA provider.

For speed alone: PyTorch runs the architecture with random weights, which costs the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from typing import Any

import numpy as np

from station.backends import onnxruntime
from station.errors import EngineError
from station.types import Image, Model

Timer = Callable[[Callable[[], object]], dict[str, float]]


def measured(model: Model, image: Image, milliseconds: Timer) -> dict[str, Any]:
    """Name -> milliseconds of one image from memory to maps in memory, or why there is no figure."""
    found: dict[str, Any] = {"onnxruntime cuda": _onnxruntime(model, image, milliseconds)}
    if find_spec("torch") is None:
        return found | {"pytorch": "not installed"}
    import torch

    if not torch.cuda.is_available():
        return found | {"pytorch": "sees no GPU"}
    for name, kind in (("fp32", torch.float32), ("fp16", torch.float16)):
        for compiled in (False, True):
            label = f"pytorch {'compiled' if compiled else 'eager'} {name}"
            found[label] = milliseconds(_pytorch(len(model.classes), image, kind, compiled))
    return found


def _pytorch(classes: int, image: Image, kind: Any, compiled: bool) -> Callable[[], object]:
    import torch

    from engines.export import Reduced
    from engines.network import Network

    network = Reduced(Network(classes).eval()).eval().to("cuda", kind)
    run = torch.compile(network) if compiled else network
    pinned = torch.from_numpy(np.ascontiguousarray(image))[None].pin_memory()

    def once() -> object:
        with torch.inference_mode():
            return [answer.cpu() for answer in run(pinned.to("cuda", non_blocking=True))]

    return once


def _onnxruntime(model: Model, image: Image, milliseconds: Timer) -> dict[str, float] | str:
    try:
        with closing(onnxruntime.build(model, onnxruntime.Settings(provider="cuda"))) as engine:
            return milliseconds(lambda: engine.infer([image]))
    except EngineError as error:
        return str(error)
