"""What children in the tests of child.py do; each function is a child's whole life."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from pathlib import Path

from station.errors import EngineError, Trouble
from station.gpu.child import Talk


def echo(talk: Talk) -> None:
    """Answer every request with itself."""
    while (heard := talk.hear()) is not None:
        talk.tell("listening")
        sys.stdout.write("words of a library\n")
        talk.answer({"heard": heard, "pid": os.getpid(), "modules": sorted(sys.modules)})


def crash(talk: Talk) -> None:
    """SIGSEGV, in the midst of something."""
    talk.hear()
    talk.tell("dividing")
    faulthandler._sigsegv()  # type: ignore[attr-defined]


def hang(talk: Talk) -> None:
    """For ever."""
    talk.hear()
    talk.tell("thinking")
    time.sleep(1000)


def refuse(talk: Talk) -> None:
    """An error of our own."""
    talk.hear()
    raise EngineError("not today", "tomorrow", Trouble.NULL)


def stumble(talk: Talk) -> None:
    """An error of somebody else's."""
    talk.hear()
    raise KeyError("nobody caught this")


def round_trip(talk: Talk) -> None:
    """Bytes to the device and back; free memory before, between and after."""
    import numpy as np

    from station.gpu.buffers import Device

    size = (talk.hear() or {})["bytes"]
    sent = np.random.default_rng(1).integers(0, 255, size, np.uint8)
    memory = sent.copy()
    with Device(0) as device:
        before = device.free_bytes()
        address = device.allocate(size)
        between = device.free_bytes()
        pinned = device.pin(memory)
        device.upload(address, pinned)
        pinned[...] = 0
        device.download(pinned, address)
        device.wait()
    with Device(0) as again:
        after = again.free_bytes()
    same = bool((memory == sent).all())
    talk.answer({"same": same, "before": before, "between": between, "after": after})


def other_thread(talk: Talk) -> None:
    """Use the device from a thread that did not make it."""
    from station.gpu.buffers import Device

    talk.hear()
    found: list[EngineError] = []

    def allocate() -> None:
        try:
            device.allocate(16)
        except EngineError as error:
            found.append(error)

    with Device(0) as device:
        thread = threading.Thread(target=allocate)
        thread.start()
        thread.join()
    raise found[0]


def compile_here(talk: Talk) -> None:
    """Build with TensorRT-RTX, which needs no GPU for that."""
    import tensorrt_rtx

    from station.gpu import compiler, flavour
    from station.gpu.plans import Shapes

    asked, told = talk.hear() or {}, list[str]()
    version = tensorrt_rtx.__version__
    found = flavour.Flavour("tensorrt_rtx", version, flavour.ways("tensorrt_rtx", version), tensorrt_rtx)
    recipe = compiler.Recipe("fp16", Shapes((1, 32, 32), (1, 1024, 704), (4, 1024, 1024)), 1024)
    plan = compiler.compile_plan(Path(asked["onnx"]), recipe, found, None, told.append)
    talk.answer({"bytes": len(plan), "told": told})


def graph(talk: Talk) -> None:
    """Record an upload and start it twice."""
    import numpy as np

    from station.gpu import graphs
    from station.gpu.buffers import Device

    talk.hear()
    with Device(0) as device:
        memory = np.full(8, 7, np.uint8)
        there, back = device.allocate(8), np.zeros(8, np.uint8)

        def work() -> None:
            device.upload(there, memory)
            device.download(back, there)

        made = graphs.record(device.stream, work)
        after_recording = int(back.sum())
        assert made is not None
        starts = 0
        for value in (3, 4):
            memory[...] = value
            made.launch()
            starts += int((back == value).all())
        made.close()
    talk.answer({"after_recording": after_recording, "after_two": starts})
