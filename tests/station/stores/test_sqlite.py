"""What is SQLite's own: settings that must hold, one writer, several processes, a full, locked or damaged disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from station.errors import ReplacedError, StoreError
from station.inbox.mounts import Mount
from station.records.log import Log, the_daemons
from station.stores import sqlite
from station.types import Action, Decision, Pulse, Verdict
from tests.station.stores.opening import inside, open_store

VerdictOf = Callable[..., Verdict]
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Log]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def test_the_file_lies_in_the_state_folder_or_where_the_settings_say(tmp_path: Path) -> None:
    """Folders are made as needed."""
    sqlite.build(sqlite.Settings(), tmp_path / "a" / "state").close()
    assert (tmp_path / "a" / "state" / "records.sqlite").is_file()
    sqlite.build(sqlite.Settings(path=tmp_path / "b" / "mine.db"), tmp_path / "c").close()
    assert (tmp_path / "b" / "mine.db").is_file()
    assert not (tmp_path / "c").exists()


def settings_in(engine: sa.Engine) -> list[object]:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint")
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]


def test_the_safe_settings_are_in_force(store: Log) -> None:
    """WAL, full flushes and foreign keys everywhere; the daemon's own connection alone empties the log."""
    assert settings_in(inside(store)._shared) == ["wal", 2, 1, 100, 0]
    assert settings_in(the_daemons(inside(store)._own)) == ["wal", 2, 1, 100, sqlite.LOG_PAGES]


def test_a_pulse_costs_no_flush_and_the_next_verdict_does(store: Log, verdict_of: VerdictOf) -> None:
    """The daemon's connection turns from FULL (2) to NORMAL (1) for a pulse and back for a verdict."""
    seen: list[object] = []

    def look(connection: sa.Connection) -> None:
        seen.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())

    sa.event.listen(the_daemons(inside(store)._own), "commit", look)
    store.pulse(Pulse(NOW, "stand-1"))
    store.add(verdict_of(1), "stand-1")
    assert seen == [1, 2]


def test_a_setting_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    """A database in memory has no WAL: SQLite says so only when asked again."""
    engine = sqlite._engine(Path(":memory:"), 0.1, log_pages=0)
    with pytest.raises(StoreError, match="journal_mode = wal") as caught, engine.connect():
        pass
    assert "local disk" in caught.value.remedy
    engine.dispose()


def test_a_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records on a network file system are refused by name, before anything is written there."""
    monkeypatch.setattr(sqlite, "mount_of", lambda path: Mount(path, "nfs4", "server:/export"))
    with pytest.raises(StoreError, match="nfs4") as caught:
        open_store(tmp_path)
    assert "disk of this computer" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_there_is_one_writer(store: Log, tmp_path: Path, verdict_of: VerdictOf) -> None:
    """A second daemon is refused and told which process is at work; it may start once the first has ended."""
    with pytest.raises(StoreError, match=f"process {os.getpid()}"):
        open_store(tmp_path)
    store.close()
    second = open_store(tmp_path)
    second.add(verdict_of(1), "stand-1")
    second.close()


def test_a_reader_may_decide_but_not_judge(store: Log, tmp_path: Path, verdict_of: VerdictOf) -> None:
    """A page sees what the daemon adds, and the daemon what a person decides there."""
    page = open_store(tmp_path, writer=False)
    store.add(verdict_of(1), "stand-1")
    store.pulse(Pulse(NOW, "stand-1"))
    capture_id = page.latest()[0].verdict.capture.id
    page.decide(Decision(capture_id, Action.SET_ASIDE, "Ada", "", "", NOW))
    assert [word.action for word in store.decisions(capture_id)] == [Action.SET_ASIDE]
    assert page.last_pulse() == Pulse(NOW, "stand-1")
    with pytest.raises(StoreError, match="reading and decisions"):
        page.add(verdict_of(2), "stand-1")
    with pytest.raises(StoreError, match="reading and decisions"):
        page.pulse(Pulse(NOW, "stand-1"))
    page.close()


def test_a_page_may_start_before_the_daemon(tmp_path: Path, verdict_of: VerdictOf) -> None:
    """Whoever comes first makes the empty file."""
    page = open_store(tmp_path, writer=False)
    assert page.count() == 0
    daemon = open_store(tmp_path)
    daemon.add(verdict_of(1), "stand-1")
    assert page.count() == 1
    daemon.close()
    page.close()


DECIDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from station.records.log import Log, the_daemons
from station.stores import sqlite
from station.types import Action, Decision
store = sqlite.build(sqlite.Settings(), Path(sys.argv[1]))
for number in range(25):
    newest = store.latest(1)[0].verdict.capture.id
    store.decide(Decision(newest, Action.ACCEPT, sys.argv[2], "", str(number), datetime.now(UTC)))
store.close()
"""


def test_two_processes_decide_while_the_daemon_adds(tmp_path: Path, verdict_of: VerdictOf) -> None:
    """No decision and no verdict is lost, and nobody meets a locked file."""
    store = sqlite.build(sqlite.Settings(), tmp_path, writer="stand-1")
    store.add(verdict_of(0), "stand-1")
    pages = [
        subprocess.Popen([sys.executable, "-c", DECIDER, str(tmp_path), operator], stderr=subprocess.PIPE, text=True)
        for operator in ("Ada", "Ben")
    ]
    number = 0
    while any(page.poll() is None for page in pages):
        number += 1
        store.add(verdict_of(number), "stand-1")
    for page in pages:
        assert (page.wait(), page.communicate()[1]) == (0, "")
    assert store.count() == number + 1
    words = [(word.operator, int(word.note)) for _, word in store.decided_since(0)]
    assert sorted(words) == [(operator, note) for operator in ("Ada", "Ben") for note in range(25)]
    store.close()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Daemon, page and doctor starting together on a fresh station all get in."""
    command = "import sys; from pathlib import Path; from station.stores import sqlite\n"
    command += "sqlite.build(sqlite.Settings(), Path(sys.argv[1])).count()"
    started = [
        subprocess.Popen([sys.executable, "-c", command, str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        assert (process.communicate()[1], process.returncode) == ("", 0)


def test_a_decision_is_no_way_to_break_the_records(store: Log, verdict_of: VerdictOf) -> None:
    """A refused decision leaves nothing behind, and the next one gets the next number."""
    store.add(verdict_of(1), "stand-1")
    with pytest.raises(StoreError):
        store.decide(Decision("nobody", Action.ACCEPT, "", "", "", NOW))
    store.decide(Decision(verdict_of(1).capture.id, Action.ACCEPT, "", "", "", NOW))
    assert [number for number, _ in store.decided_since(0)] == [1]


def test_the_pulse_does_not_make_the_files_grow(store: Log, tmp_path: Path) -> None:
    """Twenty minutes of pulses, with a page reading now and then, leaves a small log and one row."""
    for second in range(1200):
        store.pulse(Pulse(datetime.fromtimestamp(second, UTC), "stand-1", ("a.jpg",) * (second % 7)))
        if second % 10 == 0:
            assert store.last_pulse() is not None
    assert (tmp_path / "records.sqlite").stat().st_size < 200_000
    assert (tmp_path / "records.sqlite-wal").stat().st_size < 2 * 4096 * sqlite.LOG_PAGES


def test_a_reader_goes_on_with_the_file_that_took_the_place(tmp_path: Path, verdict_of: VerdictOf) -> None:
    """The page is told once that the records are others, and then reads those; the daemon is not let on."""
    daemon = open_store(tmp_path)
    page = sqlite.build(sqlite.Settings(), tmp_path)
    daemon.add(verdict_of(1), "stand-1")
    assert page.count() == 1
    daemon.close()
    for path in tmp_path.glob("records.sqlite*"):
        path.unlink()
    another = open_store(tmp_path)
    another.add(verdict_of(2), "stand-1")
    another.add(verdict_of(3), "stand-1")
    with pytest.raises(ReplacedError, match="replaced"):
        page.count()
    assert [record.verdict.specimen for record in page.since(0)] == [("E00000002",), ("E00000003",)]
    page.close()
    another.close()
