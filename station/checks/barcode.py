"""Was the specimen's barcode read, and is it the right number?

Measure: the values read (count). Default limits (ours): at least one value where an outline of a barcode was found or
one is required (FAIL `unreadable`); with the profile's `barcode_pattern`, at least one value must match it (FAIL
`pattern`). Two different specimen numbers in one frame are FAIL `conflicting`: values that match the pattern, or,
without one, values of the same form (letters, digits and signs at the same places). A file name that is itself such a
number must equal the value (FAIL `mismatch`). A number that one of the last 50 photographs had is WARN `duplicate`,
unless that photograph failed, so that this one is its retake. A wrong value is kept from being read: see identify.py.
A required barcode of which nothing is seen is told once, by `required_objects` where that is asked before this check.

UNKNOWN: the engine failed, so that no value was read nor looked for where the barcode lies, or only an uncertain
outline (confidence below `min_confidence`) holds no readable value. A value that was read counts in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from station.errors import EngineError
from station.settings import Settings as Base
from station.types import Barcode, Finding, Measure, Outcome, Region, Scene

NAME = "barcode"
EACH = True
Severity = Literal["fail", "warn", "off"]
OUTCOMES = {"fail": Outcome.FAIL, "warn": Outcome.WARN}
FEW_PX = 250
"""A Code 39 of ten characters is some 190 modules long; below this it has hardly a pixel a module."""


class Settings(Base):
    file_name: bool = Field(
        default=True, description="Compare the value with a file name that matches the pattern itself."
    )
    conflicting: Severity = Field(
        default="fail", description="What two different specimen numbers in one frame mean (ours)."
    )
    duplicate: Severity = Field(
        default="warn", description="What a number that was photographed shortly before means (ours)."
    )
    look_back: int = Field(
        default=50, ge=1, le=100, description="So many photographs before this one are compared with (ours)."
    )
    min_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="An unread outline below this confidence of the engine is not judged (ours).",
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """Findings about the values read. Raises EngineError when nobody could look for a barcode."""
    if isinstance(scene.barcodes, EngineError):
        raise scene.barcodes
    if not scene.barcodes:
        yield _nothing_read(scene, settings)
        return
    alarms = list(_alarms(scene, scene.barcodes, settings))
    yield from alarms
    if not alarms:
        values = ", ".join(sorted({barcode.value for barcode in scene.barcodes}))
        yield Finding(NAME, "ok", Outcome.PASS, f"Barcode read: {values}.", "", len(scene.barcodes), None, "")


def _nothing_read(scene: Scene, settings: Settings) -> Finding:
    outlined = scene.of("barcode")
    required = scene.required.get("barcode", 0)
    if not outlined and not required:
        return Finding(NAME, "ok", Outcome.PASS, "No barcode is required and none was found.", "", 0, 0, "")
    if not outlined and any(isinstance(said, Finding) and said.check == "required_objects" for said in scene.said):
        return Finding(NAME, "ok", Outcome.PASS, "Nothing to read; required_objects tells of it.", "", 0, 0, "")
    if outlined and max(region.confidence for region in outlined) < settings.min_confidence and not required:
        return _unread(
            outlined, Outcome.UNKNOWN, "not_judged", "There may be a barcode here, but it could not be read."
        )
    if outlined:
        long_side = max(max(region.box.w, region.box.h) for region in outlined)
        few = f" It is only {long_side} pixels long." if long_side < FEW_PX else ""
        message = f"A barcode lies in the frame but could not be read.{few}"
        return _unread(outlined, Outcome.FAIL, "unreadable", message)
    return _unread(outlined, Outcome.FAIL, "unreadable", "No barcode was read anywhere in the frame.")


def _unread(outlined: tuple[Region, ...], outcome: Outcome, code: str, message: str) -> Finding:
    return Finding(
        NAME,
        code,
        outcome,
        message,
        "Lay the barcode flat and uncovered, away from glare; check focus and resolution; take it again.",
        0,
        1,
        "",
        outlined[0].box if outlined else None,
    )


def _alarms(scene: Scene, barcodes: tuple[Barcode, ...], settings: Settings) -> Iterator[Finding]:
    pattern = scene.profile.barcode_pattern
    numbers = {b.value: b for b in barcodes if pattern is None or re.fullmatch(pattern, b.value)}
    if not numbers:
        yield Finding(
            NAME,
            "pattern",
            Outcome.FAIL,
            f"No barcode is a specimen number of this collection: {', '.join(b.value for b in barcodes)}.",
            "Check that the right barcode is on the sheet; check the pattern in the profile.",
            where=barcodes[0].box,
        )
        return
    yield from _conflict(numbers, pattern, settings)
    stem = scene.capture.path.stem
    if settings.file_name and pattern is not None and re.fullmatch(pattern, stem) and stem not in numbers:
        yield Finding(
            NAME,
            "mismatch",
            Outcome.FAIL,
            f"The file is named {stem}, but the barcode says {', '.join(sorted(numbers))}.",
            "Find out which is right before the specimen leaves the bench; rename or take it again.",
            where=next(iter(numbers.values())).box,
        )
    if settings.duplicate != "off":
        yield from _duplicates(scene, numbers, settings)


def _conflict(numbers: dict[str, Barcode], pattern: str | None, settings: Settings) -> Iterator[Finding]:
    """At most one finding: numbers of the same form that differ."""
    forms: dict[str, list[str]] = {}
    for value in numbers:
        forms.setdefault("" if pattern is not None else _form(value), []).append(value)
    alike = next((values for values in forms.values() if len(values) > 1), None)
    if alike is not None and settings.conflicting != "off":
        yield Finding(
            NAME,
            "conflicting",
            OUTCOMES[settings.conflicting],
            f"Different specimen numbers in one frame: {', '.join(sorted(alike))}.",
            "Take away the barcode that belongs to another specimen, or cover it.",
            len(alike),
            1,
            "",
            numbers[alike[-1]].box,
        )


def _form(value: str) -> str:
    """Digits as 9, letters as A, the rest as it is: "E00012345" -> "A99999999"."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", value))


def _duplicates(scene: Scene, numbers: dict[str, Barcode], settings: Settings) -> Iterator[Finding]:
    """One finding a number whose newest photograph before this one did not fail."""
    before = [v for v in scene.recent if v.capture.id != scene.capture.id][-settings.look_back :]
    for value, barcode in numbers.items():
        seen = [(back, v) for back, v in enumerate(reversed(before), 1) if value in v.specimen]
        if not seen or seen[0][1].outcome is Outcome.FAIL:
            continue
        back, verdict = seen[0]
        when = "the photograph before this one" if back == 1 else f"a photograph taken {back} before this one"
        yield Finding(
            NAME,
            "duplicate",
            OUTCOMES[settings.duplicate],
            f"{value} is also the number of {when}, {verdict.capture.path.name}.",
            "Look whether the sheet was changed; if it was, two sheets bear the same number.",
            back,
            settings.look_back,
            "photographs",
            barcode.box,
        )
