"""A tether in a process of its own, with the virtual camera: gphoto2 looks for VCAMERADIR once, when imported.

Argument: JSON with `inbox`, `camera`, `frame_bytes`, `settings`, `pictures` (a folder whose files are laid under the
lens one after the other, the last one for ever) and `file_limit` (bytes a file may have, as a full disk would do).
Prints one JSON string for each sentence told. SIGINT ends it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
from pathlib import Path

from station.tether import Settings, tether
from station.virtual_camera import VirtualCamera


def main() -> None:
    """Tether until SIGINT."""
    task = json.loads(sys.argv[1])
    camera = VirtualCamera(Path(task["camera"]), task["frame_bytes"])
    os.environ.update(camera.environment)
    pictures = iter(sorted(Path(task["pictures"]).iterdir()))

    def lay_next(_: Path | None = None) -> None:
        picture = next(pictures, None)
        if picture is not None:
            camera.load(picture.read_bytes())

    lay_next()
    if task["file_limit"]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (task["file_limit"], resource.RLIM_INFINITY))
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    settings = Settings.model_validate({"retry_seconds": 0.1, "retry_at_most_seconds": 0.2, **task["settings"]})
    tether(Path(task["inbox"]), settings, stop=stop, tell=_print, received=lay_next)


def _print(sentence: str) -> None:
    sys.stdout.write(json.dumps(sentence) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
