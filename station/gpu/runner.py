"""The child that holds the GPU: loads a plan, then answers images with maps until its parent hangs up.

    parent                                                child
    examine  {device, memory_mb, library}          ->     {gpu, library, version}
    load     {plan, sha256, memory, most, graph}   ->     {tensors: {name: {offset, dtype, input}}, gpu_bytes, ...}
    infer    {shape}                               ->     {shapes: {name: shape}, seconds}

Images and maps do not travel by the pipe: they lie in memory that both processes see and that is page-locked here, so
that the GPU copies straight from and to it. All buffers are made once, for the largest input the plan admits.
"""

from __future__ import annotations

import mmap
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.errors import EngineError, Trouble
from station.gpu import flavour, graphs, plans, probe
from station.gpu.buffers import Device
from station.gpu.child import Talk

DTYPES = {"UINT8": np.uint8, "FLOAT": np.float32, "INT32": np.int32, "HALF": np.float16, "INT8": np.int8}
PAGE = mmap.PAGESIZE
LESS = "Lower segment.tensorrt.batch, raise segment.tensorrt.memory_mb, or end what else uses the GPU (see nvidia-smi)."


def serve(talk: Talk) -> None:
    """The child's life; see the module's docstring for what it is asked."""
    asked = talk.hear()
    if asked is None:
        return
    talk.tell("asking the GPU driver")
    gpu = probe.look(asked["device"], asked["memory_mb"])
    talk.tell("loading TensorRT")
    found = flavour.load(asked["library"])
    talk.answer({"gpu": asdict(gpu), "library": found.library, "version": found.version})
    if (order := talk.hear()) is None:
        return
    with Device(asked["device"]) as device:
        talk.tell("loading the plan")
        runner = Runner(plans.read(Path(order["plan"]), order["sha256"]), found, device, asked["memory_mb"] << 20)
        talk.answer(runner.open(tuple(order["most"]), order["memory"], order["graph"]))
        while (request := talk.hear()) is not None:
            talk.answer(runner.infer(tuple(request["shape"])))
        runner.close()


@dataclass(frozen=True)
class Tensor:
    """One input or output: its place in the shared memory and on the device."""

    name: str
    is_input: bool
    dtype: Any
    host: NDArray[np.uint8]
    address: int
    offset: int


class Runner:
    """An engine ready to run, on TensorRT 8.6, 10, 11 or TensorRT-RTX."""

    def __init__(self, plan: bytes, found: flavour.Flavour, device: Device, limit_bytes: int) -> None:
        trt = found.trt
        self._device, self._tensors = device, list[Tensor]()
        self._logger = flavour.logger(trt)
        self._runtime = flavour.begun(trt.Runtime, self._logger)
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        if self._engine is None:
            raise EngineError(f"TensorRT does not take the plan: {self._logger.last}", plans.BUILD, Trouble.NULL)
        self._inputs = {
            name: self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
            for name in (self._engine.get_tensor_name(i) for i in range(self._engine.num_io_tensors))
        }
        context, free = flavour.device_memory(self._engine), device.free_bytes()
        self.bytes = context + len(plan)
        if self.bytes > limit_bytes or context > free:
            said = f"The plan needs {self.bytes >> 20} MB on the GPU; {limit_bytes >> 20} MB are allowed"
            raise EngineError(f"{said}, {free >> 20} MB are free.", LESS, Trouble.LITTLE_MEMORY)
        self._context = self._engine.create_execution_context()
        if self._context is None:
            raise EngineError(f"TensorRT gives no context: {self._logger.last}", LESS, Trouble.LITTLE_MEMORY)
        self._shape: tuple[int, ...] = ()
        self._memory: mmap.mmap | None = None
        self._records = False
        self._graphs: dict[tuple[int, ...], graphs.Graph | None] = {}

    def open(self, most: tuple[int, ...], memory: int, graph: bool = False) -> dict[str, Any]:
        """Make every buffer for inputs of up to `most` (images, height, width, 3), in the shared memory of that file
        descriptor, which grows as needed; where each lies. `graph`: record what repeats."""
        self._records = graph
        self._reshape(most)
        sizes = {name: self._size(name) for name in self._inputs}
        places = np.cumsum([0, *(-(-size // PAGE) * PAGE for size in sizes.values())]).tolist()
        os.ftruncate(memory, places[-1])
        self._memory = mmap.mmap(memory, places[-1])
        whole = self._device.pin(np.frombuffer(self._memory, np.uint8))
        for (name, size), offset in zip(sizes.items(), places, strict=False):  # the last place is the end
            address = self._device.allocate(size)
            self._context.set_tensor_address(name, address)
            dtype = np.dtype(DTYPES[str(self._engine.get_tensor_dtype(name)).rpartition(".")[2]])
            part = whole[offset : offset + size]
            self._tensors.append(Tensor(name, self._inputs[name], dtype, part, address, offset))
        described = {t.name: {"offset": t.offset, "dtype": t.dtype.name, "input": t.is_input} for t in self._tensors}
        return {"tensors": described, "shared_bytes": places[-1], "gpu_bytes": self.bytes + sum(sizes.values())}

    def _size(self, name: str) -> int:
        kind = str(self._engine.get_tensor_dtype(name)).rpartition(".")[2]
        if kind not in DTYPES:
            raise EngineError(f"The plan speaks {kind} at {name}.", plans.BUILD, Trouble.NULL)
        return int(np.prod(tuple(self._context.get_tensor_shape(name)))) * np.dtype(DTYPES[kind]).itemsize

    def _reshape(self, shape: tuple[int, ...]) -> None:
        """Tell the context the input's shape; the outputs' follow from it."""
        if shape == self._shape:
            return
        for name in (name for name, is_input in self._inputs.items() if is_input):
            if not self._context.set_input_shape(name, shape):
                self._shape = ()
                raise EngineError(
                    f"The plan does not take images of {shape[2]} x {shape[1]} px, {shape[0]} at once.",
                    "Build it again: `station engine build`.",
                )
        self._shape = shape

    def infer(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """Run what lies in the shared memory: images of `shape`. `seconds`: of the GPU with the ways there and back."""
        self._reshape(shape)
        start = time.perf_counter()
        graph = self._graphs.get(shape)
        if graph is None:
            self._enqueue()
        else:
            graph.launch()
        self._device.wait()
        seconds = time.perf_counter() - start
        if self._records and shape not in self._graphs:  # after the first time, when everything has been set up
            self._graphs[shape] = graphs.record(self._device.stream, self._enqueue)
        outputs = (t.name for t in self._tensors if not t.is_input)
        return {"shapes": {name: self._given(name) for name in outputs}, "seconds": seconds}

    def _enqueue(self) -> None:
        """There, compute, and back; all in the stream's order."""
        for tensor in (t for t in self._tensors if t.is_input):
            self._device.upload(tensor.address, tensor.host[: int(np.prod(self._shape)) * tensor.dtype.itemsize])
        if not self._context.execute_async_v3(self._device.stream):
            raise EngineError(f"TensorRT did not run: {self._logger.last}", "If it repeats, restart the station.")
        for tensor in (t for t in self._tensors if not t.is_input):
            size = int(np.prod(self._given(tensor.name))) * tensor.dtype.itemsize
            self._device.download(tensor.host[:size], tensor.address)

    def _given(self, name: str) -> tuple[int, ...]:
        """The shape of an output for the present input."""
        return tuple(int(n) for n in self._context.get_tensor_shape(name))

    def close(self) -> None:
        """Let go of TensorRT's things, in their order, before the device is given back."""
        for graph in filter(None, self._graphs.values()):
            graph.close()
        self._graphs.clear()
        self._tensors.clear()
        del self._context, self._engine, self._runtime
