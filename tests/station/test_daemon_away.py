"""The daemon while its database is away: people are told as quickly as ever, and nothing is lost."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from engines.synthesise import draw_sheet
from station import daemon, kit, line
from station.config import load
from station.errors import StoreError
from station.judging import capture_of
from station.types import Record
from tests.station.postgres import Postgres, postgres


class Telling:
    """An alert that remembers."""

    def __init__(self) -> None:
        self.told: list[Record] = []

    def tell(self, record: Record) -> None:
        self.told.append(record)

    def ping(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def shaky() -> Iterator[Postgres]:
    """A server of this file's own, to be switched off."""
    with postgres() as running:
        yield running


@pytest.fixture
def config(shaky: Postgres, tmp_path: Path) -> Path:
    """A station whose records are in a database; its password lies in the state folder."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "secret").write_text((shaky.folder / "password").read_text())
    path = tmp_path / "station.yaml"
    path.write_text(
        f"station: stand-1\nstore:\n  postgresql: {{port: {shaky.port}, user: admin, database: {shaky.database()},"
        " password_file: secret, timeout_s: 1, retry_s: 0.3}\n"
    )
    return path


def photograph(folder: Path, number: int) -> Path:
    """A small drawn sheet, each other than the others."""
    path = folder / f"IMG_{number:04}.jpg"
    sheet = draw_sheet(number, long_side_px=800, plain=True)
    cv2.imwrite(str(path), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))
    return path


def test_people_are_told_while_the_database_is_away(shaky: Postgres, config: Path, tmp_path: Path) -> None:
    """Verdicts are told and pictured although nobody answers, the second one without a wait; with the database back
    all of them are recorded, in order, each once."""
    photographs = [photograph(tmp_path, number) for number in range(4)]
    alert = Telling()
    with kit.opened(load(config)) as made:
        made = kit.Kit(made.config, made.segmenter, made.line, made.store, (("telling", alert),), made.recent)
        loop = daemon.Daemon(made, daemon.Heart(made, lambda _: None, threading.Event()))
        loop.take(capture_of(photographs[0]))
        shaky.freeze()
        loop.take(capture_of(photographs[1]))
        begun = time.monotonic()
        assert not loop.knows(os.fsencode(photographs[2]), capture_of(photographs[2]).stamp)
        loop.take(capture_of(photographs[2]))
        took, judged = time.monotonic() - begun, alert.told[-1].verdict.seconds["total"]
        assert took < judged + 2.0  # at most one try for all, and the pictures
        shaky.stop()
        loop.take(capture_of(photographs[3]))
        assert [record.sequence for record in alert.told] == [1, 0, 0, 0]
        assert "Verdicts not recorded yet: 3." in str(loop.heart.trouble)
        shaky.start()
        end = time.monotonic() + 20
        while loop.unsaved:
            loop.save_unsaved()
            assert time.monotonic() < end
        assert loop.heart.trouble is None
        held = made.store.since(0)
        assert [record.verdict.capture.path for record in held] == photographs
        for record in held:
            name = record.verdict.capture.id
            assert (kit.previews(made.config) / name[:2] / name / "photo.jpg").exists()


def test_the_sign_of_life_comes_back_by_itself(shaky: Postgres, config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While it cannot be given it is said once in the log, not at every beat."""
    with kit.opened(load(config)) as made:
        heart = daemon.Heart(made, lambda _: None, threading.Event())
        heart.beat()
        shaky.stop()
        for _ in range(4):
            heart.beat()
        assert len([line for line in caplog.messages if "do not answer" in line]) <= 2
        shaky.start()
        end = time.monotonic() + 20
        while heart.unheard is not None:
            heart.beat()
            assert time.monotonic() < end


def test_a_start_without_a_database_waits_for_it(shaky: Postgres, config: Path) -> None:
    """It goes on asking as long as it may, and then begins as if nothing had been."""
    shaky.stop()
    asked: list[StoreError] = []

    def again(error: StoreError) -> bool:
        asked.append(error)
        if len(asked) == 2:
            shaky.start()
        return len(asked) < 5

    with kit.opened(load(config), again) as made:
        assert made.store.count() == 0
    assert len(asked) == 2


def test_waiting_ends_with_the_program() -> None:
    """Who is told to stop does not try again; systemd hears why it takes so long."""
    stop, told = threading.Event(), list[str]()
    stop.set()
    assert not kit.waiting(stop, told.append)(StoreError("nobody answers", "wait"))
    assert told[0] == "STATUS=waits for the records: nobody answers"
    assert told[1].startswith("EXTEND_TIMEOUT_USEC=")


def test_a_photograph_of_another_station_is_said_to_be_one(config: Path, tmp_path: Path) -> None:
    """The same content under the same name, recorded by another rig, is not passed over in silence."""
    photo = photograph(tmp_path, 7)
    with kit.opened(load(config)) as made:
        loop = daemon.Daemon(made, daemon.Heart(made, lambda _: None, threading.Event()))
        made.store.add(line.judge(capture_of(photo), made.line).verdict, "stand-2")
        loop.take(capture_of(photo))
        assert "the same photograph as IMG_0007.jpg of stand-2 (No. 1)" in str(loop.heart.copied)
        assert made.store.count() == 1
