"""The defect atlas: for every code of every check a picture, the likely cause at the rig, and the remedy."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ANY = "any"
"""Codes that every check may give stand under this name."""
PARTS = ("title", "cause", "remedy")
"""What each language says of a fault."""


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
    """The whole atlas in one language, check by check as in the English file, which alone names the pictures. Raises
    FileNotFoundError for a language without a file, KeyError for one that lacks a text."""
    told = _table(language)
    made = []
    for check, codes in _table("en").items():
        for code, english in codes.items():
            title, cause, remedy = (told[check][code][part] for part in PARTS)
            made.append(Entry(check, code, title, cause, remedy, HERE / f"{english['picture']}.jpg"))
    return tuple(made)


def entry(check: str, code: str, language: str = "en") -> Entry | None:
    """What the atlas says of a finding; None for a code of a check that is not ours."""
    known = {(e.check, e.code): e for e in entries(language)}
    return known.get((check, code)) or known.get((ANY, code))


@functools.cache
def _table(language: str) -> dict[str, dict[str, dict[str, str]]]:
    table: dict[str, dict[str, dict[str, str]]] = yaml.safe_load((HERE / f"{language}.yaml").read_text("utf-8"))
    return table
