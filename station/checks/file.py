"""Is the file itself what it claims to be, whole, new, and taken as this stand takes its photographs?

Measures: the photograph's size (megapixels, and px against the rig's `size_px`); rows and columns that a transfer lost
(px); `frame_hash`, of some native rows, for the next photograph to compare with; EXIF values of the camera against the
rig's `camera` table. Default limits: none for the size (`min_megapixels` 0 = off; A3 at 300 ppi is 17 megapixels, at
450 ppi 39, at 600 ppi 70); no black line and no flat end at all; two photographs in succession never have the same
pixels (two of the same sheet differ by noise); numbers of the camera may differ by 2 % (rounding; ours).
Doubts of the decoder (wrong extension, embedded preview ...) are WARN, as every other figure of such a photograph is
less certain. A file that cannot be read at all never reaches this check: the line itself answers FAIL `unreadable` or
`truncated`.

UNKNOWN: the rig names a value of the camera that the photograph does not tell. It needs no engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

import numpy as np
from pydantic import Field

from station.measure import rows
from station.settings import Settings as Base
from station.types import Box, Finding, Image, Measure, Outcome, Photo, Scene

NAME = "file"
Severity = Literal["fail", "warn", "off"]
OUTCOMES = {"fail": Outcome.FAIL, "warn": Outcome.WARN}
LINES = 24
"""Rows and columns, spread evenly, of which pixels are looked at."""
NO_PROFILE = ("no colour profile", "damaged colour profile", "colour profile")
"""How the decoder's notes begin when the colours had to be assumed (codecs/colour.py)."""
PLAIN = {
    "ISOSpeedRatings": "ISO speed", "FNumber": "aperture", "ExposureTime": "shutter time", "FocalLength":
    "focal length", "WhiteBalance": "white balance", "LensModel": "lens", "Model": "camera",
    "BodySerialNumber": "camera body", "ExposureMode": "exposure mode", "Flash": "flash",
}  # fmt: skip
REMEDY = "Copy the file again from the camera; if it stays so, take the photograph again and check card and cable."


class Settings(Base):
    min_megapixels: float = Field(
        default=0.0, ge=0, description="A smaller photograph is FAIL, megapixels; 0 = off (A3 at 300 ppi is 17)."
    )
    doubts: bool = Field(default=True, description="Turn the decoder's doubts, e.g. a wrong extension, into WARN.")
    settings_drift: Severity = Field(
        default="warn", description="What a camera setting other than the rig's `camera` table means (ours)."
    )
    colour_profile: Severity = Field(
        default="off", description="What a photograph without a colour profile that can be used means (ours)."
    )
    tolerance: float = Field(
        default=0.02, ge=0, le=1, description="Numbers of the camera may differ by this share (rounding; ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding a fault; else one PASS. Raises DecodeError when the pixels cannot be read."""
    width, height = scene.photo.size_px
    size = f"{width} x {height} pixels, {width * height / 1e6:.1f} megapixels"
    across, down = _samples(scene.photo)
    own = hashlib.sha256(across.tobytes()).hexdigest()[:16]
    yield Measure("frame_hash", own)
    alarms = [
        *_notes(scene.photo, settings), *_size(scene, size, settings), *_lost(across, down, scene.photo.size_px),
        *_stuck(scene, own), *_drifted(scene, settings),
    ]  # fmt: skip
    yield from alarms
    if not alarms:
        limit = settings.min_megapixels or None
        yield Finding(NAME, "ok", Outcome.PASS, f"The file is whole: {size}.", "", width * height / 1e6, limit,
                      "megapixels")  # fmt: skip


def _notes(photo: Photo, settings: Settings) -> Iterator[Finding]:
    for note in photo.doubts if settings.doubts else ():
        yield Finding(NAME, "note", Outcome.WARN, f"About this file: {note}.", "Check the camera's file settings.")
    assumed = next((n for n in photo.notes if n.startswith(NO_PROFILE) and "EXIF says sRGB" not in n), None)
    if assumed is not None and settings.colour_profile != "off":
        remedy = "Let the camera or its software write the colour profile into the file."
        yield Finding(
            NAME, "colour_profile", OUTCOMES[settings.colour_profile], f"About its colours: {assumed}.", remedy
        )


def _size(scene: Scene, size: str, settings: Settings) -> Iterator[Finding]:
    width, height = scene.photo.size_px
    megapixels = width * height / 1e6
    remedy = "Set the camera to its full resolution and take it again."
    if megapixels < settings.min_megapixels:
        yield Finding(NAME, "wrong_size", Outcome.FAIL, f"The photograph is too small: {size}.", remedy, megapixels,
                      settings.min_megapixels, "megapixels")  # fmt: skip
    usual = scene.rig.size_px
    if usual is not None and sorted(usual) != sorted((width, height)):
        said = f"The photograph has another size than all others at this stand ({usual[0]} x {usual[1]}): {size}."
        yield Finding(
            NAME, "wrong_size", Outcome.FAIL, said, remedy, float(max(width, height)), float(max(usual)), "px"
        )


def _samples(photo: Photo) -> tuple[Image, Image]:
    """Some rows, uint8 (LINES, w, 3), and some columns, (LINES, h, 3)."""
    width, height = photo.size_px
    ys, xs = (np.unique(np.linspace(0, n - 1, LINES + 2).astype(int)[1:-1]) for n in (height, width))
    across = np.stack([photo.region(Box(0, int(y), width, 1))[0] for y in ys])
    return across, np.stack([photo.region(Box(int(x), 0, 1, height))[:, 0] for x in xs])


def _lost(across: Image, down: Image, size_px: tuple[int, int]) -> Iterator[Finding]:
    """Black lines and flat ends among the rows (told by the columns) and among the columns (told by the rows)."""
    for samples, name, length in ((down, "rows", size_px[1]), (across, "columns", size_px[0])):
        crossing = samples.swapaxes(0, 1)
        lines = rows.black(crossing)
        if lines:
            first, lost = lines[0][0], sum(count for _, count in lines)
            where = Box(0, first, size_px[0], lines[0][1]) if name == "rows" else Box(first, 0, lines[0][1], size_px[1])
            said = f"A part of the picture is lost: {lost} {name} are black."
            yield Finding(NAME, "black_lines", Outcome.FAIL, said, REMEDY, float(lost), 0.0, "px", where)
        for end, order in (("last", crossing), ("first", crossing[::-1])):
            count = rows.missing_end(order)
            if count:
                said = f"The picture is not whole: the {end} {count} of {length} {name} are one flat colour."
                yield Finding(NAME, "truncated", Outcome.FAIL, said, REMEDY, float(count), 0.0, "px")


def _stuck(scene: Scene, own: str) -> Iterator[Finding]:
    """The verdict before this one, of another file, was of the very same pixels."""
    before = next((v for v in reversed(scene.recent) if v.capture.id != scene.capture.id), None)
    if before is None or before.measures.get("frame_hash") != own or before.size_px != scene.photo.size_px:
        return
    yield Finding(
        NAME, "stuck_frame", Outcome.FAIL,
        f"This is the same picture as {before.capture.path.name}, pixel for pixel: the camera delivered it twice.",
        "Switch the camera off and on, take the photograph again, and look whether it shows this sheet.",
    )  # fmt: skip


def _drifted(scene: Scene, settings: Settings) -> Iterator[Finding]:
    for tag, usual in scene.rig.camera.items() if settings.settings_drift != "off" else ():
        plain, told = PLAIN.get(tag, tag), scene.photo.exif.get(tag)
        if told is None:
            yield Finding(
                NAME, "not_judged", Outcome.UNKNOWN, f"The photograph does not tell its {plain} ({tag}).",
                "Let the camera's software keep EXIF, or take the line out of the rig's camera table.",
            )  # fmt: skip
        elif not _same(told, str(usual), settings.tolerance):
            yield Finding(
                NAME, "settings_drift", OUTCOMES[settings.settings_drift],
                f"The camera's {plain} is {told}; at this stand it is {usual}.",
                f"Set the {plain} back to {usual}, or calibrate the rig anew if it was changed on purpose.",
            )  # fmt: skip


def _same(told: str, usual: str, tolerance: float) -> bool:
    """Numbers within the tolerance ("1/125", "0.008"), texts letter by letter but for capitals and spaces."""
    try:
        a, b = Fraction(told), Fraction(usual)
    except (ValueError, ZeroDivisionError):
        return "".join(told.split()).casefold() == "".join(usual.split()).casefold()
    return abs(a - b) <= Fraction(tolerance) * abs(b)
