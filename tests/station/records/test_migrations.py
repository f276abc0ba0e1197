"""Old records become new ones, or stay as they were."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from station.errors import StoreError
from station.records.log import Log, the_daemons
from station.records.migrations import STEPS, Migration, prepare, version
from station.records.tables import metadata
from station.stores import sqlite
from tests.station.stores.opening import inside

VERSION_1 = """
CREATE TABLE verdicts (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, capture_id TEXT NOT NULL,
    sha256 TEXT NOT NULL, recorded_at DATETIME NOT NULL, station TEXT NOT NULL, outcome TEXT NOT NULL, specimen TEXT,
    profile TEXT NOT NULL, rig TEXT NOT NULL, model TEXT, model_sha256 TEXT, backend TEXT, precision TEXT,
    config_digest TEXT NOT NULL, software TEXT NOT NULL, total_s FLOAT, document TEXT NOT NULL,
    CONSTRAINT uq_verdicts_capture_id UNIQUE (capture_id)
);
CREATE TABLE decisions (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, capture_id TEXT NOT NULL,
    action TEXT NOT NULL, operator TEXT NOT NULL, reason_code TEXT NOT NULL, note TEXT NOT NULL, at DATETIME NOT NULL,
    CONSTRAINT fk_decisions_capture_id FOREIGN KEY (capture_id) REFERENCES verdicts (capture_id)
);
CREATE INDEX ix_decisions_capture_id ON decisions (capture_id);
CREATE TABLE files (
    path BLOB NOT NULL, device BIGINT NOT NULL, inode BIGINT NOT NULL, bytes BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL, capture_id TEXT NOT NULL, CONSTRAINT pk_files PRIMARY KEY (path),
    CONSTRAINT fk_files_capture_id FOREIGN KEY (capture_id) REFERENCES verdicts (capture_id)
) WITHOUT ROWID;
CREATE TABLE migrations (
    number INTEGER NOT NULL, name TEXT NOT NULL, applied_at DATETIME NOT NULL,
    CONSTRAINT pk_migrations PRIMARY KEY (number)
);
INSERT INTO migrations VALUES (1, 'verdicts, decisions, files', '2026-01-01 00:00:00.000000');
INSERT INTO verdicts VALUES (
    41, 'abababababababab', 'ab', '2026-01-01 00:00:00.000000', 'stand-1', 'UNKNOWN', NULL, 'p', 'r', NULL, NULL, NULL,
    NULL, 'c', '0.0.1', NULL, '{"path":"/a.jpg","capture_id":"abababababababab","sha256":"ab","size_px":null,'
    || '"profile":"p","outcome":"UNKNOWN","specimen":[],"findings":[],"measures":{},"regions":[],"engine":null,'
    || '"seconds":{},"rig":"r","config_digest":"c","software":"0.0.1","capture":{"file":"/a.jpg","companions":[],'
    || '"seen_at":"2026-01-01T00:00:00+00:00","bytes":1,"stamp":{"device":1,"inode":2,"bytes":1,"mtime_ns":4}}}'
);
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A records file in form 1 with one verdict."""
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    return path


def open_store(path: Path, *, writer: bool = True) -> Log:
    return sqlite.build(sqlite.Settings(), path.parent, writer="stand-1" if writer else None)


def form(path: Path) -> object:
    """Every table as the database describes it, for comparing two files."""
    inspector = sa.inspect(sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool))
    names = sorted(inspector.get_table_names())
    assert names == sorted(metadata.tables)
    return [
        (
            name,
            [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(name)],
            inspector.get_pk_constraint(name),
            inspector.get_unique_constraints(name),
            inspector.get_foreign_keys(name),
            inspector.get_indexes(name),
        )
        for name in names
    ]


def numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM migrations ORDER BY number")]


def test_from_the_first_form_to_the_latest(old: Path) -> None:
    """Form 1 takes every step, keeps its verdicts and its count, and is then like a new file."""
    store = open_store(old)
    (record,) = store.since(0)
    assert (record.sequence, record.verdict.capture.path) == (41, Path("/a.jpg"))
    assert store.last_pulse() is None
    store.close()
    fresh = old.parent / "fresh"
    open_store(fresh / "records.sqlite").close()
    assert form(old) == form(fresh / "records.sqlite")
    assert numbers(old) == numbers(fresh / "records.sqlite") == [1, *(step.number for step in STEPS)]


def test_a_backup_is_made_before_an_old_file_is_changed(old: Path) -> None:
    """The copy beside the file is whole and still in the old form; a new file needs none."""
    open_store(old).close()
    copy = old.with_name("records.sqlite.before-migration-from-1")
    assert numbers(copy) == [1]
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM verdicts").fetchone() == (1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    open_store(old.parent / "fresh" / "records.sqlite").close()
    assert not list((old.parent / "fresh").glob("*before*"))


def test_only_the_writer_changes_an_old_file(old: Path) -> None:
    """A page that starts before the daemon after an update says so and leaves the file alone."""
    with pytest.raises(StoreError, match="older form") as caught:
        open_store(old, writer=False)
    assert "station run" in caught.value.remedy
    assert numbers(old) == [1]


def test_records_of_a_newer_version_are_refused(tmp_path: Path) -> None:
    """Software that is too old for the records says which, and changes nothing."""
    path = tmp_path / "records.sqlite"
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'tomorrow', '2030-01-01 00:00:00.000000')")
    for writer in (True, False):
        with pytest.raises(StoreError, match=r"newer version.*99") as caught:
            open_store(path, writer=writer)
        assert "newer version" in caught.value.remedy
    assert not list(tmp_path.glob("*before*"))


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A catalogue of some other program, named by mistake, is not touched."""
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE albums (name TEXT)")
    with pytest.raises(StoreError, match="something else"):
        open_store(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("albums",)]


def test_a_step_and_its_record_are_one_transaction(old: Path) -> None:
    """A step that breaks half-way leaves neither its changes nor its number; the steps before it stay."""

    def half(connection: sa.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (a INTEGER)")
        raise StoreError("power cut", "")

    store, now = open_store(old), STEPS[-1].number
    steps = (*STEPS, Migration(now + 1, "more", lambda connection: None), Migration(now + 2, "half", half))
    copies: list[int] = []
    with pytest.raises(StoreError, match="power cut"):
        prepare(sqlite._writing(the_daemons(inside(store)._own)), backup=copies.append, steps=steps)
    with inside(store)._shared.connect() as connection:
        assert version(connection) == now + 1
        assert not sa.inspect(connection).has_table("half")
    assert copies == [now]
    store.close()


def test_steps_are_numbered_without_gaps() -> None:
    """Each step leads from one form to the very next; the first form is 1."""
    assert [step.number for step in STEPS] == list(range(2, len(STEPS) + 2))


def test_moments_come_back_in_utc(tmp_path: Path) -> None:
    """A step's time is kept as UTC, aware of its zone."""
    store = open_store(tmp_path / "records.sqlite")
    with inside(store)._shared.connect() as connection:
        (moment, *_) = connection.scalars(sa.select(metadata.tables["migrations"].c.applied_at))
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 600
    store.close()
