"""Is there a GPU to work with? Asked of the driver itself, before TensorRT is imported.

Without a driver TensorRT does not raise, it crashes. So the driver library is opened by ctypes here, in a child process
(child.py), and TensorRT is imported only when it has named a device. Result codes: CUDA driver API, `CUresult`.
"""

from __future__ import annotations

import ctypes
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from station.errors import EngineError, Trouble
from station.gpu.child import Talk, call

LIBRARY = "libcuda.so.1"
KERNEL_MODULE = Path("/proc/driver/nvidia/version")
MAJOR, MINOR = 75, 76
"""CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR."""
NO_DEVICE, OUT_OF_MEMORY = 100, 2
INSTALL = "Install NVIDIA's driver (Debian: apt install nvidia-driver), or take `tensorrt` out of segment.backends."
MEND = "Restart the computer; if that does not help, install the driver anew: kernel module and library must match."
CODES = {
    3: "it could not be initialised",
    34: "the library is only a stub to link against",
    46: "the device is not available",
    802: "the GPU's fabric manager is not running yet",
    803: "kernel module and driver library are of two versions",
    804: "this driver is too old for the CUDA of its library",
    999: "unknown error, often a GPU that fell off the bus",
}


@dataclass(frozen=True, slots=True)
class Gpu:
    """A device as the driver describes it. `driver`: CUDA version it speaks and, where known, its own version."""

    name: str
    compute_capability: str
    driver: str
    total_mb: int
    free_mb: int


def probe(device: int, memory_mb: int, timeout_s: float, python: Path | None = None) -> Gpu:
    """The device, if it is well and has `memory_mb` (MiB) free. Raises EngineError with the reason and a remedy."""
    return Gpu(**call("station.gpu.probe:serve", {"device": device, "memory_mb": memory_mb}, timeout_s, python=python))


def serve(talk: Talk) -> None:
    """The child's side of `probe`."""
    request = talk.hear() or {}
    talk.tell("asking the GPU driver")
    talk.answer(asdict(look(request["device"], request["memory_mb"])))


def look(device: int, memory_mb: int) -> Gpu:
    """As `probe`, in this very process."""
    cuda = _library()
    _ask(cuda, "cuInit", 0)
    count = ctypes.c_int()
    _ask(cuda, "cuDeviceGetCount", ctypes.byref(count))
    if device >= count.value:
        _no_device(f"The driver knows {count.value} GPUs, number {device} is not among them.")
    handle, name = ctypes.c_int(), ctypes.create_string_buffer(256)
    _ask(cuda, "cuDeviceGet", ctypes.byref(handle), device)
    _ask(cuda, "cuDeviceGetName", name, 256, handle)
    major, minor, version = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    _ask(cuda, "cuDeviceGetAttribute", ctypes.byref(major), MAJOR, handle)
    _ask(cuda, "cuDeviceGetAttribute", ctypes.byref(minor), MINOR, handle)
    _ask(cuda, "cuDriverGetVersion", ctypes.byref(version))
    free, total = _memory(cuda, handle)
    if free < memory_mb:
        raise EngineError(
            f"{name.value.decode()} has {free} MB free of {total}; {memory_mb} MB are asked for.",
            "End what else uses the GPU (see nvidia-smi), or lower segment.tensorrt.memory_mb.",
            Trouble.LITTLE_MEMORY,
        )
    return Gpu(name.value.decode(), f"{major.value}.{minor.value}", _driver(version.value), total, free)


def _library() -> ctypes.CDLL:
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError as error:
        if str(error).startswith(f"{LIBRARY}: cannot open"):
            raise EngineError("This computer has no NVIDIA driver.", INSTALL, Trouble.NO_DRIVER) from error
        _broken(str(error))


def _ask(cuda: ctypes.CDLL, name: str, *words: Any) -> None:
    """Call one function of the driver; anything but success is an EngineError."""
    try:
        code: int = getattr(cuda, name)(*words)
    except AttributeError:
        _broken(f"it has no function {name}")
    if code == NO_DEVICE:
        _no_device("The driver is there but finds no GPU.")
    if code == OUT_OF_MEMORY:
        raise EngineError("The GPU has no memory left.", "End what else uses it (see nvidia-smi).",
                          Trouble.LITTLE_MEMORY)  # fmt: skip
    if code:
        _broken(f"{name} answered {code}, {CODES.get(code, 'see CUresult in the CUDA documentation')}")


def _memory(cuda: ctypes.CDLL, device: ctypes.c_int) -> tuple[int, int]:
    """(free, total), MiB. Only a context can say what is free; it dies with this process."""
    context, free, total = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_size_t()
    _ask(cuda, "cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
    _ask(cuda, "cuCtxPushCurrent_v2", context)
    _ask(cuda, "cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
    return free.value >> 20, total.value >> 20


def _driver(version: int) -> str:
    """13000 -> "CUDA 13.0", with the kernel module's own version where it says one."""
    spoken = f"CUDA {version // 1000}.{version % 1000 // 10}"
    try:
        words = KERNEL_MODULE.read_text().split()
    except OSError:
        return spoken
    own = next((word for word in words if word[:1].isdigit() and "." in word), "")
    return f"{spoken}, driver {own}" if own else spoken


def _broken(why: str) -> NoReturn:
    raise EngineError(f"The NVIDIA driver does not work: {why}.", MEND, Trouble.BROKEN_DRIVER)


def _no_device(said: str) -> NoReturn:
    raise EngineError(
        said,
        "Look whether the GPU is seated and powered, and whether this user may open /dev/nvidia*.",
        Trouble.NO_DEVICE,
    )
