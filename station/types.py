"""The nouns of the capture station: frozen values that travel down the line.

Coordinates are pixels of the photograph turned upright by its EXIF orientation, at full resolution, origin
top-left, x to the right, y down. Units stand in the names. Array shapes and dtypes are checked on creation.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from station.errors import EngineError

Image = NDArray[np.uint8]
"""uint8 (h, w, 3), sRGB, channels in the order red, green, blue."""


@functools.total_ordering
class Outcome(Enum):
    """PASS < WARN < UNKNOWN < FAIL. UNKNOWN means "not judged" and is never a pass; an outcome is no truth value."""

    PASS = 0
    WARN = 1
    UNKNOWN = 2
    FAIL = 3

    def __lt__(self, other: object) -> bool:
        return self.value < other.value if isinstance(other, Outcome) else NotImplemented

    def __bool__(self) -> bool:
        raise TypeError("an Outcome is not true or false; compare it with Outcome.PASS")


class Box(NamedTuple):
    """A rectangle in photo pixels: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; the ledger's key, so that a known file is not read again.

    `device` and `inode` are 0 on network and FUSE file systems, which make such numbers up as they go.
    """

    device: int
    inode: int
    bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result, *, numbered: bool = True) -> Stamp:
        """The stamp in an answer of stat(); `numbered` False leaves device and inode out."""
        device, inode = (status.st_dev, status.st_ino) if numbered else (0, 0)
        return cls(device, inode, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Capture:
    """One press of the shutter: the photograph and the files that belong to it.

    `id` is the first 16 hex digits of `sha256`. When the content cannot be read at all, `sha256` is empty and
    `id` is made from the path and the stamp instead.
    """

    id: str
    path: Path
    sha256: str
    seen_at: datetime
    bytes: int
    stamp: Stamp
    companions: tuple[Path, ...] = ()


class Photo(Protocol):
    """A decoded photograph; decodes only what is asked for. Built by decode.py."""

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height), upright by EXIF, full resolution."""

    @property
    def exif(self) -> Mapping[str, str]:
        """Camera facts by EXIF tag name: Make, Model, LensModel, ISOSpeedRatings, FNumber, ExposureTime ..."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a judge should know about these pixels, e.g. "no colour profile; taken as sRGB"."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Those of the notes that make every other figure less certain, e.g. "embedded preview"."""

    def small(self, max_side: int) -> Image:
        """The whole photograph, longest side at most `max_side` pixels (never enlarged)."""

    def region(self, box: Box) -> Image:
        """Full-resolution pixels of `box` clipped to the photograph. Raises DecodeError when nothing is left."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained network as its `model.yaml` describes it. `input_side_px` is the long side it was trained at."""

    name: str
    path: Path
    sha256: str
    version: str
    classes: tuple[str, ...]
    input_side_px: int
    multiple_px: int
    licence: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What made a class map; stands in every verdict."""

    model: str
    model_sha256: str
    backend: str
    precision: str
    version: str


@dataclass(frozen=True, slots=True)
class Maps:
    """What a backend answers for n images.

    class_map uint8 (n, h, w), class ids; confidence uint8 (n, h, w), 255 = certain; core uint8 (n, h, w), 255 =
    surely inside one object and away from its outline (parts objects that touch); upright float32 (n, 4),
    probability that the photograph must be turned clockwise by 0, 90, 180, 270 degrees to read its text.
    """

    class_map: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    core: NDArray[np.uint8]
    upright: NDArray[np.float32]

    def __post_init__(self) -> None:
        _expect("class_map", self.class_map, np.uint8, 3)
        _expect("confidence", self.confidence, np.uint8, 3)
        _expect("core", self.core, np.uint8, 3)
        _expect("upright", self.upright, np.float32, 2)


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The maps of one photograph as in Maps; `photo_px_per_map_px` is (x, y); `upright_deg` is None when in doubt."""

    class_map: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    core: NDArray[np.uint8]
    classes: tuple[str, ...]
    photo_px_per_map_px: tuple[float, float]
    upright_deg: int | None
    engine: Engine

    def __post_init__(self) -> None:
        _expect("class_map", self.class_map, np.uint8, 2)
        _expect("confidence", self.confidence, np.uint8, 2)
        _expect("core", self.core, np.uint8, 2)


@dataclass(frozen=True, slots=True)
class Region:
    """One object found. `polygon` float32 (n, 2), photo pixels; for straight-sided objects its four corners,
    clockwise from the top-left. `confidence` 0..1."""

    name: str
    polygon: NDArray[np.float32]
    area_px: float
    confidence: float

    def __post_init__(self) -> None:
        _expect("polygon", self.polygon, np.float32, 2)

    @property
    def box(self) -> Box:
        """The upright rectangle round the polygon, whole pixels."""
        low, high = np.floor(self.polygon.min(axis=0)), np.ceil(self.polygon.max(axis=0))
        return Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))


@dataclass(frozen=True, slots=True)
class Barcode:
    """One barcode value as read. `symbology` as the decoder names it, e.g. "Code128"."""

    value: str
    symbology: str
    box: Box


@dataclass(frozen=True, slots=True)
class Rig:
    """What is normal at one camera stand. `ppi` pixels per inch; `required` overrides the profile's objects."""

    name: str
    ppi: float | None = None
    required: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of object: its model, the objects that must lie in the frame (class -> least number), and the
    pattern (regular expression) of its specimen numbers."""

    name: str
    model: str
    required: Mapping[str, int]
    barcode_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a check may see. Asking for what failed raises why it failed (an EngineError)."""

    capture: Capture
    photo: Photo
    profile: Profile
    rig: Rig
    barcodes: tuple[Barcode, ...] | EngineError
    segmented: Segmentation | EngineError
    found: tuple[Region, ...] | EngineError

    @property
    def segmentation(self) -> Segmentation:
        if isinstance(self.segmented, EngineError):
            raise self.segmented
        return self.segmented

    @property
    def regions(self) -> tuple[Region, ...]:
        if isinstance(self.found, EngineError):
            raise self.found
        return self.found

    @property
    def required(self) -> Mapping[str, int]:
        """Class -> least number of objects: the rig's word where it has one, else the profile's."""
        return self.profile.required if self.rig.required is None else self.rig.required

    def of(self, name: str) -> tuple[Region, ...]:
        """The regions of one class, largest first."""
        return tuple(sorted((r for r in self.regions if r.name == name), key=lambda r: -r.area_px))


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one check: what is wrong (`message`), what to do (`remedy`), the figure and its limit."""

    check: str
    code: str
    outcome: Outcome
    message: str
    remedy: str = ""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    where: Box | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure a check took on its way, for `measures` of the verdict.

    A scalar name (`skew_deg`, `orientation_deg`, `sheet_corners_px`, `ppi`) holds one value; a list name
    (`labels`, `charts`) collects one mapping a Measure.
    """

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one capture and everything needed to trust or dispute it. `seconds` per stage."""

    capture: Capture
    profile: str
    rig: str
    size_px: tuple[int, int] | None
    specimen: tuple[str, ...]
    findings: tuple[Finding, ...]
    measures: Mapping[str, object]
    regions: tuple[Region, ...]
    engine: Engine | None
    config_digest: str
    software: str
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """The worst finding; a verdict without any finding was not judged."""
        return max((f.outcome for f in self.findings), default=Outcome.UNKNOWN)


class Action(Enum):
    """What a person decided."""

    ACCEPT = "accept"
    RETAKE = "retake"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a capture; it never changes the verdict. `at` is UTC."""

    capture_id: str
    action: Action
    operator: str
    reason_code: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A verdict as stored: `sequence` grows by one with each; `decision` is the latest one, if any."""

    sequence: int
    recorded_at: datetime
    station: str
    verdict: Verdict
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look into the inbox: at most one whole capture, the names still arriving, how many wait, and what is
    wrong with the inbox itself (None when it is well). `notice`: it works, but not as well as it could."""

    capture: Capture | None
    arriving: tuple[str, ...] = ()
    waiting: int = 0
    problem: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """The daemon's sign of life, overwritten about once a second; pages believe nothing older than 3 s.

    `problem`: the inbox itself is not well. `notice`: the station works, but not as configured, e.g. on a fallback.
    """

    at: datetime
    station: str
    arriving: tuple[str, ...] = ()
    waiting: int = 0
    problem: str | None = None
    engine: Engine | None = None
    notice: str | None = None


def _expect(name: str, array: NDArray[np.generic], dtype: type[np.generic], dimensions: int) -> None:
    if array.dtype != dtype or array.ndim != dimensions:
        raise ValueError(
            f"{name} must be {np.dtype(dtype)} with {dimensions} dimensions, got {array.dtype} {array.shape}"
        )
