"""From an older form of the records to the one in tables.py.

A new database is made from tables.py at once. An older one takes every step it lacks, each step in one transaction
together with its own row in `migrations`: after a power cut a step is there with its row, or neither is.
A released step is never edited: it speaks of tables as they were then, so it does not use tables.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)

from station.errors import StoreError
from station.records.backfill import add_hours, add_tallies
from station.records.tables import metadata, migrations


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: `apply` brings a database of version `number - 1` to version `number`."""

    number: int
    name: str
    apply: Callable[[Connection], None]


def _add_pulse(connection: Connection) -> None:
    columns = (
        Column("station", Text, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("document", Text, nullable=False),
    )
    pulse = Table("pulse", MetaData(naming_convention=metadata.naming_convention), *columns)
    pulse.create(connection)


def _add_bench(connection: Connection) -> None:
    """Sessions, retakes, wrong alarms; verdicts learn their session and are found by specimen."""
    for name in ("sessions", "retakes", "attempts", "wrong_alarms"):
        _bench()[name].create(connection)
    for statement in (
        "ALTER TABLE verdicts ADD COLUMN session BIGINT",
        "CREATE INDEX ix_verdicts_session ON verdicts (session)",
        "CREATE INDEX ix_verdicts_specimen ON verdicts (specimen)",
    ):
        connection.exec_driver_sql(statement)


def _bench() -> Mapping[str, Table]:
    then = MetaData(naming_convention=metadata.naming_convention)
    number, moment = BigInteger().with_variant(Integer, "sqlite"), DateTime(timezone=True)
    Table("verdicts", then, Column("capture_id", Text, primary_key=True))

    def make(name: str, columns: list[Column[Any]]) -> None:
        key = Column("sequence", number, primary_key=True, autoincrement=True)
        Table(name, then, key, *columns, sqlite_autoincrement=True)

    def column(name: str, kind: Any = Text, *key: ForeignKey, **more: Any) -> list[Column[Any]]:
        return [Column(name, kind, *key, **({"nullable": False} | more))]

    def capture(name: str, **more: Any) -> list[Column[Any]]:
        return column(name, Text, ForeignKey("verdicts.capture_id"), **more)

    def texts(*names: str, nullable: bool = False) -> list[Column[Any]]:
        return [made for name in names for made in column(name, nullable=nullable)]

    ended = column("ended_at", moment, nullable=True, index=True) + texts("signed_by", "supervisor", nullable=True)
    counted = texts("reason") + column("open_retakes", Integer, nullable=True)
    make("sessions", texts("station", "rig", "operator", "job") + column("started_at", moment) + ended + counted)
    at_work = texts("station") + column("session", number, ForeignKey("sessions.sequence"), nullable=True)
    stands = column("state", index=True) + texts("policy") + column("specimen", nullable=True, index=True)
    shot = capture("first") + capture("head") + column("attempts", Integer) + column("awaited", Boolean)
    closed = column("closed_at", moment, nullable=True) + texts("closed_by", nullable=True) + texts("reason_code")
    make("retakes", at_work + stands + shot + column("opened_at", moment) + closed)
    chain = column("retake", number, ForeignKey("retakes.sequence"), index=True) + column("number", Integer)
    place = capture("capture_id", primary_key=True) + chain + capture("retake_of", unique=True, nullable=True)
    Table("attempts", then, *place)
    alarmed = capture("capture_id", index=True) + column("finding", Integer) + texts("operator", "note")
    make("wrong_alarms", alarmed + column("at", moment) + column("crop", LargeBinary, nullable=True))
    return then.tables


def _add_looks(connection: Connection) -> None:
    """Lots and second looks; the captures of one station are found without those of the others."""
    number, moment = BigInteger().with_variant(Integer, "sqlite"), DateTime(timezone=True)
    then = MetaData(naming_convention=metadata.naming_convention)
    Table("verdicts", then, Column("capture_id", Text, primary_key=True))

    def needed(*names: str, kind: Any = Text) -> list[Column[Any]]:
        return [Column(name, kind, nullable=False) for name in names]

    lot: list[Column[Any]] = [Column("sequence", number, primary_key=True, autoincrement=True)]
    lot += [Column("station", Text, nullable=False, index=True), *needed("first", "last", kind=BigInteger)]
    lot += [*needed("captures", kind=Integer), *needed("level"), *needed("irregular", kind=Boolean)]
    lot += [*needed("drawn_at", kind=moment), *needed("drawn_by"), Column("closed_at", moment)]
    lot += [Column("faults", Integer), Column("mended_at", moment), Column("mended_by", Text), *needed("mended_why")]
    Table("lots", then, *lot, sqlite_autoincrement=True).create(connection)
    look: list[Column[Any]] = [
        Column("lot", number, ForeignKey("lots.sequence"), primary_key=True, autoincrement=False),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("capture_id", Text, ForeignKey("verdicts.capture_id"), nullable=False),
        Column("answer", Text), *needed("defect", "note"), Column("looked_by", Text), Column("looked_at", moment),
    ]  # fmt: skip
    Table("looks", then, *look, sqlite_with_rowid=False).create(connection)
    connection.exec_driver_sql("CREATE INDEX ix_verdicts_station ON verdicts (station)")


def _know_stations(connection: Connection) -> None:
    """The ledger tells the files of one station from another's; a station's newest captures are found at once."""
    then = MetaData(naming_convention=metadata.naming_convention)
    Table("verdicts", then, Column("capture_id", Text, primary_key=True))
    names = ("device", "inode", "bytes", "mtime_ns")
    ledger: list[Column[Any]] = [
        Column("station", Text, primary_key=True),
        Column("path", LargeBinary, primary_key=True),
    ]
    ledger += [Column(name, BigInteger, nullable=False) for name in names]
    ledger += [Column("capture_id", Text, ForeignKey("verdicts.capture_id"), nullable=False)]
    Table("files", then, *ledger, sqlite_with_rowid=False)
    held = f"f.path, {', '.join(f'f.{name}' for name in names)}, f.capture_id"
    connection.exec_driver_sql("ALTER TABLE files RENAME TO files_before")
    then.tables["files"].create(connection)
    filled = f"INSERT INTO files SELECT v.station, {held} FROM files_before f"  # noqa: S608 - our own names
    connection.exec_driver_sql(f"{filled} JOIN verdicts v ON v.capture_id = f.capture_id")
    connection.exec_driver_sql("DROP TABLE files_before")
    for name, columns in (("station", "station, sequence"), ("specimen", "specimen, station, sequence")):
        connection.exec_driver_sql(f"DROP INDEX ix_verdicts_{name}")
        connection.exec_driver_sql(f"CREATE INDEX ix_verdicts_{name} ON verdicts ({columns})")


def show_stands(connection: Connection) -> None:
    """The wall of another computer shows what each rig photographed last."""
    kind = LargeBinary().compile(connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE stands ADD COLUMN thumb {kind}")


STEPS: tuple[Migration, ...] = (
    Migration(2, "pulse: the daemon's sign of life", _add_pulse),
    Migration(3, "counts by the quarter of an hour", add_tallies),
    Migration(4, "sessions, retakes, wrong alarms", _add_bench),
    Migration(5, "second looks", _add_looks),
    Migration(6, "counts by the hour", add_hours),
    Migration(7, "many stations: each its own files", _know_stations),
    Migration(8, "each rig's newest picture", show_stands),
)


def version(connection: Connection) -> int:
    """The form of this database; 0 when it is empty. Raises StoreError when it belongs to another program."""
    names = inspect(connection).get_table_names()
    if migrations.name in names:
        return connection.scalar(select(func.max(migrations.c.number))) or 0
    if names:
        raise StoreError(
            "This database does not hold the station's records but something else.",
            "Give `store: path:` in the configuration a file of its own.",
        )
    return 0


def prepare(engine: Engine, *, backup: Callable[[int], None] | None, steps: Sequence[Migration] = STEPS) -> None:
    """Bring the database to the present form.

    `backup(version)` is called before an older database is changed; None means that the caller may not change one.
    Raises StoreError for a newer database, for another program's, and for an older one without `backup`.
    """
    latest = max((step.number for step in steps), default=1)
    with engine.begin() as connection:
        have = version(connection)
        if have == 0:
            _create(connection, steps)
            return
    if have > latest:
        raise StoreError(
            f"The records were written by a newer version of the software (form {have}; this one knows {latest}).",
            "Install the newer version again, or point `store: path:` at another file. Nothing was changed.",
        )
    missing = [step for step in steps if step.number > have]
    if missing and backup is None:
        raise StoreError(
            f"The records are in an older form ({have}; this version needs {latest}).",
            "Start the daemon (`station run`): it makes a backup and brings the records up to date.",
        )
    if missing and backup is not None:
        backup(have)
    for step in missing:
        with engine.begin() as connection:
            if version(connection) >= step.number:
                continue  # another station was here meanwhile
            step.apply(connection)
            _note(connection, step.number, step.name)


def _create(connection: Connection, steps: Sequence[Migration]) -> None:
    metadata.create_all(connection)
    _note(connection, 1, "verdicts, decisions, files")
    for step in steps:
        _note(connection, step.number, step.name)


def _note(connection: Connection, number: int, name: str) -> None:
    connection.execute(insert(migrations).values(number=number, name=name, applied_at=datetime.now(UTC)))
