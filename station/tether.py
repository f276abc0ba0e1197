"""Camera -> inbox: every new photograph is fetched over the cable and laid into the inbox whole.

A photograph is written under a hidden name, flushed to the disk and renamed, and then the folder is flushed; no
reader ever sees half of it, and a power cut leaves nothing or all of it. No file is ever overwritten: a name that is
taken gets "-1", "-2" ...; the files of one RAW+JPEG shot keep one stem. Whatever goes wrong is a TetherError that is
told, waited out and tried again for ever; what reached the card meanwhile is then fetched late.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

from pydantic import Field, field_validator

import station.settings
from station.camera import Camera, OnCamera
from station.errors import TetherError

_ATTEMPTS = 5


class Settings(station.settings.Settings):
    """How the camera is found and what happens to its photographs."""

    model: str = Field(default="", description="Part of the camera's name, e.g. `D750`; empty: the first camera found")
    port: str = Field(
        default="", description="USB port as `gphoto2 --auto-detect` shows it, e.g. `usb:001,005`; empty: any"
    )
    capture_target: Literal["as set", "memory card", "internal RAM"] = Field(
        default="as set",
        description="Where the camera keeps a new photograph; only on the card does it outlive a lost cable",
    )
    name: str = Field(
        default="{stem}", description="Name in the inbox before its suffix, made of {stem}, {folder}, {date}"
    )
    catch_up: bool = Field(default=True, description="After a pause, fetch what was stored on the card in the meantime")
    delete_after_download: bool = Field(
        default=False, description="Remove a photograph from the camera once it is safe here"
    )
    interval_seconds: float | None = Field(default=None, gt=0, description="Press the shutter this often; empty: never")
    retry_seconds: float = Field(
        default=1.0, gt=0, description="First pause before trying again; each further one is doubled"
    )
    retry_at_most_seconds: float = Field(default=15.0, gt=0, le=30, description="Longest pause before trying again")

    @field_validator("name")
    @classmethod
    def _a_plain_name(cls, name: str) -> str:
        try:
            made = name.format(stem="DSC_0001", folder="100ND750", date="20260131")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError("may only contain {stem}, {folder} and {date}") from error
        if "{stem}" not in name or "/" in made or "\0" in made or made.startswith("."):
            raise ValueError("must contain {stem}, no `/`, and must not begin with a dot")
        return name


def tether(
    inbox: Path,
    settings: Settings,
    *,
    stop: Event,
    tell: Callable[[str], None],
    beat: Callable[[], None] = lambda: None,
    received: Callable[[Path], None] = lambda _: None,
) -> None:
    """Bring the camera's photographs into `inbox` until `stop` is set; then returns within about a second.

    `tell` gets a sentence whenever the state changes. `beat` is called every second or so while the camera answers
    and before each new attempt; when it falls silent, the camera library hangs. `received` gets each photograph that
    lies whole in the inbox, before the camera is asked for the next one.
    """
    run = _Run(inbox, settings, stop, tell, beat, received)
    told, pause = "", settings.retry_seconds
    while not stop.is_set():
        beat()
        try:
            with contextlib.closing(Camera(settings.model, settings.port)) as camera:
                run.serve(camera)
        except TetherError as error:
            if run.brought or str(error) != told:
                told, pause, run.brought = str(error), settings.retry_seconds, False
                tell(f"{told} {error.remedy}")
            stop.wait(pause)
            pause = min(2 * pause, settings.retry_at_most_seconds)


class _Run:
    """What outlives a lost connection; `brought` says whether a photograph came since it was last set to False."""

    def __init__(
        self,
        inbox: Path,
        settings: Settings,
        stop: Event,
        tell: Callable[[str], None],
        beat: Callable[[], None],
        received: Callable[[Path], None],
    ) -> None:
        self._inbox, self._settings, self._stop = inbox, settings, stop
        self._tell, self._beat, self._received = tell, beat, received
        self._landing, self._fetched = _Landing(inbox, settings.name), _Fetched()
        self.brought = True

    def serve(self, camera: Camera) -> None:
        """Bring what was missed, then every file the camera reports; press the shutter when that is asked for."""
        if self._settings.capture_target != "as set":
            camera.keep_on(self._settings.capture_target)
        if self._settings.catch_up:
            for late in self._fetched.missed(camera.listing(), self._inbox, self._settings.name):
                self._bring(camera, late)
        every, due, greeted = self._settings.interval_seconds, time.monotonic(), False
        while not self._stop.is_set():
            self._beat()
            file = camera.next_file(self._stop)
            if file is not None:
                self._bring(camera, file)
            elif every is not None and time.monotonic() >= due:
                camera.press()
                due = max(due + every, time.monotonic())
            if not greeted:  # only now, after a whole turn went well
                self._tell(f"{camera.name} is connected at {camera.port}.")
                greeted = True

    def _bring(self, camera: Camera, file: OnCamera) -> None:
        try:
            content = camera.fetch(file)
        except TetherError:
            if self._fetched.is_hopeless(file):
                self._tell(f"{file.name} stays on the card: it could not be fetched in {_ATTEMPTS} attempts.")
            raise
        path = self._landing.land(file, content)
        self._fetched.add(file)
        self.brought = True
        self._tell(f"Received {path.name}.")
        self._received(path)
        if self._settings.delete_after_download:
            camera.delete(file)


class _Landing:
    """Gives names in the inbox and lays files there, whole or not at all."""

    def __init__(self, inbox: Path, template: str) -> None:
        self._inbox, self._template = inbox, template
        self._shot, self._stem = ("", ""), ""

    def land(self, file: OnCamera, content: bytes) -> Path:
        """Raises TetherError when the inbox cannot be written; nothing is left there then."""
        try:
            path = self._free_path(file)
            hidden = path.with_name(f".{path.name}.part")
            try:
                _write_through(hidden, content)
                hidden.rename(path)
            finally:
                hidden.unlink(missing_ok=True)
            _flush_folder(self._inbox)
        except OSError as error:
            raise TetherError(
                f"{file.name} cannot be stored in the inbox {self._inbox}: {error.strerror}.",
                "Free disk space, mount the folder, or give this account the right to write there; a photograph that "
                "lies on the camera's card is then fetched again.",
            ) from error
        return path

    def _free_path(self, file: OnCamera) -> Path:
        """RAW and JPEG of one shot share the stem that the first of them got."""
        name = Path(Path(file.name).name)
        shot, taken = (file.folder, name.stem), {path.stem for path in self._inbox.iterdir()}
        together = self._inbox / f"{self._stem}{name.suffix}"
        if shot == self._shot and not together.exists():
            return together
        wanted = _stem_for(file, self._template)
        names = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(1)))
        self._shot, self._stem = shot, next(name for name in names if name not in taken)
        return self._inbox / f"{self._stem}{name.suffix}"


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Makes a rename survive a power cut. Some network shares refuse this; there it is the server's business."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class _Fetched:
    """What has come from the camera so far, so that a lost cable or a restart loses no photograph.

    Missed is what is unknown and not older than the newest photograph known; both times are the camera's own, so its
    clock may be wrong. After a restart the inbox (name and size) tells what is known. Of a camera of which nothing
    is known yet, nothing was missed: the old photographs on its card are not ours to fetch. A file that the camera
    failed to deliver five times is left on the card, lest one bad file keep all others waiting.
    """

    known: set[tuple[str, str]] = field(default_factory=set)
    newest: int | None = None
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, file: OnCamera) -> None:
        self.known.add((file.folder, file.name))
        self.newest = max(file.mtime, self.newest or 0)

    def is_hopeless(self, file: OnCamera) -> bool:
        """Counts one more failure; true when it was the last attempt."""
        self.failed[file.folder, file.name] += 1
        return self.failed[file.folder, file.name] >= _ATTEMPTS

    def missed(self, listing: list[OnCamera], inbox: Path, template: str) -> list[OnCamera]:
        """Oldest first."""
        ours = [file for file in listing if _lies_in(inbox, file, template)]
        if self.newest is None and not ours:
            self.newest, ours = 0, listing
        for file in ours:
            self.add(file)
        since = self.newest or 0
        hopeless = {key for key, times in self.failed.items() if times >= _ATTEMPTS}
        late = [f for f in listing if f.mtime >= since and (f.folder, f.name) not in self.known | hopeless]
        return sorted(late, key=lambda file: (file.mtime, file.folder, file.name))


def _stem_for(file: OnCamera, template: str) -> str:
    """The name in the inbox, without suffix, that a file of the camera is given."""
    return template.format(
        stem=Path(Path(file.name).name).stem,
        folder=file.folder.rsplit("/", 1)[-1],
        date=time.strftime("%Y%m%d", time.gmtime(file.mtime or time.time())),
    )


def _lies_in(inbox: Path, file: OnCamera, template: str) -> bool:
    try:
        return (inbox / f"{_stem_for(file, template)}{Path(file.name).suffix}").stat().st_size == file.bytes
    except OSError:
        return False
