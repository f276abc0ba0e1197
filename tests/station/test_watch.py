"""The watcher on real files and real notices: every photograph whole, once, and never a false "deleted"."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from station.types import Capture, Sighting, Stamp
from station.watch import Settings, watch

END = b"END"
QUICK = {"settle_seconds": 0.2, "patience_seconds": 0.6, "pair_seconds": 0.4, "poll_seconds": 0.1}


def is_whole(path: Path) -> bool:
    """The format of these tests ends with END."""
    return path.read_bytes().endswith(END)


class Station:
    """A consumer on a thread of its own: takes every Sighting and keeps a ledger as the store does."""

    def __init__(self, inbox: Path, ledger: set[tuple[bytes, Stamp]], **settings: object) -> None:
        self.sightings: list[Sighting] = []
        self.times: list[float] = []
        self.ledger = ledger
        self.is_whole: Callable[[Path], bool] = is_whole
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(inbox, Settings.model_validate(QUICK | settings)))

    def _run(self, inbox: Path, settings: Settings) -> None:
        def knows(path: bytes, stamp: Stamp) -> bool:
            return (path, stamp) in self.ledger

        for sighting in watch(inbox, settings, knows=knows, is_whole=lambda path: self.is_whole(path), stop=self._stop):
            if sighting.capture is not None and sighting.capture.sha256:
                self.ledger.add((os.fsencode(sighting.capture.path), sighting.capture.stamp))
            with self._changed:
                self.sightings.append(sighting)
                self.times.append(time.monotonic())
                self._changed.notify_all()

    def __enter__(self) -> Station:
        self._thread.start()
        self.until(lambda: self.sightings)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def until(self, met: Callable[[], object]) -> None:
        """Wait until `met`, asked after every Sighting."""
        with self._changed:
            assert self._changed.wait_for(met, timeout=20), self.sightings[-5:]

    def quiet(self, seconds: float = 0.5) -> None:
        """Let the watcher look around for so long."""
        time.sleep(seconds)

    @property
    def captures(self) -> list[Capture]:
        return [sighting.capture for sighting in self.sightings if sighting.capture is not None]

    @property
    def names(self) -> list[str]:
        return [capture.path.name for capture in self.captures]

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]


Open = Callable[..., Station]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def station(inbox: Path) -> Open:
    """Opens stations on one inbox, one after the other, all with the ledger that survives a restart."""
    ledger: set[tuple[bytes, Stamp]] = set()
    return lambda **settings: Station(inbox, ledger, **settings)


@pytest.mark.parametrize("poll", [False, True])
def test_a_slow_writer_is_waited_for(inbox: Path, station: Open, poll: bool) -> None:
    """A file written in pieces is told as arriving and handed over once, whole, with its hash."""
    with station(poll=poll, patience_seconds=30) as it:
        with (inbox / "a.jpg").open("wb") as writer:
            for piece in range(6):
                writer.write(b"piece %d" % piece)
                writer.flush()
                time.sleep(0.1)
            it.until(lambda: it.last.arriving == ("a.jpg",))
            writer.write(END)
        it.until(lambda: it.captures)
        it.quiet()
    content = (inbox / "a.jpg").read_bytes()
    [capture] = it.captures
    assert (capture.path, capture.sha256) == (inbox / "a.jpg", hashlib.sha256(content).hexdigest())
    assert (capture.stamp, capture.bytes) == (Stamp.of((inbox / "a.jpg").stat()), len(content))
    assert capture.seen_at.utcoffset() == timedelta(0)
    assert it.last == Sighting(None)


@pytest.mark.parametrize("poll", [False, True])
def test_renaming_into_place(inbox: Path, station: Open, poll: bool) -> None:
    """The tether's way: a hidden name is never looked at, the final one is handed over once."""
    with station(poll=poll) as it:
        for number in range(3):
            (inbox / ".hidden.tmp").write_bytes(b"%d" % number + END)
            (inbox / ".hidden.tmp").rename(inbox / f"{number}.jpg")
        it.until(lambda: len(it.captures) == 3)
        it.quiet()
    assert sorted(it.names) == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_closed_file_does_not_wait_to_settle(inbox: Path, station: Open) -> None:
    """The notice of the close is enough; without it this would take a minute."""
    with station(settle_seconds=60, patience_seconds=60) as it:
        (inbox / "a.jpg").write_bytes(END)
        (inbox / ".b").write_bytes(END)
        (inbox / ".b").rename(inbox / "b.jpg")
        it.until(lambda: len(it.captures) == 2)


def test_catching_up_oldest_first_and_only_once(inbox: Path, station: Open) -> None:
    """Photographs that came while the station was down are judged at start in their order; a restart repeats none."""
    (inbox / "session").mkdir()
    for age, name in enumerate(["new.jpg", "session/middle.tif", "old.png"]):
        (inbox / name).write_bytes(END)
        os.utime(inbox / name, (1e9 - age, 1e9 - age))
    with station() as first:
        first.until(lambda: len(first.captures) == 3)
    assert first.names == ["old.png", "middle.tif", "new.jpg"]
    assert [sighting.waiting for sighting in first.sightings if sighting.capture] == [2, 1, 0]
    (inbox / "newest.jpg").write_bytes(b"more" + END)
    with station() as second:
        second.until(lambda: second.captures)
        second.quiet()
    assert second.names == ["newest.jpg"]


def test_a_store_that_is_down_does_not_repeat_captures(inbox: Path) -> None:
    """What was handed over is not handed over again by this process, though the ledger never learns of it."""

    class Down(set[tuple[bytes, Stamp]]):
        def add(self, _: tuple[bytes, Stamp]) -> None:
            pass

    with Station(inbox, Down(), poll=True) as it:
        (inbox / "a.jpg").write_bytes(END)
        it.until(lambda: it.captures)
        (inbox / "b.jpg").write_bytes(END)
        it.until(lambda: len(it.captures) == 2)
        it.quiet()
    assert it.names == ["a.jpg", "b.jpg"]


def test_a_changed_photograph_is_a_new_one(inbox: Path, station: Open) -> None:
    """Overwriting a judged file with another photograph hands the other one over."""
    with station() as it:
        (inbox / "a.jpg").write_bytes(b"first" + END)
        it.until(lambda: len(it.captures) == 1)
        (inbox / "a.jpg").write_bytes(b"second" + END)
        it.until(lambda: len(it.captures) == 2)
        (inbox / "a.jpg").rename(inbox / "b.jpg")
        it.until(lambda: len(it.captures) == 3)
        it.quiet()
    first, second, renamed = it.captures
    assert first.id != second.id == renamed.id
    assert renamed.path.name == "b.jpg"


@pytest.mark.parametrize("poll", [False, True])
def test_the_inbox_disappears_and_returns(inbox: Path, station: Open, poll: bool) -> None:
    """That is an alarm with a remedy, no deletion; what was judged is not judged again, what is new is."""
    with station(poll=poll) as it:
        (inbox / "a.jpg").write_bytes(END)
        it.until(lambda: it.captures)
        inbox.rename(inbox.with_name("away"))
        it.until(lambda: it.last.problem is not None)
        assert "Mount its share" in str(it.last.problem)
        (inbox.with_name("away") / "b.jpg").write_bytes(b"b" + END)
        inbox.with_name("away").rename(inbox)
        it.until(lambda: it.last.problem is None and len(it.captures) == 2)
        (inbox / "c.jpg").write_bytes(b"c" + END)
        it.until(lambda: len(it.captures) == 3)
        it.quiet()
    assert it.names == ["a.jpg", "b.jpg", "c.jpg"]


def test_raw_before_its_jpeg(inbox: Path, station: Open) -> None:
    """The RAW file waits for its JPEG and then accompanies it, with the side-car."""
    with station(pair_seconds=30) as it:
        (inbox / "a.CR3").write_bytes(END)
        (inbox / "a.CR3.xmp").write_bytes(b"<xmp/>")
        it.until(lambda: it.last.arriving == ("a.CR3",))
        (inbox / "a.JPG").write_bytes(b"jpeg" + END)
        it.until(lambda: it.captures)
        it.quiet()
    [capture] = it.captures
    assert (capture.path.name, [path.name for path in capture.companions]) == ("a.JPG", ["a.CR3", "a.CR3.xmp"])


def test_raw_after_its_jpeg(inbox: Path, station: Open) -> None:
    """A RAW file that comes late is no new capture, not even when the JPEG is taken away, nor after a restart."""
    with station(pair_seconds=0) as it:
        (inbox / "a.jpg").write_bytes(END)
        it.until(lambda: it.captures)
        (inbox / "a.nef").write_bytes(b"raw" + END)
        it.quiet()
    with station(pair_seconds=0) as again:
        again.quiet()
        (inbox / "a.jpg").unlink()
        (inbox / "b.jpg").write_bytes(b"b" + END)
        again.until(lambda: again.captures)
        again.quiet()
    assert (it.names, again.names) == (["a.jpg"], ["b.jpg"])


def test_raw_alone_and_side_car_alone(inbox: Path, station: Open) -> None:
    """A RAW file without a JPEG is handed over after its wait; a side-car without a photograph never is."""
    (inbox / "x.xmp").write_bytes(END)
    with station() as it:
        (inbox / "a.nef").write_bytes(END)
        it.until(lambda: it.captures)
        it.quiet()
    assert it.names == ["a.nef"]
    assert it.last.arriving == ()


@pytest.mark.parametrize("content", [b"", b"half a photograph"])
def test_patience_ends(inbox: Path, station: Open, content: bytes) -> None:
    """An empty or torn file is told as arriving and, after a while without growth, handed over as it is, once."""
    with station() as it:
        (inbox / "torn.jpg").write_bytes(content)
        it.until(lambda: it.last.arriving == ("torn.jpg",))
        (inbox / "good.jpg").write_bytes(END)
        it.until(lambda: len(it.captures) == 2)
        it.quiet()
    assert sorted(it.names) == ["good.jpg", "torn.jpg"]
    assert it.captures[it.names.index("torn.jpg")].sha256 == hashlib.sha256(content).hexdigest()


def test_strange_names_and_things(inbox: Path, station: Open) -> None:
    """Names that are no UTF-8 or hold a newline work; a FIFO is never opened; folders and broken links are passed."""
    os.mkfifo(inbox / "fifo.jpg")
    (inbox / "broken.jpg").symlink_to("nowhere")
    (inbox / "folder.jpg").mkdir()
    names = [b"a b.jpg", b"line\nbreak.jpg", b"\xff\xfe.jpg"]
    with station() as it:
        for number, name in enumerate(names):
            Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_bytes(b"%d" % number + END)
        it.until(lambda: len(it.captures) == 3)
    assert sorted(os.fsencode(capture.path.name) for capture in it.captures) == sorted(names)


def test_signs_of_life_while_the_disk_hangs(inbox: Path, station: Open) -> None:
    """A read that does not come back (a dead share) stops neither the Sightings nor the end of the watch."""
    hang = threading.Event()
    with station() as it:
        it.is_whole = lambda path: hang.wait(30)
        (inbox / "a.jpg").write_bytes(END)
        it.until(lambda: it.last.problem is not None)
        assert "has not answered" in str(it.last.problem)
    assert max(later - sooner for sooner, later in zip(it.times, it.times[1:], strict=False)) < 5
    hang.set()


def test_originals_stay_as_they_are(inbox: Path, station: Open) -> None:
    """Read-only files in a read-only folder are judged, and nothing about them changes."""
    (inbox / "a.jpg").write_bytes(END)
    (inbox / "a.jpg").chmod(0o400)
    before = (inbox / "a.jpg").stat()
    inbox.chmod(0o500)
    with station() as it:
        it.until(lambda: it.captures)
    inbox.chmod(0o700)
    after = (inbox / "a.jpg").stat()
    assert (before.st_mtime_ns, before.st_ctime_ns, before.st_mode) == (
        after.st_mtime_ns, after.st_ctime_ns, after.st_mode,
    )  # fmt: skip
    assert [path.name for path in inbox.iterdir()] == ["a.jpg"]
