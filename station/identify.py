"""Photo + outlines of barcodes -> the values that can be trusted. Alone imports zxing-cpp.

A wrong specimen number is worse than none: it files a photograph under another specimen. Code 128, Code 93, QR and
DataMatrix check themselves (ISO/IEC 15417, 18004, 16022), so one read is enough. Code 39, ITF and Codabar carry no
check digit (ISO/IEC 16388, 16390; EN 798): their value counts only when two different renditions of the pixels give
the same one, and no rendition gives another value at the same place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pydantic import Field

from station.settings import Settings as Base
from station.types import Barcode, Box, Image, Photo, Region

Grey = NDArray[np.uint8]
CHECKED = (
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code93,
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
)
UNCHECKED = (zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.ITF, zxingcpp.BarcodeFormat.Codabar)
READS_UNCHECKED = 2


class Settings(Base):
    margin_share: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="Added round an outline, as share of its longer side, for the quiet zone (ours).",
    )
    whole_side_px: int = Field(
        default=2000,
        ge=0,
        le=6000,
        description="Long side of the whole photograph searched when no outline was read; 0 = off.",
    )
    min_length: int = Field(
        default=5,
        ge=1,
        description="Shorter values of codes without check digit are no specimen number: ruler ticks (ours).",
    )


def identify(photo: Photo, regions: tuple[Region, ...], settings: Settings) -> tuple[Barcode, ...]:
    """The values read, each once, in the order of the outlines; the whole small photograph when none was.

    Boxes are in photo pixels. Raises DecodeError when the photograph's pixels cannot be read.
    """
    found: dict[tuple[str, str], Barcode] = {}
    for region in regions:
        if region.name == "barcode":
            box = _widened(region.box, settings.margin_share, photo.size_px)
            for barcode in _read(_grey(photo.region(box)), box, settings):
                found.setdefault((barcode.symbology, barcode.value), barcode)
    if not found and settings.whole_side_px:
        small = _grey(photo.small(settings.whole_side_px))
        for barcode in _read(small, Box(0, 0, *photo.size_px), settings):
            found.setdefault((barcode.symbology, barcode.value), barcode)
    return tuple(found.values())


def _read(grey: Grey, box: Box, settings: Settings) -> list[Barcode]:
    """Values of a crop that shows `box` of the photograph."""
    reads: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], Box] = {}
    trusted: list[tuple[str, str]] = []
    for rendition in _renditions(grey):
        scale = box.w / rendition.shape[1], box.h / rendition.shape[0]
        for result in zxingcpp.read_barcodes(rendition, formats=list(CHECKED + UNCHECKED)):
            key = (result.symbology.name, result.text.strip())  # the symbology of Code39Ext is Code39
            if not result.valid or not key[1] or (result.symbology in UNCHECKED and len(key[1]) < settings.min_length):
                continue
            reads[key] += 1
            places.setdefault(key, _place(result.position, scale, box))
        trusted = [key for key in reads if _enough(key, reads) and not _contested(key, places)]
        if trusted and len(trusted) == len(reads):
            break
    return [Barcode(value, symbology, places[symbology, value]) for symbology, value in trusted]


def _renditions(grey: Grey) -> Iterator[Grey]:
    """The same crop in ways that fail for different reasons; the first is the pixels as they are."""
    yield grey
    short = min(grey.shape)
    if short < 600:  # modules of one or two pixels: give the decoder room between them
        yield cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    else:
        yield cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    stretched = _stretched(grey)
    yield stretched
    if short < 300:
        yield cv2.resize(stretched, None, fx=3, fy=3, interpolation=cv2.INTER_LANCZOS4)
    yield cv2.GaussianBlur(stretched, (0, 0), 1.0)


def _stretched(grey: Grey) -> Grey:
    """Contrast stretched between the 1st and 99th percentile: faded print, yellowed paper, underexposure."""
    low, high = np.percentile(grey, (1, 99))
    scaled = (grey.astype(np.float32) - low) * (255 / max(high - low, 1.0))
    stretched: Grey = np.clip(scaled, 0, 255).astype(np.uint8)
    return stretched


def _enough(key: tuple[str, str], reads: Counter[tuple[str, str]]) -> bool:
    checked = key[0] in {symbology.name for symbology in CHECKED}
    return reads[key] >= (1 if checked else READS_UNCHECKED)


def _contested(key: tuple[str, str], places: dict[tuple[str, str], Box]) -> bool:
    """Was another value read at the same place?"""
    return any(other[1] != key[1] and _overlap(places[key], places[other]) for other in places if other != key)


def _overlap(a: Box, b: Box) -> bool:
    """Do the boxes share more than a third of the smaller one?"""
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return w > 0 and h > 0 and w * h > min(a.w * a.h, b.w * b.h) / 3


def _place(position: zxingcpp.Position, scale: tuple[float, float], box: Box) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    xs, ys = [box.x + c.x * scale[0] for c in corners], [box.y + c.y * scale[1] for c in corners]
    left, top = int(min(xs)), int(min(ys))
    return Box(left, top, max(1, int(max(xs)) - left), max(1, int(max(ys)) - top))


def _widened(box: Box, share: float, size_px: tuple[int, int]) -> Box:
    margin = round(max(box.w, box.h) * share) + 4
    left, top = max(0, box.x - margin), max(0, box.y - margin)
    right, bottom = min(size_px[0], box.x + box.w + margin), min(size_px[1], box.y + box.h + margin)
    return Box(left, top, right - left, bottom - top)


def _grey(image: Image) -> Grey:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
