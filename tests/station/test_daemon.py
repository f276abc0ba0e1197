"""The loop: record, then tell; a store that fails loses nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import cv2
import pytest

from engines.synthesise import draw_sheet
from station import daemon, kit, reload
from station.config import load
from station.errors import AlertError, StoreError
from station.judging import capture_of
from station.reload import Reload
from station.types import Capture, Concern, Outcome, Record, Stamp


class Telling:
    """An alert that remembers; `broken` makes it fail."""

    def __init__(self, broken: bool = False) -> None:
        self.told: list[Record] = []
        self.broken = broken

    def tell(self, record: Record) -> None:
        self.told.append(record)
        if self.broken:
            raise AlertError("nobody is there", "call somebody")

    def ping(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    target = tmp_path / "IMG_0001.jpg"
    sheet = draw_sheet(5, long_side_px=800, plain=True)
    cv2.imwrite(str(target), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))
    return target


@pytest.fixture
def open_kit(tmp_path: Path) -> Iterator[kit.Kit]:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "station.yaml").write_text("station: test\nwatch: {settle_seconds: 0.1, patience_seconds: 0.5}\n")
    with kit.opened(load(tmp_path / "station.yaml")) as made:
        yield made


def of(made: kit.Kit, *alerts: Telling) -> daemon.Daemon:
    told = tuple((f"alert-{i}", alert) for i, alert in enumerate(alerts))
    with_alerts = kit.Kit(made.config, made.segmenter, made.line, made.store, told, made.recent)
    return daemon.Daemon(with_alerts, daemon.Heart(with_alerts, lambda _: None, threading.Event()))


def test_a_capture_is_recorded_pictured_and_told_once(open_kit: kit.Kit, photo: Path) -> None:
    """The same photograph taken again is neither recorded nor told a second time."""
    alert = Telling()
    loop = of(open_kit, alert)
    loop.take(capture_of(photo))
    loop.take(capture_of(photo))
    assert open_kit.store.count() == 1
    assert [r.sequence for r in alert.told] == [1]
    capture_id = alert.told[0].verdict.capture.id
    assert (kit.previews(open_kit.config) / capture_id[:2] / capture_id / "photo.jpg").exists()


def test_a_copy_under_another_name_is_said_and_not_judged_again(open_kit: kit.Kit, photo: Path) -> None:
    """A camera program that saves the old frame under a new name must not look like a fresh verdict."""
    loop = of(open_kit)
    loop.take(capture_of(photo))
    again = photo.with_name("again.jpg")
    again.write_bytes(photo.read_bytes())
    loop.take(capture_of(again))
    assert open_kit.store.count() == 1
    assert "again.jpg is the same photograph as IMG_0001.jpg (No. 1)" in str(loop.heart.copied)


def test_an_alert_that_fails_does_not_silence_the_next(open_kit: kit.Kit, photo: Path) -> None:
    """Both are told although the first raises."""
    broken, well = Telling(broken=True), Telling()
    of(open_kit, broken, well).take(capture_of(photo))
    assert len(broken.told) == len(well.told) == 1


def test_a_store_that_fails_is_told_and_tried_again(
    open_kit: kit.Kit, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full people hear the verdict; when there is room again it is recorded."""
    alert = Telling()
    loop = of(open_kit, alert)
    add = open_kit.store.add

    def full(*_: object) -> None:
        raise StoreError("The disk is full.", "Free space.")

    monkeypatch.setattr(open_kit.store, "add", full)
    loop.take(capture_of(photo))
    assert [r.sequence for r in alert.told] == [0]
    assert loop.heart.trouble is not None
    monkeypatch.setattr(open_kit.store, "add", add)
    loop.save_unsaved()
    assert open_kit.store.count() == 1
    assert loop.heart.trouble is None


def test_one_success_does_not_hide_what_is_still_unsaved(
    open_kit: kit.Kit, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as one verdict waits, the page says so."""
    loop = of(open_kit)
    add, calls = open_kit.store.add, list[int]()

    def sometimes(*words: object) -> object:
        calls.append(1)
        if len(calls) != 3:
            raise StoreError("The disk is full.", "Free space.")
        return add(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(open_kit.store, "add", sometimes)
    loop.take(capture_of(photo))
    other = photo.with_name("other.jpg")
    other.write_bytes(photo.read_bytes() + b"other")
    loop.take(capture_of(other))  # calls: first add, retry of the first, its second retry is the third call
    loop.save_unsaved()
    assert loop.unsaved
    assert loop.heart.trouble is not None


def test_pictures_that_cannot_be_written_do_not_cost_the_record(open_kit: kit.Kit, photo: Path) -> None:
    """A file where the previews should be: the verdict is recorded, and the page is told of the pictures."""
    kit.previews(open_kit.config).write_text("in the way")
    loop = of(open_kit)
    loop.take(capture_of(photo))
    assert open_kit.store.count() == 1
    assert loop.heart.pictureless is not None


def test_a_photograph_whose_rights_are_mended_is_judged_at_the_next_start(open_kit: kit.Kit, photo: Path) -> None:
    """What could not be read is recorded but is not a known file: size and time do not change with its rights."""
    status = photo.stat()
    stamp = Stamp.of(status)
    unread = Capture("f" * 16, photo, "", datetime.now(UTC), status.st_size, stamp)
    of(open_kit).take(unread)
    assert open_kit.store.count() == 1
    assert not open_kit.store.knows(os.fsencode(photo), stamp, "test")


def test_records_that_cannot_be_asked_do_not_end_the_daemon(open_kit: kit.Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is then judged (again) rather than missed, and the trouble is shown."""
    loop = of(open_kit)

    def gone(*_: object) -> bool:
        raise StoreError("The records are gone.", "Bring them back.")

    monkeypatch.setattr(open_kit.store, "knows", gone)
    assert not loop.knows(b"a.jpg", Stamp(1, 2, 3, 4))
    assert loop.heart.trouble is not None


def test_the_daemon_judges_what_arrives_and_what_was_there(open_kit: kit.Kit, photo: Path) -> None:
    """A photograph from before the start, one that arrives, one that is no photograph: three verdicts, and a pulse."""
    inbox = open_kit.config.inbox
    (inbox / "before.jpg").write_bytes(photo.read_bytes())
    stop, words = threading.Event(), list[str]()
    loop = threading.Thread(target=daemon.run, args=(open_kit, stop, words.append))
    loop.start()
    try:
        (inbox / "after.jpg").write_bytes(photo.read_bytes() + b"other content")
        (inbox / "text.jpg").write_text("this is no photograph")
        end = time.monotonic() + 60
        while open_kit.store.count() < 3 and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        stop.set()
        loop.join(timeout=20)
    verdicts = {r.verdict.capture.path.name: r.verdict for r in open_kit.store.latest()}
    assert set(verdicts) == {"before.jpg", "after.jpg", "text.jpg"}
    assert verdicts["text.jpg"].outcome is Outcome.FAIL
    assert [(f.check, f.code) for f in verdicts["text.jpg"].findings] == [("file", "unreadable")]
    assert words[0] in ("WATCHDOG=1", "READY=1")
    assert "READY=1" in words
    assert open_kit.store.last_pulse() is not None


def test_a_reader_sees_the_pulse(open_kit: kit.Kit) -> None:
    """What the heart tells is what a page of another process reads."""
    loop = of(open_kit)
    loop.heart.trouble = "the disk is full"
    loop.heart.beat()
    with closing(kit.open_store(open_kit.config, writer=False)) as page:
        pulse = page.last_pulse()
    assert pulse is not None
    assert (pulse.station, pulse.problem) == ("test", "the disk is full")
    assert (pulse.problem_of, pulse.notice_of) == (Concern.RECORDS, None)
    assert pulse.engine is not None


def test_a_changed_configuration_judges_the_next_capture(
    open_kit: kit.Kit, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a restart; a wrong file changes nothing and is told with the sign of life, until it is mended."""
    monkeypatch.setattr(reload, "EVERY_S", 0.0)
    config, loop, watching = tmp_path / "station.yaml", of(open_kit), Reload(open_kit.config)
    alone = config.read_text() + "checks: {barcode: off, sheet_alignment: {fail_deg: 1.5}}\n"
    with ExitStack() as later:
        for text, digest_changes in ((config.read_text() + "colour: red\n", False), (alone, True)):
            before = loop.kit.config.digest
            config.write_text(text)
            loop.renew(watching, later)
            assert (loop.kit.config.digest != before) is digest_changes
            assert (loop.heart.unsettled is None) is digest_changes
            loop.heart.beat()
            pulse = open_kit.store.last_pulse()
            assert pulse is not None
            assert ("goes on with those before" in (pulse.notice or "")) is not digest_changes
            assert (pulse.notice_of is Concern.SETTINGS) is not digest_changes
        loop.take(capture_of(photo))
    (record,) = open_kit.store.latest()
    assert record.verdict.config_digest == loop.kit.config.digest
    assert "barcode" not in {finding.check for finding in record.verdict.findings}


def test_what_holds_from_the_next_start_only_is_said(
    open_kit: kit.Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another inbox is no change for a running daemon; it says so until the file names the old one again."""
    monkeypatch.setattr(reload, "EVERY_S", 0.0)
    config, loop, watching = tmp_path / "station.yaml", of(open_kit), Reload(open_kit.config)
    kept = config.read_text()
    with ExitStack() as later:
        for text, said in ((kept + "tether: {interval_seconds: 9}\n", True), (kept + "# as before\n", False)):
            config.write_text(text)
            loop.renew(watching, later)
            loop.heart.beat()
            pulse = open_kit.store.last_pulse()
            assert pulse is not None
            assert ("under tether holds when the station is started again" in (pulse.notice or "")) is said
            assert (pulse.notice_of is Concern.RESTART) is said


def test_records_that_answer_again_are_no_trouble_any_more(open_kit: kit.Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the file that was asked for has vanished meanwhile and nothing is judged."""
    loop = of(open_kit)
    asked = partial(loop.knows, b"gone.jpg", Stamp(1, 1, 1, 1))
    with monkeypatch.context() as broken:
        broken.setattr(type(open_kit.store), "knows", _unanswered)
        assert not asked()
    assert loop.heart.trouble is not None
    assert not asked()
    assert loop.heart.trouble is None


def _unanswered(*_: object) -> bool:
    raise StoreError("The disk does not answer.", "Look at its cable.")
