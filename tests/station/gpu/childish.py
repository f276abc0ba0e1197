"""What children in the tests of child.py do; each function is a child's whole life."""

from __future__ import annotations

import faulthandler
import os
import sys
import time

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
