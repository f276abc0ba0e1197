"""See the package; test_buffers.py insists on the real one."""

from __future__ import annotations

import ctypes
from typing import Any

CUDA = ctypes.CDLL("libcuda.so.1")


class Error(Exception):
    """Every failure."""


class MemoryError(Error):
    """CUDA_ERROR_OUT_OF_MEMORY."""


def ask(name: str, *words: Any) -> None:
    """Call the driver; anything but success is an Error."""
    code = getattr(CUDA, name)(*words)
    if code:
        raise (MemoryError if code == 2 else Error)(f"{name} failed: {code}")


def init() -> None:
    ask("cuInit", 0)


class Device:
    def __init__(self, index: int) -> None:
        self.handle = ctypes.c_int()
        ask("cuDeviceGet", ctypes.byref(self.handle), index)

    def retain_primary_context(self) -> Context:
        return Context(self.handle)


class Context:
    def __init__(self, device: ctypes.c_int) -> None:
        self.handle = ctypes.c_void_p()
        ask("cuDevicePrimaryCtxRetain", ctypes.byref(self.handle), device)

    def push(self) -> None:
        ask("cuCtxPushCurrent_v2", self.handle)

    def pop(self) -> None:
        ask("cuCtxPopCurrent_v2", None)


class Stream:
    def __init__(self) -> None:
        made = ctypes.c_void_p()
        ask("cuStreamCreate", ctypes.byref(made), 0)
        self.handle = made.value

    def synchronize(self) -> None:
        ask("cuStreamSynchronize", ctypes.c_void_p(self.handle))


class Allocation:
    def __init__(self, size: int) -> None:
        self.address = ctypes.c_size_t()
        ask("cuMemAlloc_v2", ctypes.byref(self.address), ctypes.c_size_t(size))

    def __int__(self) -> int:
        return self.address.value

    def free(self) -> None:
        ask("cuMemFree_v2", self.address)


mem_alloc = Allocation


def memcpy_htod_async(to: int, source: Any, stream: Stream) -> None:
    ask("cuMemcpyHtoDAsync_v2", ctypes.c_size_t(to), ctypes.c_void_p(source.ctypes.data),
        ctypes.c_size_t(source.nbytes), ctypes.c_void_p(stream.handle))  # fmt: skip


def memcpy_dtoh_async(to: Any, source: int, stream: Stream) -> None:
    ask("cuMemcpyDtoHAsync_v2", ctypes.c_void_p(to.ctypes.data), ctypes.c_size_t(source),
        ctypes.c_size_t(to.nbytes), ctypes.c_void_p(stream.handle))  # fmt: skip


def mem_get_info() -> tuple[int, int]:
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    ask("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
    return free.value, total.value
