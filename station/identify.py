"""Photo + outlines of barcodes -> the values that can be trusted. Alone imports zxing-cpp.

A wrong specimen number is worse than none: it files a photograph under another specimen. Code 128, Code 93, QR and
DataMatrix check themselves (ISO/IEC 15417, 18004, 16022), so one read is enough. Code 39, ITF and Codabar carry no
check digit (ISO/IEC 16388, 16390; EN 798): their value counts only when two separate bands across the bars give it and
no band gives another, so that a leaf or a scratch over some of the bars is noticed. What no reader can see is a mark
over the full height of the bars that turns one character into another: the profile's pattern is for that.
Where nothing is read, a small matrix code is enlarged and sharpened in several ways; then two of them must agree. Of 60
drawn DataMatrix codes each this reads 58 at 1.5 pixels a module, 36 at 1.25, none at 1.0, and none of 480 wrong; of 30
others without it 22 and 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
LINES = [
    zxingcpp.BarcodeFormat.Code39Std,
    zxingcpp.BarcodeFormat.Code39Ext,
    zxingcpp.BarcodeFormat.ITF,
    zxingcpp.BarcodeFormat.Codabar,
]
"""What is asked for to read UNCHECKED: all of Code39 would turn six characters into a pharmacy's Code 32."""
BANDS, AGREEING = 16, 2
"""Bars are cut into this many bands, of which so many must give the value (ours); as many ways to enlarge a code."""
MATRIX = [zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.QRCode]
SMALL_PX, STRAIN, SHARPENED = 160, 4, (1.0, 1.5, 2.0)
"""A crop with a shorter short side is enlarged so many times, its contrast at edges so much stronger (ours)."""


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
    found: dict[tuple[str, str], Barcode] = {}
    for rendition in _renditions(grey):
        scale = box.w / rendition.shape[1], box.h / rendition.shape[0]
        for result in zxingcpp.read_barcodes(rendition, formats=[*CHECKED, *LINES]):
            # the symbology of the format Code39Ext is Code39
            value, symbology = result.text.strip(), result.symbology
            if not result.valid or not value or (symbology in UNCHECKED and len(value) < settings.min_length):
                continue
            if symbology in CHECKED or _bands_agree(rendition, result):
                place = _place(result.position, scale, box)
                found.setdefault((symbology.name, value), Barcode(value, symbology.name, place))
        if found:
            break
    if not found and min(grey.shape) < SMALL_PX:
        found = {(b.symbology, b.value): b for b in _strained(grey, box)}
    return [barcode for barcode in found.values() if not _contested(barcode, found.values())]


def _strained(grey: Grey, box: Box) -> list[Barcode]:
    """The value of a matrix code of hardly more than a pixel a module, if AGREEING ways to enlarge it give it and none
    another."""
    cubic = cv2.resize(grey, None, fx=STRAIN, fy=STRAIN, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(cubic, (0, 0), 0.8 * STRAIN).astype(np.float32)
    ways = [np.clip(cubic + share * (cubic - soft), 0, 255).astype(np.uint8) for share in SHARPENED]
    ways.append(np.asarray(cv2.resize(grey, None, fx=STRAIN, fy=STRAIN, interpolation=cv2.INTER_LANCZOS4), np.uint8))
    read = [r for way in ways for r in zxingcpp.read_barcodes(way, formats=MATRIX, try_downscale=False) if r.valid]
    values = [result.text.strip() for result in read]
    if len(set(values)) != 1 or len(values) < AGREEING or not values[0]:
        return []
    scale = box.w / ways[0].shape[1], box.h / ways[0].shape[0]
    return [Barcode(values[0], read[0].symbology.name, _place(read[0].position, scale, box))]


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


def _bands_agree(grey: Grey, result: zxingcpp.Barcode) -> bool:
    """Cut across the bars into bands: do two or more give this value, and none another?"""
    ends = result.position.top_left, result.position.top_right
    length = float(np.hypot(ends[1].x - ends[0].x, ends[1].y - ends[0].y))
    along = np.degrees(np.arctan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x))
    middle = (ends[0].x + ends[1].x) / 2, (ends[0].y + ends[1].y) / 2
    size = round(1.3 * length) + 20, max(BANDS, round(0.6 * length))
    turn = cv2.getRotationMatrix2D(middle, float(along), 1.0)
    turn[:, 2] += np.array(size) / 2 - np.array(middle)
    level = cv2.warpAffine(grey, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = [
        other.text.strip()
        for band in np.array_split(level, BANDS)
        for other in zxingcpp.read_barcodes(np.ascontiguousarray(band), formats=LINES, try_rotate=False)
    ]
    return values.count(result.text.strip()) >= AGREEING and len(set(values)) == 1


def _contested(barcode: Barcode, others: Iterable[Barcode]) -> bool:
    """Was another value read at the same place?"""
    return any(other.value != barcode.value and _overlap(barcode.box, other.box) for other in others)


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
