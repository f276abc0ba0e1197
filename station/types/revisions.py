"""What the settings pages show: limits with their sources, versions of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of one check: its value in YAML's words, the default, the meaning with its source, where it was set."""

    check: str
    key: str
    value: str
    default: str
    meaning: str
    origin: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the configuration is made of: what it is ("station", "profile", "rig"), and its text."""

    kind: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of station.yaml: who wrote it, when (UTC) and why."""

    number: int
    at: datetime
    who: str
    why: str
    sha256: str
