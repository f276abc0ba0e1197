"""A whole station without camera or GPU: the real tether, daemon and page, before them a virtual camera.

Only the camera is not real: libgphoto2's own virtual one, which takes photographs of drawn sheets. Everything behind
the cable is the product, started by the same commands with the same kind of configuration.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import yaml

from station.children import running
from station.errors import StationError
from station.virtual_camera import VirtualCamera

FRAME_BYTES = 12_000_000
"""Length of every file of the virtual camera, more than the largest drawn photograph."""
Draw = Callable[[int], tuple[bytes, str]]


def run(folder: Path, port: int, sheets: int, interval: float, draw: Draw, stop: threading.Event) -> None:
    """Until `stop` or `sheets` photographs (0: no end). Raises StationError when a part does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    inbox = folder / f"inbox-{time.strftime('%Y%m%d-%H%M%S')}"
    inbox.mkdir()
    config = folder / "station.yaml"
    config.write_text(yaml.safe_dump(configuration(inbox, port, interval), sort_keys=False))
    print(f"Demo station in {folder.resolve()}", flush=True)
    first = draw(0)
    camera = VirtualCamera(folder / f"camera-{os.getpid()}", FRAME_BYTES)
    camera.load(first[0])
    with running("run", config) as daemon, running("page", config) as page:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address + "livez", page, stop)
        print(f"\n  Open  {address}\n\n  Ctrl-C ends the demo.\n", flush=True)
        with running("tether", config, camera.environment) as cable:
            shoot(camera, inbox, draw, first, sheets, stop, (daemon, page, cable))


def configuration(inbox: Path, port: int, interval: float) -> dict[str, object]:
    """What a user would write for this station; left in the folder to look at."""
    return {
        "station": "demo",
        "inbox": inbox.name,
        "profile": "herbarium-sheet",
        "watch": {"patience_seconds": 3.0},
        "tether": {"interval_seconds": interval, "catch_up": False},
        "page": {"port": port},
        "alerts": {"log": {}},
    }


def shoot(
    camera: VirtualCamera,
    inbox: Path,
    draw: Draw,
    first: tuple[bytes, str],
    sheets: int,
    stop: threading.Event,
    parts: tuple[subprocess.Popen[bytes], ...],
) -> None:
    """Lay the next sheet under the camera whenever a photograph has arrived; the tether presses the shutter."""
    number, shot, coming = 0, first, draw(1)  # drawn one ahead: the next sheet lies ready when the shutter falls
    while not stop.is_set() and (sheets == 0 or number < sheets):
        for part in parts:
            if part.poll() is not None:
                raise StationError(f"A part of the demo ended by itself: {part.args!r}", "Read its log in the folder.")
        if len(_arrived(inbox)) <= number:
            stop.wait(0.05)
            continue
        camera.load(coming[0])
        print(f"  photograph {number + 1}: {shot[1]}", flush=True)
        number, shot = number + 1, coming
        coming = draw(number + 1)
    while sheets and not stop.is_set():
        stop.wait(0.2)


def _arrived(inbox: Path) -> list[Path]:
    return [p for p in inbox.iterdir() if not p.name.startswith(".")]


def _wait_for(address: str, page: subprocess.Popen[bytes], stop: threading.Event) -> None:
    for _ in range(300):
        if page.poll() is not None or stop.is_set():
            break
        try:
            if httpx.get(address, timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            stop.wait(0.1)
    if not stop.is_set():
        raise StationError("The page did not start.", "Is the port taken? Try `station demo --port 8322`.")
