"""The shipped fp32 network as the file that TensorRT wants for a precision. Inputs and outputs stay as they are.

fp16: every weight and every step in half precision, cast at the borders (ONNX Runtime's converter), for TensorRT that
takes the precision from the file. int8: weights and activations of the convolutions that bear it, by calibration
photographs (calibration/int8.py). Both need the package `onnx` (extra `gpu`).
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from calibration import int8
from station.errors import EngineError, Trouble
from station.types import Image


def source(model: Path, precision: str, folder: Path, images: Iterable[Image]) -> Path:
    """The ONNX file for `precision` (fp32, fp16, int8), made in `folder` where it is not the model itself.

    `images` (uint8 (h, w, 3) RGB, as the network takes them) are looked at for int8 only. Raises EngineError.
    """
    if precision == "fp32":
        return model
    if find_spec("onnx") is None:
        remedy = "pip install 'capture-station[gpu]', or set segment.tensorrt.precision to fp32."
        raise EngineError("Changing a network's precision needs onnx.", remedy, Trouble.NOT_INSTALLED)
    target = folder / f"{precision}.onnx"
    if precision == "fp16":
        half(model, target)
    else:
        int8.quantise(model, images, target)
    return target


def half(model: Path, target: Path) -> None:
    """Write `model` in half precision. The image stays uint8, the maps uint8 and `upright` float32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16
    from onnxruntime.transformers.onnx_model import OnnxModel

    converted = OnnxModel(convert_float_to_float16(onnx.load(str(model)), keep_io_types=True, op_block_list=[]))
    converted.topological_sort()  # the casts were appended at the end
    onnx.checker.check_model(converted.model, full_check=True)
    onnx.save(converted.model, str(target))
