"""Small real things that the tests of several rooms draw with: a photograph made of an array, regions, scenes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from station.errors import DecodeError, EngineError
from station.types import (
    Barcode,
    Box,
    Capture,
    Engine,
    Finding,
    Image,
    Photo,
    Profile,
    Region,
    Rig,
    Scene,
    Segmentation,
    Stamp,
    Verdict,
)

CLASSES = (
    "background",
    "sheet",
    "specimen",
    "label",
    "barcode",
    "colour_chart",
    "scale_bar",
    "stamp",
    "packet",
    "foreign_object",
)
BROKEN = EngineError("the engine did not answer", "start the engine again")


class ArrayPhoto:
    """A photograph that is an array: uint8 (h, w, 3), RGB."""

    def __init__(self, image: Image, notes: tuple[str, ...] = ()) -> None:
        self._image = image
        self.notes = self.doubts = notes
        self.exif: Mapping[str, str] = {}

    @property
    def size_px(self) -> tuple[int, int]:
        return self._image.shape[1], self._image.shape[0]

    def small(self, max_side: int) -> Image:
        scale = min(1.0, max_side / max(self.size_px))
        size = max(1, round(self.size_px[0] * scale)), max(1, round(self.size_px[1] * scale))
        return np.asarray(cv2.resize(self._image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def region(self, box: Box) -> Image:
        cut = self._image[max(0, box.y) : max(0, box.y + box.h), max(0, box.x) : max(0, box.x + box.w)]
        if cut.size == 0:
            raise DecodeError("nothing of the photograph lies in this box", "look at the box")
        return cut


def blank(width: int, height: int, grey: int = 230) -> Image:
    """A plain photograph."""
    return np.full((height, width, 3), grey, dtype=np.uint8)


def region(name: str, x: float, y: float, w: float, h: float, confidence: float = 0.95) -> Region:
    """An upright rectangle of one class."""
    polygon = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], dtype=np.float32)
    return Region(name, polygon, float(w * h), confidence)


def segmentation(
    size_px: tuple[int, int], upright_deg: int | None = None, classes: tuple[str, ...] = CLASSES, confidence: int = 250
) -> Segmentation:
    """An empty class map, a tenth of the photograph's size."""
    shape = max(1, size_px[1] // 10), max(1, size_px[0] // 10)
    engine = Engine("drawn", "0" * 64, "drawn", "fp32", "1")
    scale = size_px[0] / shape[1], size_px[1] / shape[0]
    nothing = np.zeros(shape, dtype=np.uint8)
    sure = np.full(shape, confidence, dtype=np.uint8)
    sides = np.zeros((4, *(max(1, side // 4) for side in shape)), dtype=np.uint8)
    return Segmentation(nothing, sure, nothing, sides, classes, scale, upright_deg, engine)


def scene(
    photo: Photo,
    *regions: Region,
    barcodes: tuple[Barcode, ...] | EngineError = (),
    required: Mapping[str, int] | None = None,
    pattern: str | None = None,
    ppi: float | None = None,
    name: str = "IMG_0001.jpg",
    segmented: Segmentation | EngineError | None = None,
) -> Scene:
    """A scene of hand-made regions; `segmented` defaults to an empty, certain class map."""
    stamp = Stamp(1, 2, 3, 4)
    capture = Capture("0" * 16, Path(name), "0" * 64, datetime(2026, 1, 1, tzinfo=UTC), 3, stamp)
    answer = segmentation(photo.size_px) if segmented is None else segmented
    profile = Profile("herbarium-sheet", "drawn", required or {}, pattern)
    found = answer if isinstance(answer, EngineError) else regions
    return Scene(capture, photo, profile, Rig("drawn", ppi), barcodes, answer, found)


def verdict(number: int, *findings: Finding, **measures: object) -> Verdict:
    """A verdict of a capture of its own, of a photograph of 600 x 900 px at the rig `drawn`."""
    own = f"{number:016x}"
    capture = Capture(
        own, Path(f"IMG_{number:04}.jpg"), own * 4, datetime(2026, 1, 1, tzinfo=UTC), 3, Stamp(1, 2, 3, 4)
    )
    return Verdict(
        capture, "herbarium-sheet", "drawn", (600, 900), (f"E{number:08}",), findings, measures, (), None, "d", "test"
    )
