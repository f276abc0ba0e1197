"""Is the file itself what it claims to be, and large enough?

Measure: the photograph's size (megapixels). Default limit: none (`min_megapixels` 0 = off); A3 at 300 ppi is 17
megapixels, at 450 ppi 39, at 600 ppi 70. Doubts of the decoder (wrong extension, embedded preview ...) are WARN, as
every other figure of such a photograph is less certain. A file that cannot be read at all never reaches this check:
the line itself answers FAIL `unreadable` or `truncated`.

UNKNOWN: never; it needs no engine.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from station.settings import Settings as Base
from station.types import Finding, Measure, Outcome, Scene

NAME = "file"


class Settings(Base):
    min_megapixels: float = Field(
        default=0.0, ge=0, description="A smaller photograph is FAIL, megapixels; 0 = off (A3 at 300 ppi is 17)."
    )
    doubts: bool = Field(default=True, description="Turn the decoder's doubts, e.g. a wrong extension, into WARN.")


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding a doubt, one for the size; else one PASS."""
    width, height = scene.photo.size_px
    megapixels = width * height / 1e6
    size = f"{width} x {height} pixels, {megapixels:.1f} megapixels"
    alarms = [
        Finding(NAME, "note", Outcome.WARN, f"About this file: {note}.", "Check the camera's file settings.")
        for note in (scene.photo.doubts if settings.doubts else ())
    ]
    if megapixels < settings.min_megapixels:
        alarms.append(
            Finding(
                NAME,
                "wrong_size",
                Outcome.FAIL,
                f"The photograph is too small: {size}.",
                "Set the camera to its full resolution and take it again.",
                megapixels,
                settings.min_megapixels,
                "megapixels",
            )
        )
    yield from alarms
    if not alarms:
        limit = settings.min_megapixels or None
        yield Finding(NAME, "ok", Outcome.PASS, f"The file is whole: {size}.", "", megapixels, limit, "megapixels")
