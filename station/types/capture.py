"""What comes from the camera: files, photographs, the sight of the inbox."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""uint8 (h, w, 3), sRGB, channels in the order red, green, blue."""


class Box(NamedTuple):
    """A rectangle in photo pixels: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @classmethod
    def round(cls, points: NDArray[np.floating]) -> Box:
        """The upright rectangle round points (n, 2), whole pixels outwards."""
        low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        return cls(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))


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
class Pictures:
    """Copies of a photograph for screens, JPEG: the whole of it, and a thumbnail."""

    photo: bytes
    thumb: bytes


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look into the inbox: at most one whole capture, the names still arriving, how many wait, and what is
    wrong with the inbox itself (None when it is well). `notice`: it works, but not as well as it could."""

    capture: Capture | None
    arriving: tuple[str, ...] = ()
    waiting: int = 0
    problem: str | None = None
    notice: str | None = None
