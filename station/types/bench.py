"""What happens at the bench round a capture: who works there, which specimens are still owed a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Policy(Enum):
    """What a verdict asks of the operator, by the profile: to know it, to answer it, or not to sign off without it."""

    INFORM = "inform"
    ACKNOWLEDGE = "acknowledge"
    BLOCK = "block"


class RetakeState(Enum):
    """How a specimen that was to be photographed again stands; only OPEN means that it is still on the bench."""

    OPEN = "open"
    REPLACED = "replaced"
    ACCEPTED = "accepted"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Session:
    """One operator's work on one job at one rig. `ended_at` is None while it runs; ended without `signed_by` it was
    handed over to the next. `reason`: the word of `supervisor` for retakes that were open at the end."""

    number: int
    station: str
    rig: str
    operator: str
    job: str
    started_at: datetime
    ended_at: datetime | None = None
    signed_by: str | None = None
    supervisor: str | None = None
    reason: str = ""
    open_retakes: int | None = None


@dataclass(frozen=True, slots=True)
class Retake:
    """A chain of photographs of one specimen, each superseding the one before; none is ever removed.

    `first` and `head` are capture ids, `attempts` counts photographs. `awaited`: a person said that the next file is
    of this specimen. `closed_by` is None when a good photograph closed it.
    """

    number: int
    station: str
    state: RetakeState
    policy: Policy
    specimen: str | None
    first: str
    head: str
    attempts: int
    opened_at: datetime
    session: int | None = None
    awaited: bool = False
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class WrongAlarm:
    """A person's word that one finding of a capture is wrong. `finding` counts from 0 in the verdict; `crop` are the
    bytes of its picture (JPEG), None when there is none."""

    number: int
    capture_id: str
    finding: int
    operator: str
    note: str
    at: datetime
    crop: bytes | None = None
