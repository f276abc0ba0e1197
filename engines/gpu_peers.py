"""The same network on the same GPU by other means: PyTorch eager and compiled, ONNX Runtime's CUDA provider.

For speed alone: PyTorch runs the architecture with random weights, which costs the same time. And whether decoding a
photograph on the GPU would be worth its while: nvimgcodec straight to GPU memory beside the station's own decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from station.backends import onnxruntime
from station.codecs import jpeg
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


def decoders(photo: Path, milliseconds: Timer, device: int | None = None) -> dict[str, Any]:
    """Milliseconds of a JPEG from memory to all its pixels, in the GPU's memory or ours, or why there is no figure.

    `device`: number of the GPU as CUDA counts; None: the present one.
    """
    data = photo.read_bytes()
    size = jpeg.size_px(data)
    cpu = {"whole": milliseconds(lambda: jpeg.decode(data, size)),
           "reduced to 1024 px": milliseconds(lambda: jpeg.decode(data, size, 1024))}  # fmt: skip
    return {"simplejpeg, CPU": cpu, "nvimgcodec, GPU": _nvimgcodec(data, milliseconds, device)}


def _nvimgcodec(data: bytes, milliseconds: Timer, device: int | None) -> dict[str, float] | str:
    try:
        nvimgcodec = import_module("nvidia.nvimgcodec")
    except (ImportError, OSError) as error:
        return f"not installed ({error})"
    try:
        where = nvimgcodec.NVIMGCODEC_DEVICE_CURRENT if device is None else device
        decoder = nvimgcodec.Decoder(device_id=where)
        if decoder.decode(data) is None:  # its way to say that it could not
            return "does not decode this photograph"
        return milliseconds(lambda: decoder.decode(data))
    except RuntimeError as error:
        return f"cannot be used here ({str(error).splitlines()[0][:120]})"
