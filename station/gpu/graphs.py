"""CUDA graphs: the same work for the same shape, recorded once, is then started by one call instead of hundreds.

pycuda does not know them, so the driver is called directly (CUDA driver API, "Graph Management"). What cannot be
recorded is simply done step by step.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from station.errors import EngineError
from station.gpu.probe import LIBRARY

THREAD_LOCAL = 1
"""CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: other threads may go on allocating."""


class Graph:
    """Recorded work of one stream."""

    def __init__(self, driver: ctypes.CDLL, executable: ctypes.c_void_p, stream: ctypes.c_void_p) -> None:
        self._driver, self._executable, self._stream = driver, executable, stream

    def launch(self) -> None:
        """Do it again; returns before it is done. Raises EngineError."""
        code = self._driver.cuGraphLaunch(self._executable, self._stream)
        if code:
            raise EngineError(
                f"The GPU did not start its work: CUDA error {code}.",
                "Nothing is lost: another engine goes on. If it repeats, set segment.tensorrt.cuda_graph to false.",
            )

    def close(self) -> None:
        """Forget it."""
        self._driver.cuGraphExecDestroy(self._executable)


def record(stream: int, work: Callable[[], None]) -> Graph | None:
    """`work` as a graph, not yet done; None when the driver or the library cannot record it."""
    driver, handle = ctypes.CDLL(LIBRARY), ctypes.c_void_p(stream)
    graph, executable = ctypes.c_void_p(), ctypes.c_void_p()
    if not hasattr(driver, "cuGraphInstantiateWithFlags") or driver.cuStreamBeginCapture_v2(handle, THREAD_LOCAL):
        return None
    try:
        work()
        well = True
    except EngineError:
        well = False
    if driver.cuStreamEndCapture(handle, ctypes.byref(graph)) or not well:
        return None
    code = driver.cuGraphInstantiateWithFlags(ctypes.byref(executable), graph, ctypes.c_ulonglong(0))
    driver.cuGraphDestroy(graph)
    return None if code else Graph(driver, executable, handle)
