"""A station without a camera: real records in SQLite, real pictures on disk, a pulse that can be stopped; and the page
as a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
from fastapi import FastAPI

from station.stores import sqlite
from station.types import Box, Capture, Engine, Finding, Outcome, Policy, Pulse, Record, Region, Stamp, Verdict, worst

ENGINE = Engine("herbarium-sheet", "ab" * 32, "onnxruntime", "fp32", "1.23")
SIZE_PX = (1200, 1800)
WHERE = Box(100, 200, 300, 150)
SERVE = """
import sys
from pathlib import Path
from station.page.app import serve
from station.page.settings import Settings
from station.people import Book
from station.revisions import Revisions
from station.stores import sqlite
root = Path(sys.argv[1])
store = sqlite.build(sqlite.Settings(), root)
book = Book(root / "people.sqlite")
config = root / "station.yaml"
revisions = Revisions(config if config.exists() else None, root / "settings")
settings, ready = Settings(port=int(sys.argv[2])), lambda: print("ready", flush=True)
serve(settings, "stand-1", store, root / "previews", book, revisions, ready=ready)
print("ended", flush=True)
"""


def finding(outcome: Outcome, message: str = "The label is blurred.", where: Box | None = WHERE) -> Finding:
    """One finding of label_sharpness."""
    return Finding("label_sharpness", "blurred", outcome, message, "Refocus.", 4.2, 2.5, "px", where)


@dataclass
class Station:
    """The daemon's side of the records. `pulse` holds what the next beats say."""

    root: Path
    pulse: dict[str, object] = field(default_factory=dict)
    beating: bool = True
    number: int = 0

    def __post_init__(self) -> None:
        self.store = sqlite.build(sqlite.Settings(), self.root, writer="stand-1")

    @property
    def previews(self) -> Path:
        return self.root / "previews"

    def beat(self, at: str = "stand-1") -> None:
        self.store.pulse(Pulse(datetime.now(UTC), at, engine=ENGINE, **self.pulse))  # type: ignore[arg-type]

    def shoot(
        self,
        outcome: Outcome = Outcome.PASS,
        *,
        findings: tuple[Finding, ...] | None = None,
        specimen: tuple[str, ...] | None = None,
        pictures: bool | bytes = True,
        policy: Policy = Policy.BLOCK,
        at: str = "stand-1",
    ) -> Record:
        """One capture with its pictures (False: none; bytes: these instead of a JPEG), recorded; `policy` is for FAIL.
        Without `specimen` it has a number of its own. `at`: the station and its rig."""
        self.number += 1
        sha256 = hashlib.sha256(f"{self.root}{self.number}".encode()).hexdigest()
        path = Path(f"/inbox/sheet-{self.number:04}.jpg")
        capture = Capture(sha256[:16], path, sha256, datetime.now(UTC), 1, Stamp(1, self.number, 1, 1))
        found = (finding(outcome),) if findings is None else findings
        corners = np.array([[100, 200], [400, 200], [400, 350], [100, 350]], dtype=np.float32)
        verdict = Verdict(
            capture=capture,
            profile="herbarium-sheet",
            rig=at,
            size_px=SIZE_PX,
            specimen=(f"E{self.number:08}",) if specimen is None else specimen,
            findings=found,
            measures={"skew_deg": 0.2},
            regions=(Region("label", corners, 45_000.0, 0.97),),
            engine=ENGINE,
            config_digest="cd" * 32,
            software="0.1.0",
            seconds={"decode": 0.1, "total": 0.4},
            policy=policy if worst(found) is Outcome.FAIL else Policy.INFORM,
        )
        if pictures is not False:
            self._write_pictures(capture.id, b"" if pictures is True else pictures)
        thumb = self.previews / capture.id[:2] / capture.id / "thumb.jpg"
        record = self.store.add(verdict, at, thumb.read_bytes() if thumb.exists() else None)
        assert record is not None
        return record

    def _write_pictures(self, capture_id: str, instead: bytes) -> None:
        folder = self.previews / capture_id[:2] / capture_id
        folder.mkdir(parents=True)
        for name, size in (("photo", (600, 900)), ("thumb", (100, 150)), ("crop-0", (300, 150))):
            image = np.full((size[1], size[0], 3), 200, np.uint8)
            encoded = cv2.imencode(".jpg", image)[1].tobytes()
            (folder / f"{name}.jpg").write_bytes(instead or encoded)


@contextmanager
def running_station(root: Path) -> Iterator[Station]:
    """A station whose pulse beats until the end."""
    station, stop = Station(root), threading.Event()

    def beat() -> None:
        while not stop.wait(0.2):
            if station.beating:
                station.beat()

    station.beat()
    heart = threading.Thread(target=beat)
    heart.start()
    try:
        yield station
    finally:
        stop.set()
        heart.join()
        station.store.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def page_process(root: Path, port: int | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page as a process of its own, and its address."""
    port = port or free_port()
    command = [sys.executable, "-c", SERVE, str(root), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def ask(app: FastAPI, path: str, method: str = "GET", **request: Any) -> httpx.Response:
    """The answer of an application without a server; `request` goes to httpx."""

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8321") as client:
            return await client.request(method, path, **request)

    return asyncio.run(asked())
