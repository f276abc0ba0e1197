"""Counts over time: what the supervisor's pages are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Count:
    """Captures by outcome. `retakes` of them were taken again, `passed_at_once` passed or warned and were no retake;
    `idle_s` and `busy_s` are seconds since the capture before, when that was long ago or not."""

    captures: int = 0
    passed: int = 0
    warned: int = 0
    unknown: int = 0
    failed: int = 0
    retakes: int = 0
    passed_at_once: int = 0
    idle_s: float = 0.0
    busy_s: float = 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.captures + other.captures,
            self.passed + other.passed,
            self.warned + other.warned,
            self.unknown + other.unknown,
            self.failed + other.failed,
            self.retakes + other.retakes,
            self.passed_at_once + other.passed_at_once,
            self.idle_s + other.idle_s,
            self.busy_s + other.busy_s,
        )

    @property
    def first(self) -> int:
        """Captures that were no retake."""
        return self.captures - self.retakes

    @property
    def first_pass_yield(self) -> float | None:
        """Share of specimens that were right the first time, 0..1; what was not judged is not right."""
        return self.passed_at_once / self.first if self.first else None

    @property
    def per_hour(self) -> float | None:
        """Captures an hour of work, pauses within the work included."""
        spent = self.idle_s + self.busy_s
        return self.captures / spent * 3600 if spent >= 60 else None


@dataclass(frozen=True, slots=True)
class Span:
    """What to count: from `since` until before `until`, in buckets. `zone`: the local time's lead over UTC, so that
    days begin at midnight. None as station or rig: all of them; `sessions` None: with or without one."""

    since: datetime
    until: datetime
    bucket: timedelta
    zone: timedelta = timedelta(0)
    station: str | None = None
    rig: str | None = None
    sessions: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The captures of one bucket, stand and session (0: none); `at` is the bucket's begin, UTC."""

    at: datetime
    station: str
    rig: str
    session: int
    count: Count


@dataclass(frozen=True, slots=True)
class Mean:
    """A measure in one bucket at one stand."""

    at: datetime
    station: str
    rig: str
    measure: str
    count: int
    mean: float


@dataclass(frozen=True, slots=True)
class Defects:
    """How often one code of one check came with this outcome (its name: WARN, UNKNOWN, FAIL)."""

    check: str
    code: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Tallies:
    """Everything that was counted in a span, oldest first, defects most frequent first."""

    cells: tuple[Cell, ...]
    means: tuple[Mean, ...]
    defects: tuple[Defects, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """A rig of a station that has ever recorded something, and when and as which number it did last; `pictured`:
    there is a thumbnail of that."""

    station: str
    rig: str
    sequence: int
    at: datetime
    pictured: bool = False
