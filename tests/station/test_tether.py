"""The tether, on libgphoto2's own virtual camera in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pydantic
import pytest

from station.tether import Settings
from station.virtual_camera import padded

FRAME_BYTES = 2_000_000
CHILD = Path(__file__).with_name("tethering.py")
CARD = Path("DCIM", "100NIKON")


@dataclass
class Tethered:
    """A running tether: its folders, and what it has told so far."""

    folder: Path
    process: subprocess.Popen[str] = field(init=False)
    told: list[str] = field(default_factory=list)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def camera(self) -> Path:
        return self.folder / "camera"

    def start(self, pictures: int = 1, file_limit: int = 0, **settings: Any) -> None:
        lens = self.folder / "pictures"
        lens.mkdir()
        for number in range(pictures):
            (lens / f"{number:02}").write_bytes(picture(number))
        task = {"inbox": str(self.inbox), "camera": str(self.camera), "frame_bytes": FRAME_BYTES, "settings": settings}
        task |= {"pictures": str(lens), "file_limit": file_limit}
        command = [sys.executable, "-W", "error", str(CHILD), json.dumps(task)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def until(self, part: str) -> str:
        """Read on until a sentence with `part` is told; the test's time-out is the limit."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))
            if part in self.told[-1]:
                return self.told[-1]
        pytest.fail(f"ended without telling {part!r}: {self.told}")

    def unplug(self) -> Path:
        """Empty the camera, so that nothing can be taken or fetched; returns where its card lies meanwhile."""
        away = self.folder / "away"
        (self.camera / CARD).rename(away)
        self.until("Check that its card is not full")
        return away

    def plug_in(self) -> None:
        (self.folder / "away").rename(self.camera / CARD)

    def end(self) -> None:
        """Ask it to stop and wait until it has."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def photographs(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


def picture(number: int) -> bytes:
    """A JPEG by its first bytes, all different and not compressible."""
    return b"\xff\xd8" + Random(number).randbytes(1000) + b"\xff\xd9"


def frame(number: int) -> bytes:
    """The same as the virtual camera delivers it."""
    return padded(picture(number), FRAME_BYTES)


@pytest.fixture
def tethered(tmp_path: Path) -> Iterator[Tethered]:
    """A tether that a test starts when its folders are as it wants them."""
    run = Tethered(tmp_path)
    run.inbox.mkdir()
    yield run
    run.end()


def test_every_picture_arrives_whole_and_unchanged(tethered: Tethered) -> None:
    """Whatever name is visible in the inbox at any moment holds all the bytes the camera sent."""
    tethered.start(pictures=6, interval_seconds=0.01)
    expected = {frame(number) for number in range(6)}
    seen: set[str] = set()
    while len(seen) < 6:
        for path in tethered.inbox.glob("[!.]*"):
            if path.name not in seen:
                assert path.read_bytes() in expected
                seen.add(path.name)
    names = [f"GPH_{number:04}.JPG" for number in range(99, 111, 2)]
    for number, name in enumerate(names):
        assert (tethered.inbox / name).read_bytes() == frame(number)


def test_a_photograph_that_lies_there_already_is_never_overwritten(tethered: Tethered) -> None:
    """A name that is taken gets a number, and the older photograph keeps its content."""
    (tethered.inbox / "GPH_0099.JPG").write_bytes(b"older")
    (tethered.inbox / "GPH_0099-1.JPG").write_bytes(b"old")
    tethered.start(interval_seconds=60)
    tethered.until("Received GPH_0099-2.JPG")
    assert tethered.photographs()["GPH_0099.JPG"] == b"older"
    assert tethered.photographs()["GPH_0099-1.JPG"] == b"old"
    assert tethered.photographs()["GPH_0099-2.JPG"] == frame(0)


def test_a_camera_that_vanishes_is_told_and_tried_again(tethered: Tethered) -> None:
    """The loss is told once with a remedy, and photographs come again when the camera is back."""
    tethered.start(interval_seconds=0.01)
    tethered.until("Received")
    tethered.unplug()
    tethered.plug_in()
    tethered.until("is connected")
    tethered.until("Received")
    assert all(content == frame(0) for content in tethered.photographs().values())


def test_what_reached_the_card_while_the_camera_was_away_is_fetched(tethered: Tethered) -> None:
    """A photograph taken while the cable was out arrives after the connection is back."""
    tethered.start(interval_seconds=0.01)
    tethered.until("Received")
    (tethered.unplug() / "LATE.JPG").write_bytes(frame(7))
    tethered.plug_in()
    tethered.until("Received LATE.JPG")
    assert tethered.photographs()["LATE.JPG"] == frame(7)


def test_raw_and_jpeg_of_one_shot_keep_one_stem(tethered: Tethered) -> None:
    """When the stem is taken by an older photograph, both files of the new shot move aside together."""
    (tethered.inbox / "DSC.JPG").write_bytes(b"older")
    tethered.start(interval_seconds=0.01)
    tethered.until("Received")
    card = tethered.unplug()
    (card / "DSC.JPG").write_bytes(frame(1))
    (card / "DSC.DNG").write_bytes(frame(2))
    tethered.plug_in()
    tethered.until("Received DSC-1.")
    tethered.until("Received DSC-1.")
    photographs = tethered.photographs()
    assert (photographs["DSC-1.JPG"], photographs["DSC-1.DNG"]) == (frame(1), frame(2))
    assert photographs["DSC.JPG"] == b"older"


def test_a_file_that_cannot_be_fetched_does_not_hold_up_the_others(tethered: Tethered) -> None:
    """After five attempts it is told to stay on the card, and the next photographs come."""
    tethered.start(interval_seconds=0.01)
    tethered.until("Received")
    (tethered.unplug() / "A.NEF").write_bytes(b"of a kind the virtual camera cannot deliver")
    tethered.plug_in()
    tethered.until("A.NEF could not be fetched")
    tethered.until("A.NEF stays on the card")
    tethered.until("Received GPH")


def test_old_photographs_on_the_card_are_left_alone(tethered: Tethered) -> None:
    """The first connection fetches nothing that nobody took for this station."""
    tethered.start()
    tethered.until("is connected")
    assert tethered.photographs() == {}


def test_a_restart_goes_on_where_the_inbox_ends(tethered: Tethered) -> None:
    """A new process knows by the inbox what came before it, and fetches what is newer on the card."""
    (tethered.inbox / "FILM.JPG").write_bytes(bytes(FRAME_BYTES))
    tethered.start(name="{folder}-{stem}", interval_seconds=60)
    tethered.until("Received 100GPHOT-GPH_0099.JPG")
    assert set(tethered.photographs()) == {"FILM.JPG", "100GPHOT-GPH_0099.JPG"}


def test_an_inbox_that_is_missing_is_told_and_waited_for(tethered: Tethered) -> None:
    """A share that is not mounted stops nothing for good, and no folder is made in its place."""
    tethered.inbox.rmdir()
    tethered.start(interval_seconds=0.01)
    assert "mount the folder" in tethered.until("cannot be stored in the inbox")
    assert not tethered.inbox.exists()
    tethered.inbox.mkdir()
    tethered.until("Received")


def test_a_full_disk_leaves_nothing_behind(tethered: Tethered) -> None:
    """When a photograph does not fit, it is told, and neither a part of it nor a hidden file stays."""
    tethered.start(interval_seconds=0.01, file_limit=FRAME_BYTES - 1)
    assert "Free disk space" in tethered.until("cannot be stored in the inbox")
    tethered.end()
    assert list(tethered.inbox.iterdir()) == []


def test_a_camera_of_another_name_is_not_taken(tethered: Tethered) -> None:
    """With a model asked for, other cameras are named but left alone."""
    tethered.start(model="EOS 5DS")
    assert "Nikon DSC D750" in tethered.until("is not there")


def test_the_capture_target_is_set_and_photographs_are_removed_when_asked(tethered: Tethered) -> None:
    """Both ways of treating the card work on the camera and lose nothing."""
    tethered.start(pictures=2, interval_seconds=0.01, capture_target="memory card", delete_after_download=True)
    tethered.until("GPH_0101.JPG")
    assert tethered.photographs()["GPH_0099.JPG"] == frame(0)
    assert tethered.photographs()["GPH_0101.JPG"] == frame(1)


@pytest.mark.parametrize("name", ["", "{date}", "../{stem}", ".{stem}", "{stem}{shoe}", "{stem", "{stem.real}\0"])
def test_a_name_that_makes_no_plain_file_name_is_refused(name: str) -> None:
    """The template must give each photograph its own visible name inside the inbox."""
    with pytest.raises(pydantic.ValidationError):
        Settings(name=name)


def test_ending_is_clean(tethered: Tethered) -> None:
    """After a request to stop the process ends by itself with status 0."""
    tethered.start()
    tethered.until("is connected")
    tethered.end()
    assert tethered.process.returncode == 0
