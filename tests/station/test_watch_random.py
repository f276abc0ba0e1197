"""The watcher against whatever a camera, a copying program or a person may do to the inbox."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from station.types import Stamp
from station.watch import Settings, watch

END = b"END"
PATIENCE = 0.6

name = st.sampled_from(["a.jpg", "b.jpg", "c.tif", "s/d.jpg", "s/e.png"])
what = st.sampled_from(["write", "tear", "tear", "mend", "place", "rename", "rename", "remove", "pause"])


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Camera(threading.Thread):
    """Carries out the steps. Remembers every whole content, and every torn one that lay there for long."""

    def __init__(self, inbox: Path, steps: list[tuple[str, str, str]]) -> None:
        super().__init__()
        self.inbox = inbox
        self.steps = steps
        self.fit: set[str] = set()
        self.torn: dict[Path, float] = {}
        self.serial = 0

    def run(self) -> None:
        for step, file, other in self.steps:
            self.step(step, self.inbox / file, self.inbox / other)

    def step(self, step: str, file: Path, other: Path) -> None:
        match step:
            case "write":
                self.end_of(file)
                file.write_bytes(self.whole())
            case "tear":
                self.end_of(file)
                file.write_bytes(self.whole()[: -len(END)])
                self.torn[file] = time.monotonic()
            case "mend" if file in self.torn:
                content = file.read_bytes() + END
                self.fit.add(digest(content))
                self.end_of(file)
                with file.open("ab") as writer:
                    writer.write(END)
            case "place":
                (self.inbox / ".hidden").write_bytes(self.whole())
                self.end_of(file)
                (self.inbox / ".hidden").rename(file)
            case "rename" if file.exists() and file != other:
                self.end_of(other)
                if file in self.torn:
                    self.torn[other] = self.torn.pop(file)
                file.rename(other)
            case "remove":
                self.end_of(file)
                file.unlink(missing_ok=True)
            case "pause":
                time.sleep(0.05)

    def whole(self) -> bytes:
        """A content that never was, of a length that never was."""
        self.serial += 1
        content = b"x" * self.serial + END
        self.fit.add(digest(content))
        return content

    def end_of(self, file: Path) -> None:
        """What lies there is about to go; if it was torn and had lain for long, it may have been handed over."""
        since = self.torn.pop(file, None)
        if since is not None and time.monotonic() - since >= PATIENCE:
            self.fit.add(digest(file.read_bytes()))

    def left(self) -> dict[tuple[Path, Stamp], str]:
        """(path, stamp) -> hash of every file in the end, whole or torn."""
        files = [file for file in self.inbox.rglob("*") if file.is_file() and not file.name.startswith(".")]
        return {(file, Stamp.of(file.stat())): digest(file.read_bytes()) for file in files}


@given(st.lists(st.tuples(what, name, name), min_size=1, max_size=25), st.booleans())
@settings(max_examples=8, deadline=None)
def test_every_photograph_once_and_whole(steps: list[tuple[str, str, str]], poll: bool) -> None:
    """However writes, renamings and removals follow each other: what lies there in the end was handed over exactly
    once, with its own hash, and nothing half-written ever was before patience with it was over."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        (inbox / "s").mkdir()
        stop, camera = threading.Event(), Camera(inbox, steps)
        seen: dict[tuple[Path, Stamp], str] = {}
        times: Counter[tuple[Path, Stamp]] = Counter()
        knobs = Settings(settle_seconds=0.2, patience_seconds=PATIENCE, poll_seconds=0.05, poll=poll)
        camera.start()
        deadline = time.monotonic() + 20
        for sighting in watch(
            inbox,
            knobs,
            knows=lambda path, stamp: (Path(os.fsdecode(path)), stamp) in seen,
            is_whole=lambda path: path.read_bytes().endswith(END),
            stop=stop,
        ):
            if sighting.capture is not None:
                seen[sighting.capture.path, sighting.capture.stamp] = sighting.capture.sha256
                times[sighting.capture.path, sighting.capture.stamp] += 1
            if not camera.is_alive() and camera.left().keys() <= seen.keys() and not stop.is_set():
                threading.Timer(0.15, stop.set).start()
            assert time.monotonic() < deadline, (camera.left(), seen)
        camera.join()
        left = camera.left()
        assert left.items() <= seen.items()
        assert set(times.values()) <= {1}
        assert set(seen.values()) <= camera.fit | set(left.values())


def test_a_file_that_may_not_be_read() -> None:
    """It is handed over without a hash, so that a verdict can say so, and the next photograph is not held up."""
    script = """if True:
        import os, sys, threading
        from pathlib import Path
        import watchdog.observers.inotify
        from station.watch import Settings, watch
        if os.geteuid() == 0:
            os.setgroups([]); os.setgid(54321); os.setuid(54321)
        stop, seen = threading.Event(), {}
        knobs = Settings(settle_seconds=0.1, patience_seconds=0.4)
        for sighting in watch(Path(sys.argv[1]), knobs, knows=lambda *_: False, is_whole=lambda _: True, stop=stop):
            if sighting.capture:
                assert len(sighting.capture.id) == 16
                seen[sighting.capture.path.name] = bool(sighting.capture.sha256)
            if len(seen) == 2:
                stop.set()
        assert seen == {"open.jpg": True, "locked.jpg": False} and list(seen) == ["open.jpg", "locked.jpg"], seen
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "locked.jpg").write_bytes(END)
        (Path(folder) / "locked.jpg").chmod(0o000)
        (Path(folder) / "open.jpg").write_bytes(END)
        subprocess.run([sys.executable, "-c", script, folder], check=True, timeout=60)
