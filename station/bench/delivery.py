"""Photographs delivered to a station in a folder of its own, for a benchmark."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from station.errors import StationError


def write_config(folder: Path, more: Mapping[str, object] | None = None) -> Path:
    """A minimal station.yaml with inbox and state in `folder`."""
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    path = folder / "station.yaml"
    path.write_text(yaml.safe_dump({"station": "bench", "inbox": "inbox", "state": "state", **(more or {})}))
    return path


def deliver(photo: Path, inbox: Path, name: str) -> float:
    """Copy under a hidden name, then rename, as a tether does. Answers the moment of the rename (time.time())."""
    part = inbox / f".{name}.part"
    shutil.copyfile(photo, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    now = time.time()
    part.rename(inbox / name)
    return now


def copies(photos: list[Path], count: int, folder: Path) -> list[Path]:
    """`count` photographs of different content: repeats get a few bytes behind their end, which decoders skip."""
    if not photos:
        raise StationError("There is no photograph to deliver.", "Name a folder that holds photographs.")
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for i in range(count):
        source = photos[i % len(photos)]
        target = folder / f"{i:04}{source.suffix.lower()}"
        content = source.read_bytes()
        target.write_bytes(content if i < len(photos) else content + f"copy {i}".encode())
        made.append(target)
    return made


def until(what: str, happened: Callable[[], bool], seconds: float) -> None:
    """Wait until `happened()` is true. Raises StationError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.02)
    raise StationError(f"The benchmark waited {seconds:.0f} s in vain for {what}.", "Read the logs in its folder.")
