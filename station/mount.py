"""The mount, sheet or slide: four sides fitted on the class map and refined on the full-resolution pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station import slides
from station.measure import geometry, outline, reading, regular
from station.types import Box, Photo, Region, Segmentation

NAMES = ("sheet", "slide")
ON_IT = ("sheet", "slide", "specimen", "label", "barcode", "stamp", "packet", "coverslip", "type_marker")
PLACES, ENDS = 128, 0.03
"""Places along a side at which its step is looked for; share of the length left out at either end, where corners are
torn and rounded."""
SAMPLES, PIECE = 2048, 256
"""Most rows of pixels that are looked at along a side; so many are taken from the photograph at once, so that a skewed
side costs no large crop."""
WIDE, NARROW = 0.008, 0.003
"""How far from where it is expected a side is looked for, first and again, as share of the photograph's long side."""
NEAR, SURE = 0.004, 0.7
"""Nearer to the frame than this share of the long side, two pixels of the map, a side without a step lies on it; and
there a step counts only when this share of the places shows it: of a cut sheet, what lies along the edge of the frame
(text, a chart, a fold) makes a step at half of them, while a strip of background shows at nearly all."""
Points = NDArray[np.float64]
"""Float (n, 2) or (2,): x, y in photo pixels."""
Line = tuple[Points, Points]
"""(point, direction)"""


def find(segmented: Segmentation, photo: Photo) -> tuple[Region, ...]:
    """The mount as a region of four corners, or each slide of several; none where there is none.

    Raises DecodeError for unreadable pixels.
    """
    masks = slides.parted(segmented) if "slide" in segmented.classes else []
    if len(masks) > 1:
        return tuple(_slides(segmented, masks))
    return tuple(r for name in NAMES if name in segmented.classes for r in _mount(segmented, photo, name))


def _slides(segmented: Segmentation, masks: Sequence[NDArray[np.uint8]]) -> Iterator[Region]:
    """Each slide of several, as the map shows it: each is looked at again by itself (trays.py)."""
    on_it = slides.all_glass(segmented)
    h, w = on_it.shape

    def inner(points: Points) -> Points:
        x, y = np.floor(points).astype(int).T
        there = (x >= 0) & (y >= 0) & (x < w) & (y < h)
        sure = np.zeros(len(points))
        sure[there] = (segmented.core[y[there], x[there]] / 255.0) * on_it[y[there], x[there]]
        return sure

    found = np.array([outline.quadrilateral(mask) for mask in masks], np.float64)
    for corners in regular.put_right(found, inner, reading.clusters):
        mask = np.zeros(on_it.shape, np.uint8)
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
        sure = segmented.confidence[(mask > 0) & on_it]
        polygon = (corners * np.array(segmented.photo_px_per_map_px)).astype(np.float32)
        confidence = float(sure.mean()) / 255 if sure.size else 0.0
        yield Region("slide", polygon, float(cv2.contourArea(polygon)), round(confidence, 4))


def _mount(segmented: Segmentation, photo: Photo, name: str) -> list[Region]:
    """The sheet is what the network calls sheet together with what lies on it."""
    ids = [i for i, n in enumerate(segmented.classes) if n == name]
    on_it = [i for i, n in enumerate(segmented.classes) if n in ON_IT]
    bare = np.isin(segmented.class_map, ids)
    if bare.mean() < 0.02:
        return []
    mask = np.isin(segmented.class_map, on_it).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    parts = outline.components(mask, 0.05 * mask.size)
    if not parts:
        return []
    part = max(parts, key=lambda p: int((p.astype(bool) & bare).sum()))
    corners = outline.quadrilateral(part) * np.array(segmented.photo_px_per_map_px)
    corners = refined(corners, photo)
    area = float(cv2.contourArea(corners.astype(np.float32)))
    confidence = float(segmented.confidence[bare].mean()) / 255
    return [Region(name, corners.astype(np.float32), area, round(confidence, 4))]


def refined(corners: Points, photo: Photo) -> Points:
    """The same four corners from the photograph's own pixels; a side that shows no clear step keeps its place.

    corners float (4, 2), clockwise from the top-left, photo pixels. A map pixel is many photo pixels wide, so a side
    that seems to lie on the frame's border is looked at too: where background shows beyond it, there is a step.
    """
    width, height = photo.size_px
    sides = [(corners[i], corners[(i + 1) % 4]) for i in range(4)]
    seen = [_refined_side(a, b, photo) for a, b in sides]
    turns = [np.degrees(np.arctan2(*line[1][::-1])) - 90 * i for i, line in enumerate(seen) if line is not None]
    lines = [
        line or _unseen(a, b, photo.size_px, turns, i) for i, (line, (a, b)) in enumerate(zip(seen, sides, strict=True))
    ]
    try:
        better = np.array([outline.crossing(lines[i - 1], lines[i]) for i in range(4)])
    except ValueError:
        return corners
    moved = float(np.abs(better - corners).max())
    return better if moved <= 0.02 * max(width, height) else corners


def _unseen(a: Points, b: Points, size_px: tuple[int, int], turns: Sequence[float], number: int) -> Line:
    """A side without a step. Within NEAR of the frame's border it lies on it, for there is no background beyond it;
    elsewhere it keeps its middle and runs as the sides that were seen do, so that it has no say in the skew."""
    middle, unit = (a + b) / 2, (b - a) / max(np.hypot(*(b - a)), 1e-9)
    k = 0 if abs(unit[1]) > abs(unit[0]) else 1
    for border in (0.0, float(size_px[k])):
        if abs(middle[k] - border) <= NEAR * max(size_px):
            middle[k] = border
            return middle, np.array([0.0, 1.0]) if k == 0 else np.array([1.0, 0.0])
    if not turns:
        return middle, unit
    deg = turns[0] + float(np.median([geometry.fold(turn - turns[0]) for turn in turns])) + 90 * number
    return middle, np.array([np.cos(np.radians(deg)), np.sin(np.radians(deg))])


def _refined_side(a: Points, b: Points, photo: Photo) -> Line | None:
    """(point, direction) of the side from a to b, seen at full resolution; None where there is no step.

    Looked at twice: wide, as the map may be wrong by some of its pixels, then narrow round what was found.
    """
    point, direction, sure = a, b - a, 0.0
    for share in (WIDE, NARROW):
        reach = max(8, round(share * max(photo.size_px)))
        start, end = _looked_at(a, b, photo.size_px, reach)
        strip = straightened(photo, start, end, reach)
        seen = None if strip is None else outline.side(strip, 0.5 * reach)
        if seen is None:
            return None
        along = end - start
        inward = np.array([-along[1], along[0]]) / float(np.hypot(*along))
        point = (start + end) / 2 + (seen.at - reach) * inward
        direction = along + seen.slope * PLACES * inward
        direction = direction / float(np.hypot(*direction))
        a, b = point + ((a - point) @ direction) * direction, point + ((b - point) @ direction) * direction
        sure = seen.share
    return (point, direction) if sure >= SURE or _gap(a, b, photo.size_px) > NEAR else None


def _gap(a: Points, b: Points, size_px: tuple[int, int]) -> float:
    """Distance of a side's nearer end from the edge of the frame it runs along, as share of the long side."""
    k = 0 if abs((b - a)[1]) > abs((b - a)[0]) else 1
    return min(min(abs(float(end[k])), abs(size_px[k] - float(end[k]))) for end in (a, b)) / max(size_px)


def _looked_at(a: Points, b: Points, size_px: tuple[int, int], reach: int) -> tuple[Points, Points]:
    """The side from a to b without its ends and without what lies more than `reach` outside the frame."""
    start, end = a + ENDS * (b - a), b - ENDS * (b - a)
    return _within(start, end, size_px, reach), _within(end, start, size_px, reach)


def _within(a: Points, b: Points, size_px: tuple[int, int], reach: int) -> Points:
    """`a`, moved towards `b` as far as it lies more than `reach` outside the frame."""
    outside = np.maximum(np.maximum(-reach - a, a - np.array(size_px) - reach), 0)
    share = outside / np.maximum(np.abs(b - a), 1e-9)
    return np.asarray(a + min(1.0, float(share.max())) * (b - a))


def straightened(photo: Photo, start: Points, end: Points, reach: int) -> NDArray[np.float32] | None:
    """The photograph along the line from start to end: float32 (PLACES, 2 reach + 1, 3), its left-hand side first.

    Each place is the mean of its share of the length. Beyond the frame its last pixels go on. None when the line is
    shorter than PLACES pixels or a part of it lies too far outside the frame.
    """
    length = float(np.hypot(*(end - start)))
    if length < PLACES:
        return None
    stride = max(1.0, length / SAMPLES)
    rows, step = int(length / stride), stride * (end - start) / length
    pieces = [_piece(photo, start + at * step, step, min(PIECE, rows - at), reach) for at in range(0, rows, PIECE)]
    if any(piece is None for piece in pieces):
        return None
    whole = np.concatenate([piece for piece in pieces if piece is not None])
    return np.asarray(cv2.resize(whole, (2 * reach + 1, PLACES), interpolation=cv2.INTER_AREA), np.float32)


def _piece(photo: Photo, start: Points, step: Points, rows: int, reach: int) -> NDArray[np.float32] | None:
    """`rows` rows of the strip from `start` on, each one `step` further."""
    along = step / np.hypot(*step)
    inward = np.array([-along[1], along[0]])
    corners = np.array([start + row * step + across * inward for row in (0, rows) for across in (-reach, reach)])
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, photo.size_px)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 2, 0, photo.size_px)
    if (high - low < 2).any():
        return None
    pixels = photo.region(Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])))
    # pixel (i, j) of an image is centred at (i + 0.5, j + 0.5) of the photograph
    origin = start + 0.5 * step - reach * inward - low - 0.5
    matrix = np.column_stack((inward, step, origin))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(pixels, matrix, (2 * reach + 1, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(laid, np.float32)
