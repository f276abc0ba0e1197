"""A function of ours in a process of its own: what dies there, dies there.

Both sides talk in lines of JSON over two pipes; standard output and error are left to the libraries, which chatter.

    parent                                    child
    Child("station.gpu.probe:look")  ------>  look(talk)
    ask({...}, timeout_s)            ------>  request = talk.hear()
                                     <------  talk.tell("progress")   any number of times
                                     <------  talk.answer({...})      or an EngineError is raised

The child may belong to another Python (3.10 or later): only the package `station` is shown to it, by its path.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from station.errors import EngineError, Trouble

log = logging.getLogger(__name__)
STATION = Path(__file__).parents[1]
END_SECONDS = 5.0
"""A child that was told to end, or killed, is waited for no longer; the driver may hold it, then init will reap it."""
ORPHAN_SECONDS = 1.0
"""So often a child looks whether its parent still lives."""
REMEDY = "Nothing is lost: another engine goes on. If it repeats, update the GPU driver and report the log."
BOOT = """
import importlib.util, sys
folder = sys.argv[1]
spec = importlib.util.spec_from_file_location("station", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["station"] = station = importlib.util.module_from_spec(spec)
spec.loader.exec_module(station)
from station.gpu import child
child.serve(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
"""
"""Shows `station` and nothing else of this Python's packages, which another Python could not load."""


class Talk:
    """The child's end of the line."""

    def __init__(self, requests: TextIO, replies: TextIO) -> None:
        self._requests, self._replies = requests, replies

    def hear(self) -> dict[str, Any] | None:
        """The next request; None when the parent has hung up."""
        line = self._requests.readline()
        heard: dict[str, Any] | None = json.loads(line) if line else None
        return heard

    def tell(self, progress: str) -> None:
        """What is being done now, for people."""
        self._say({"progress": progress})

    def answer(self, answer: dict[str, Any]) -> None:
        """Answer the last request."""
        self._say({"answer": answer})

    def refuse(self, error: EngineError) -> None:
        """Answer the last request with an error."""
        self._say({"error": str(error), "remedy": error.remedy, "trouble": error.trouble.name})

    def _say(self, words: dict[str, Any]) -> None:
        print(json.dumps(words), file=self._replies, flush=True)


def serve(function: str, requests: int, replies: int) -> None:
    """The child's life: find `module:function` and let it talk."""
    parent = os.getppid()
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    module, _, name = function.partition(":")
    with os.fdopen(requests) as heard, os.fdopen(replies, "w") as said:
        talk = Talk(heard, said)
        try:
            getattr(importlib.import_module(module), name)(talk)
        except EngineError as error:
            talk.refuse(error)


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(ORPHAN_SECONDS)
    os._exit(1)


class Child:
    """The parent's end: one process that runs `function`, "module:name" below `station` or on its own path.

    `python`: the interpreter, None for this one. `share`: file descriptors that the child may use under their numbers.
    """

    def __init__(self, function: str, *, python: Path | None = None, share: Sequence[int] = ()) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._doing, self._pending = "starting", b""
        theirs, self._requests = os.pipe()
        self._replies, ours = os.pipe()
        words = [str(python or sys.executable), "-c", BOOT, str(STATION), function, str(theirs), str(ours)]
        try:
            self._process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output, start_new_session=True,
                pass_fds=(theirs, ours, *share), env={**os.environ, "PYTHONSAFEPATH": "1"},
            )  # fmt: skip
        except OSError as error:
            self._hang_up()
            self._output.close()
            raise EngineError(
                f"{words[0]} cannot be started: {error.strerror}.",
                "Name a Python that has TensorRT and pycuda, or leave `python` out.",
                Trouble.NOT_INSTALLED,
            ) from error
        finally:
            os.close(theirs)
            os.close(ours)

    def ask(
        self, request: dict[str, Any], timeout_s: float, tell: Callable[[str], None] | None = None
    ) -> dict[str, Any]:
        """The answer. Raises EngineError: what the child refused, or CRASHED or HUNG; the child is gone then."""
        end = time.monotonic() + timeout_s
        try:
            os.write(self._requests, json.dumps(request).encode() + b"\n")
        except (BrokenPipeError, OSError) as error:
            raise self._crashed() from error
        while True:
            words = self._line(end, timeout_s)
            if "answer" in words:
                self._doing = "working"
                answer: dict[str, Any] = words["answer"]
                return answer
            if "error" in words:
                self.kill()
                raise EngineError(words["error"], words["remedy"], Trouble[words["trouble"]])
            self._doing = words["progress"]
            if tell is not None:
                tell(self._doing)

    def _line(self, end: float, timeout_s: float) -> dict[str, Any]:
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self._replies], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                self.kill()
                raise EngineError(
                    f"The GPU process did not answer within {timeout_s:g} s ({self._doing}); it was ended.",
                    REMEDY,
                    Trouble.HUNG,
                )
            heard = os.read(self._replies, 65536)
            if not heard:
                raise self._crashed()
            self._pending += heard
        line, _, self._pending = self._pending.partition(b"\n")
        words: dict[str, Any] = json.loads(line)
        return words

    def _crashed(self) -> EngineError:
        status = self._wait()
        how = f"was killed by {signal.Signals(-status).name}" if status and status < 0 else f"ended ({status})"
        last = self.last_words()
        log.warning("the GPU process %s while %s: %s", how, self._doing, last)
        self.kill()
        said = f"The GPU process {how} while {self._doing}." + (f" Its last words: {last[-1]}" if last else "")
        return EngineError(said, REMEDY, Trouble.CRASHED)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Is the process still there?"""
        return self._process.poll() is None

    def last_words(self, count: int = 5) -> list[str]:
        """The last lines that the child's libraries wrote."""
        if self._output.closed:
            return []
        self._output.seek(0)
        return self._output.read().decode(errors="replace").strip().splitlines()[-count:]

    def _wait(self) -> int | None:
        try:
            return self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it at once, with whatever it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._wait()
        self._hang_up()
        self._output.close()

    def close(self) -> None:
        """Let it end in order, which a well child does when the line is closed; calling it twice is allowed."""
        self._hang_up()
        self._wait()
        self.kill()

    def _hang_up(self) -> None:
        for end in {self._requests, self._replies} - {-1}:
            os.close(end)
        self._requests = self._replies = -1


def call(
    function: str,
    request: dict[str, Any],
    timeout_s: float,
    *,
    python: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """One question to a child of its own. Raises EngineError."""
    child = Child(function, python=python)
    try:
        return child.ask(request, timeout_s, tell)
    finally:
        child.close()
