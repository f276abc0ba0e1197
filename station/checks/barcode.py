"""Was the specimen's barcode read, and is it the right kind of number?

Measure: the values read (count). Default limits (ours): at least one value where a barcode is required or an outline of
one was found (FAIL `unreadable`); with the profile's `barcode_pattern`: at least one value must match it (FAIL
`pattern`), two different matching values are two specimens in one frame (FAIL `conflicting`), and a file name that is
itself such a number must equal the value (FAIL `mismatch`). A wrong value is kept from being read: see identify.py.

UNKNOWN: the engine failed, so that no value was read nor looked for where the barcode lies, or only an uncertain
outline (confidence below `min_confidence`) holds no readable value. A value that was read counts in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydantic import Field

from station.errors import EngineError
from station.settings import Settings as Base
from station.types import Barcode, Finding, Measure, Outcome, Region, Scene

NAME = "barcode"
EACH = True
FEW_PX = 250
"""A Code 39 of ten characters is some 190 modules long; below this it has hardly a pixel a module."""


class Settings(Base):
    file_name: bool = Field(
        default=True, description="Compare the value with a file name that matches the pattern itself."
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
    if scene.profile.barcode_pattern is None:
        return
    pattern = re.compile(scene.profile.barcode_pattern)
    numbers = {barcode.value: barcode for barcode in barcodes if pattern.fullmatch(barcode.value)}
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
    if len(numbers) > 1:
        yield Finding(
            NAME,
            "conflicting",
            Outcome.FAIL,
            f"Different specimen numbers in one frame: {', '.join(sorted(numbers))}.",
            "Take away the barcode that belongs to another specimen, or cover it.",
            len(numbers),
            1,
            "",
            list(numbers.values())[-1].box,
        )
    stem = scene.capture.path.stem
    if settings.file_name and pattern.fullmatch(stem) and stem not in numbers:
        yield Finding(
            NAME,
            "mismatch",
            Outcome.FAIL,
            f"The file is named {stem}, but the barcode says {', '.join(sorted(numbers))}.",
            "Find out which is right before the specimen leaves the bench; rename or take it again.",
            where=next(iter(numbers.values())).box,
        )
