"""The defect atlas: for every code of every check a picture, the likely cause at the rig, and the remedy."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ANY = "any"
"""Codes that every check may give stand under this name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault. `check` is ANY where the code is every check's; `picture` is a JPEG file."""

    check: str
    code: str
    title: str
    cause: str
    remedy: str
    picture: Path


@functools.cache
def entries(language: str = "en") -> tuple[Entry, ...]:
    """The whole atlas, check by check as in the file."""
    table = yaml.safe_load((HERE / f"{language}.yaml").read_text(encoding="utf-8"))
    return tuple(
        Entry(check, code, said["title"], said["cause"], said["remedy"], HERE / f"{said['picture']}.jpg")
        for check, codes in table.items()
        for code, said in codes.items()
    )


def entry(check: str, code: str, language: str = "en") -> Entry | None:
    """What the atlas says of a finding; None for a code of a check that is not ours."""
    known = {(e.check, e.code): e for e in entries(language)}
    return known.get((check, code)) or known.get((ANY, code))
