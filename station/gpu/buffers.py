"""Memory on the GPU and the way there and back, by pycuda; the only file that imports it.

Six functions are all the rest of the station knows of CUDA's memory: `pin`, `allocate`, `upload`, `download`, `wait`
and `close`. One stream, on the device's primary context, which is the one TensorRT works in. Everything here belongs to
the one thread that made it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.errors import EngineError, Trouble
from station.gpu.probe import LIBRARY

Bytes = NDArray[np.uint8]
INSTALL = "Install pycuda for the Python that has TensorRT (README, GPU)."


class Device:
    """One GPU. `stream`: the stream's handle, for TensorRT. Raises EngineError from every function."""

    def __init__(self, index: int) -> None:
        try:
            import pycuda.driver as cuda
        except ImportError as error:
            raise EngineError(f"pycuda cannot be loaded: {error}", INSTALL, Trouble.NOT_INSTALLED) from error
        self._cuda = cuda
        self._driver = ctypes.CDLL(LIBRARY)
        self._pinned: list[Bytes] = []
        self._allocated: list[Any] = []
        with self._said():
            cuda.init()
            self._context = cuda.Device(index).retain_primary_context()
            self._context.push()
            self._stream = cuda.Stream()
            self.stream = int(self._stream.handle)

    def pin(self, memory: Bytes) -> Bytes:
        """Page-lock `memory` where it lies, so that the GPU fetches it by itself. Where the driver cannot do that with
        memory of this kind, it stays as it is: copies are slower then, not wrong.

        The driver is called directly: `register_host_memory` of pycuda 2026.1 crashes over its own reference count.
        """
        if self._driver.cuMemHostRegister_v2(_pointer(memory), ctypes.c_size_t(memory.nbytes), 0) == 0:
            self._pinned.append(memory)
        return memory

    def allocate(self, size: int) -> int:
        """Address of `size` new bytes on the device."""
        with self._said():
            self._allocated.append(self._cuda.mem_alloc(size))
        return int(self._allocated[-1])

    def upload(self, address: int, pinned: Bytes) -> None:
        """Copy to the device, in the stream's order; returns before it is done."""
        with self._said():
            self._cuda.memcpy_htod_async(address, pinned, self._stream)

    def download(self, pinned: Bytes, address: int) -> None:
        """Copy from the device, in the stream's order; returns before it is done."""
        with self._said():
            self._cuda.memcpy_dtoh_async(pinned, address, self._stream)

    def wait(self) -> None:
        """Until everything in the stream is done; errors of kernels show here."""
        with self._said():
            self._stream.synchronize()

    def free_bytes(self) -> int:
        """What is free on the device now."""
        with self._said():
            free: int = self._cuda.mem_get_info()[0]
        return free

    def close(self) -> None:
        """Give everything back, the context last; calling it twice is allowed."""
        if self._context is None:
            return
        with self._said():
            for memory in self._allocated:
                memory.free()
            for pinned in self._pinned:
                self._driver.cuMemHostUnregister(_pointer(pinned))
            self._allocated, self._pinned = [], []
            del self._stream
            self._context.pop()
            self._context = None

    def __enter__(self) -> Device:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """pycuda's errors in the station's words."""
        try:
            yield
        except self._cuda.MemoryError as error:
            raise EngineError(
                f"The GPU has not enough memory: {error}",
                "End what else uses it (see nvidia-smi), or lower segment.tensorrt.batch.",
                Trouble.LITTLE_MEMORY,
            ) from error
        except self._cuda.Error as error:
            raise EngineError(
                f"The GPU did not do its work: {error}",
                "Nothing is lost: another engine goes on. If it repeats, look at `dmesg` for lines with Xid.",
            ) from error


def _pointer(memory: Bytes) -> ctypes.c_void_p:
    return ctypes.c_void_p(memory.ctypes.data)
