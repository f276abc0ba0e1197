"""The event log over any database: every Store of ours is a Log, and differs in where its connections come from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from station.errors import StoreError
from station.records import queries, tallies
from station.types import Decision, Pulse, Record, Span, Stamp, Stand, Tallies, Verdict

T = TypeVar("T")


class Source(Protocol):
    """Gives connections. Foreign exceptions within are told as StoreError."""

    def read(self) -> AbstractContextManager[Connection]:
        """For a single question."""

    def moment(self) -> AbstractContextManager[Connection]:
        """For several questions: all they read is of one moment."""

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction, during which nobody else writes."""

    def judge(self) -> AbstractContextManager[Connection]:
        """The same for the daemon. Raises StoreError for everybody else."""

    def live(self) -> AbstractContextManager[Connection]:
        """A transaction for the daemon's sign of life, which a power cut may take away."""

    def close(self) -> None:
        """Give back every connection; calling it twice is allowed."""


def the_daemons(own: Engine | None) -> Engine:
    """The engine that only the daemon's records have. Raises StoreError for everybody else's."""
    if own is None:
        raise StoreError(
            "The records are open for reading and decisions only.",
            "Verdicts are written by the daemon: `station run`.",
        )
    return own


class Log:
    """A Store (contracts.py); every method may be called from any thread."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def add(self, verdict: Verdict, station: str, thumb: bytes | None = None) -> Record | None:
        """See Store. The record's `verdict` is the one given; read back, its measures are in the form of the event."""
        with self.source.judge() as connection:
            return queries.add(connection, verdict, station, datetime.now(UTC), thumb)

    def decide(self, decision: Decision) -> None:
        with self.source.write() as connection:
            queries.decide(connection, decision)

    def ask(self, question: Callable[[Connection], T]) -> T:
        with self.source.moment() as connection:
            return question(connection)

    def note(self, work: Callable[[Connection], T]) -> T:
        with self.source.write() as connection:
            return work(connection)

    def since(self, sequence: int, limit: int = 100, station: str | None = None) -> tuple[Record, ...]:
        with self.source.read() as connection:
            return queries.since(connection, sequence, limit, station)

    def latest(self, limit: int = 20, station: str | None = None) -> tuple[Record, ...]:
        with self.source.read() as connection:
            return queries.latest(connection, limit, station)

    def get(self, capture_id: str) -> Record | None:
        with self.source.read() as connection:
            return queries.get(connection, capture_id)

    def decisions(self, capture_id: str) -> tuple[Decision, ...]:
        with self.source.read() as connection:
            return queries.history(connection, capture_id)

    def decided_since(
        self, sequence: int, limit: int = 1000, station: str | None = None
    ) -> tuple[tuple[int, Decision], ...]:
        with self.source.read() as connection:
            return queries.decided_since(connection, sequence, limit, station)

    def has(self, capture_id: str) -> bool:
        with self.source.read() as connection:
            return queries.has(connection, capture_id)

    def knows(self, path: bytes, stamp: Stamp, station: str) -> bool:
        with self.source.read() as connection:
            return queries.knows(connection, path, stamp, station)

    def pulse(self, pulse: Pulse) -> None:
        with self.source.live() as connection:
            queries.beat(connection, pulse)

    def last_pulse(self, station: str | None = None) -> Pulse | None:
        with self.source.read() as connection:
            return queries.last_pulse(connection, station)

    def pulses(self) -> tuple[Pulse, ...]:
        with self.source.read() as connection:
            return queries.pulses(connection)

    def stands(self) -> tuple[Stand, ...]:
        with self.source.read() as connection:
            return tallies.last_at_stands(connection)

    def tallies(self, span: Span) -> Tallies:
        with self.source.moment() as connection:
            return tallies.read(connection, span)

    def count(self) -> int:
        """See Store. The highest number: none is left out and none removed."""
        with self.source.read() as connection:
            return queries.last_number(connection)

    def ping(self) -> None:
        """Raises StoreError when the records could not be read, or nobody could write, now."""
        with self.source.write() as connection:
            queries.last_number(connection)

    def close(self) -> None:
        self.source.close()
