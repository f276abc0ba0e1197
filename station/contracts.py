"""The seams: what each drawer's parts must offer. One contract suite a drawer runs on every part in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from station.settings import Settings
from station.types import (
    Decision,
    Finding,
    Image,
    Maps,
    Measure,
    Pulse,
    Record,
    Revision,
    Scene,
    Setting,
    Source,
    Span,
    Stamp,
    Stand,
    Tallies,
    Verdict,
)

T = TypeVar("T")


class Backend(Protocol):
    """Runs the network. `infer` takes images of one size, sides multiples of the model's `multiple_px`.

    Its file offers `build(model, settings, state)`: `state` is the station's state directory, for what it keeps there.
    After an EngineError of `infer` the next engine judges; this one is asked again with `ping` and built anew later.
    """

    name: str
    precision: str
    version: str

    def infer(self, images: Sequence[Image]) -> Maps:
        """uint8 (h, w, 3) RGB images, all of one shape -> their maps. Raises EngineError."""

    def ping(self) -> None:
        """Raises EngineError when the backend cannot answer now."""

    def close(self) -> None:
        """Give back threads and memory; calling it twice is allowed."""


class Check(Protocol):
    """A question put to a scene. UNKNOWN is the honest answer when it cannot be judged.

    A file that says `EACH = True` is asked of every slide by itself where a photograph shows several.
    """

    def __call__(self, scene: Scene, settings: Settings, /) -> Iterable[Finding | Measure]: ...


class Alert(Protocol):
    """One way to make a person notice."""

    def tell(self, record: Record) -> None:
        """Raises AlertError."""

    def ping(self) -> None:
        """Raises AlertError when it could not tell anybody now."""

    def close(self) -> None: ...


class Revisions(Protocol):
    """The configuration and its versions, for the settings page. What is wrong with a text raises ConfigError."""

    def text(self, number: int | None = None) -> str:
        """What stands in station.yaml, or stood in a version."""

    def base(self) -> str:
        """What names the text as it stands; a change tells which text it is about."""

    def problem(self) -> str:
        """Why the file as it stood a moment ago is no configuration; empty when it is one."""

    def settings(self) -> tuple[Setting, ...]:
        """Every key of every check that judges."""

    def sources(self) -> tuple[Source, ...]:
        """The files that the configuration is made of."""

    def history(self) -> tuple[Revision, ...]:
        """Every version, newest first."""

    def with_values(self, changes: dict[tuple[str, str], str]) -> str:
        """The file's text with (check, key) -> value in YAML's words."""

    def save(self, text: str, *, who: str, why: str, base: str) -> Revision:
        """Replace the file, if it is still the text that `base` names."""

    def back_to(self, number: int, *, who: str, why: str, base: str) -> Revision:
        """An earlier version as the newest one."""


class Store(Protocol):
    """The event log: verdicts and decisions are added, never changed. One process a station writes verdicts.
    `station`: of that one alone; None: of every station that writes here. Raises StoreError.

    Its file offers `build(settings, state, writer)`: `state` is the station's state directory, `writer` the name of the
    station whose daemon asks, None for everybody else.
    """

    def add(self, verdict: Verdict, station: str, thumb: bytes | None = None) -> Record | None:
        """Append in one transaction, with the running session and the retake it pairs with; None when this capture id
        is already there (its stamp is noted all the same). `thumb`: a small JPEG, kept as long as this is the rig's
        newest."""

    def decide(self, decision: Decision) -> None:
        """Append a person's word. Raises StoreError for a capture id that has no verdict."""

    def ask(self, question: Callable[[Connection], T]) -> T:
        """What a question of records/ answers; all it reads is of one moment."""

    def note(self, work: Callable[[Connection], T]) -> T:
        """What a work of records/ answers, in one transaction. Verdicts are not written this way."""

    def since(self, sequence: int, limit: int = 100, station: str | None = None) -> tuple[Record, ...]:
        """Records with a greater sequence, oldest first, each with its latest decision."""

    def latest(self, limit: int = 20, station: str | None = None) -> tuple[Record, ...]:
        """The newest records, newest first."""

    def get(self, capture_id: str) -> Record | None: ...

    def decisions(self, capture_id: str) -> tuple[Decision, ...]:
        """Every decision on one capture, oldest first."""

    def decided_since(
        self, sequence: int, limit: int = 1000, station: str | None = None
    ) -> tuple[tuple[int, Decision], ...]:
        """(decision sequence, decision) after that decision sequence, so that screens follow each other's keys. At most
        `limit` at once: ask again from the last number until nothing comes."""

    def has(self, capture_id: str) -> bool: ...

    def knows(self, path: bytes, stamp: Stamp, station: str) -> bool:
        """Did this station judge the file at this path, with this stamp, already? (`path` as os.fsencode gives it.)"""

    def pulse(self, pulse: Pulse) -> None:
        """Overwrite the daemon's sign of life."""

    def last_pulse(self, station: str | None = None) -> Pulse | None: ...

    def pulses(self) -> tuple[Pulse, ...]:
        """The newest sign of life of every station that writes here, by name."""

    def stands(self) -> tuple[Stand, ...]:
        """Every rig of every station that ever recorded something, by name."""

    def tallies(self, span: Span) -> Tallies:
        """Counts over time, whose cost does not grow with the number of verdicts."""

    def count(self) -> int:
        """Number of verdicts."""

    def ping(self) -> None: ...

    def close(self) -> None: ...
