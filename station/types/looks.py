"""Second looks: lots of captures, and what a person said of those drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Answer(Enum):
    """What a person who looks a second time says of a capture that was let pass."""

    AGREES = "agrees"
    MISSED = "missed defect"
    WRONG_ALARM = "wrong alarm"


@dataclass(frozen=True, slots=True)
class Lot:
    """Consecutive captures of one station that were not replaced; `first` and `last` are their sequence numbers.

    `level`: of the sampling plan when it was drawn; `irregular`: captures before it were never sampled; `faults`:
    missed defects, known once it is closed; `mended_...`: who mended the cause when this lot had stopped the line.
    """

    number: int
    station: str
    first: int
    last: int
    captures: int
    level: str
    irregular: bool
    drawn_at: datetime
    drawn_by: str
    closed_at: datetime | None = None
    faults: int | None = None
    mended_at: datetime | None = None
    mended_by: str | None = None
    mended_why: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One capture of a lot's sample; `place` counts from 1. `answer` is None until somebody has looked; `defect` is the
    check and code of what was missed, joined by an underscore."""

    lot: int
    place: int
    capture_id: str
    answer: Answer | None = None
    defect: str = ""
    note: str = ""
    looked_by: str | None = None
    looked_at: datetime | None = None
