"""The start-of-day conformance run: when it last was, and whether it passed. One line of JSON a run, oldest first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from station.errors import StationError

FILE = "conformance.jsonl"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `faults`: what did not pass, in words; none when it passed. `at` is UTC."""

    at: datetime
    rig: str
    photographs: int
    faults: tuple[str, ...]
    config_digest: str
    software: str

    @property
    def passed(self) -> bool:
        return not self.faults

    def is_of_today(self, now: datetime | None = None) -> bool:
        """Was it done on this day, by the computer's own clock and time zone?"""
        return self.at.astimezone().date() == (now or datetime.now(UTC)).astimezone().date()


def record(state: Path, run: Run) -> None:
    """Append a run to the state folder's file. Raises StationError."""
    row = json.dumps(asdict(run) | {"at": run.at.isoformat()}, ensure_ascii=False)
    try:
        state.mkdir(parents=True, exist_ok=True)
        with (state / FILE).open("a", encoding="utf-8") as file:
            file.write(row + "\n")
    except OSError as error:
        raise StationError(
            f"The run cannot be recorded: {error}", "Look at the state folder and its rights."
        ) from error


def runs(state: Path) -> tuple[Run, ...]:
    """All runs, oldest first; lines that cannot be read are left out."""
    try:
        lines = (state / FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    found = []
    for line in lines:
        try:
            row = json.loads(line)
            at = datetime.fromisoformat(row["at"])
            found.append(Run(at, row["rig"], row["photographs"], tuple(row["faults"]), row["config_digest"],
                             row["software"]))  # fmt: skip
        except (ValueError, KeyError, TypeError):
            continue
    return tuple(found)


def last(state: Path) -> Run | None:
    """The newest run."""
    done = runs(state)
    return done[-1] if done else None
