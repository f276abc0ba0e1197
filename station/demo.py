"""A whole station without camera or GPU: the real tether, daemon and page, before them a virtual camera.

Only the camera is not real: libgphoto2's own virtual one, which takes photographs of drawn sheets or slides. Everything
behind the cable is the product, started by the same commands with the same kind of configuration.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import yaml

from station.children import running
from station.errors import StationError
from station.virtual_camera import VirtualCamera

FRAME_BYTES = 12_000_000
"""Length of every file of the virtual camera, more than the largest drawn photograph."""
Draw = Callable[[int], tuple[bytes, str]]


def run(
    folder: Path, port: int, sheets: int, interval: float, draw: Draw, stop: threading.Event,
    profile: str = "herbarium-sheet",
) -> None:  # fmt: skip
    """Until `stop`; the camera rests after `sheets` photographs (0: never). Raises StationError when a part does not
    start. Each run has a folder of its own below `folder`, so that the next one begins with an empty page."""
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=folder)).resolve()
    inbox, config = home / "inbox", home / "station.yaml"
    inbox.mkdir()
    config.write_text(yaml.safe_dump(configuration(inbox, port, interval, profile), sort_keys=False))
    print(f"Demo station in {home}", flush=True)
    first = draw(0)
    with tempfile.TemporaryDirectory(prefix="camera-") as card:
        camera = VirtualCamera(Path(card) / "card", FRAME_BYTES)
        camera.load(first[0])
        with running("run", config) as daemon, running("page", config) as page:
            address = f"http://127.0.0.1:{port}/"
            _wait_for(address + "livez", page, stop)
            print(f"\n  Open  {address}\n\n  Ctrl-C ends the demo.\n", flush=True)
            with running("tether", config, camera.environment) as cable:
                shoot(camera, inbox, draw, first, sheets, stop, {"daemon": daemon, "page": page, "tether": cable})
            while not stop.is_set():
                stop.wait(0.2)
                _all_alive({"daemon": daemon, "page": page})
            daemon.terminate()  # all at once: each then has its time to end


def configuration(inbox: Path, port: int, interval: float, profile: str = "herbarium-sheet") -> dict[str, object]:
    """What a user would write for this station; left in the folder to look at."""
    return {
        "station": "demo",
        "inbox": inbox.name,
        "profile": profile,
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
    parts: Mapping[str, subprocess.Popen[bytes]],
) -> None:
    """Lay the next sheet under the camera whenever a photograph has arrived; the tether presses the shutter."""
    number, arrived, shot, coming = 0, 0, first, draw(1)  # drawn one ahead: it lies ready when the shutter falls
    while not stop.is_set():
        _all_alive(parts)
        if (now := len(_arrived(inbox))) == arrived:
            stop.wait(0.05)
            continue
        arrived, number = now, number + 1  # two at once: the same sheet was taken twice and is judged once
        print(f"  photograph {number}: {shot[1]}", flush=True)
        if number == sheets:
            print(f"  That was the last of {sheets}. The page stays open until Ctrl-C.", flush=True)
            return
        camera.load(coming[0])
        shot, coming = coming, draw(number + 1)


def _all_alive(parts: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for name, part in parts.items():
        if part.poll() is not None:
            raise StationError(f"The {name} of the demo ended by itself.", f"Read {name}.log in the demo's folder.")


def _arrived(inbox: Path) -> list[Path]:
    return [p for p in inbox.iterdir() if not p.name.startswith(".")]


def _wait_for(address: str, page: subprocess.Popen[bytes], stop: threading.Event) -> None:
    for _ in range(1200):  # two minutes: on a busy computer the page needs more than half of one
        if page.poll() is not None or stop.is_set():
            break
        try:
            if httpx.get(address, timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            stop.wait(0.1)
    if not stop.is_set():
        raise StationError("The page did not start.", "Is the port taken? Try `station demo --port 8322`.")
