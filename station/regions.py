"""Class map -> the objects in the photograph.

Straight-sided objects (labels, charts, barcodes ...) become four corners: the network's `core` map parts those that
touch, every pixel of the class then goes to its nearest core. The sheet's (or slide's) four sides are fitted on the
map and refined on the photograph's full-resolution pixels. Plants keep their outline.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from station.measure import outline, strip
from station.types import Box, Photo, Region, Segmentation

MOUNTS = ("sheet", "slide")
FLAT = ("label", "stamp", "packet")
"""Flat things on the mount that are easily taken for each other: they are parted together and each is named by most of
its pixels, so that a printed heading of which half looks like a label is one object (on training sheets F1 of labels
+0.04, of stamps +0.04)."""
OUTLINED = ("specimen", "foreign_object")
ON_THE_MOUNT = ("sheet", "slide", "specimen", "label", "barcode", "stamp", "packet", "coverslip", "type_marker")
CORE, CORE_SHARE = 90, 0.4
"""Core value (of 255) that starts an object, and the least share of the object that its core fills: taught cores keep
an eighth of the smaller side away from the outline, which leaves 0.56. Both chosen on training sheets among 90 to 170
and 0 to 0.5 by F1 of labels (0.78 without the second, 0.84 with it)."""
LEAST_AREA = {"barcode": 8e-4, "scale_bar": 30e-4, "colour_chart": 12e-4, "packet": 40e-4, "stamp": 4e-4, "label": 3e-4}
"""Smallest share of the map that counts as an object, below half of the smallest in the annotated training sheets
(labels and stamps: their third percentile); 2e-4 (14 x 14 px of 1024 x 1024) where nothing is said."""
SMALL, SURE = 20e-4, 0.6
"""An object below this share of the map must be this sure."""
FILLED = {"colour_chart": 0.5, "scale_bar": 0.6}
"""Pieces of these classes are one object when they fill at least this share of their common rectangle. Labels are not
joined: two that touch fill theirs as well."""
SLIM, TWO_CARDS, STRIP_PX = 8.0, 0.7, 1024
"""Length over width, and share of the photo's long side, from which a chart is looked at for a seam between two cards;
long side of the reduced photo where it is looked for. The 27 pairs of the training sheets span 0.86 to 0.96, the 40
single strips at most 0.58."""
PLACES = 96
"""Places along a sheet's side at which its step is looked for at full resolution."""
STEP, MAJORITY = 1.5, 0.3
"""Least step, grey levels a pixel; least share of the places that must lie on one straight line."""
NEAR = 0.004
"""Nearer to the frame than this share of the long side, two pixels of the map, a side without a step lies on it."""
Line = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(point, direction)"""


def find(segmented: Segmentation, photo: Photo) -> tuple[Region, ...]:
    """All objects of a segmentation, in photo pixels. Raises DecodeError when the photo's pixels cannot be read."""
    mounts = [r for name in MOUNTS if name in segmented.classes for r in _mount(segmented, photo, name)]
    return (*mounts, *(card for region in objects(segmented) for card in cards(region, photo)))


def cards(region: Region, photo: Photo) -> tuple[Region, ...]:
    """A chart strip that is longer than any single card is a colour and a grey one end to end: both, each by itself.

    Raises DecodeError when the photo's pixels cannot be read.
    """
    corners = region.polygon
    along = int(np.hypot(*(corners[1] - corners[0])) < np.hypot(*(corners[2] - corners[1]))) if len(corners) == 4 else 0
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    slim = len(corners) == 4 and sides[along] >= SLIM * max(sides[1 - along], 1)
    if region.name != "colour_chart" or not slim or sides[along] < TWO_CARDS * max(photo.size_px):
        return (region,)
    start, end, back, before = np.roll(corners, -along, axis=0)
    small = photo.small(STRIP_PX)
    target = np.array([[0, 0], [STRIP_PX / 2, 0], [STRIP_PX / 2, 16], [0, 16]], np.float32)
    source = (np.array([start, end, back, before]) * (max(small.shape[:2]) / max(photo.size_px))).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    at = strip.seam(np.asarray(cv2.warpPerspective(small, matrix, (STRIP_PX // 2, 16)), np.uint8))
    if at is None:
        return (region,)
    top, bottom = start + at * (end - start), before + at * (back - before)
    halves = (start, top, bottom, before), (top, end, back, bottom)
    return tuple(
        Region(region.name, np.roll(np.array(half, np.float32), along, axis=0), region.area_px * share,
               region.confidence)
        for half, share in zip(halves, (at, 1 - at), strict=True)
    )  # fmt: skip


def objects(segmented: Segmentation) -> list[Region]:
    """All but the mount, in the order of the classes; they follow from the maps alone."""
    regions: list[Region] = []
    for name, part in _named_parts(segmented):
        region = _region(segmented, name, part)
        if part.mean() >= SMALL or region.confidence >= SURE:
            regions.append(region)
    return sorted(regions, key=lambda r: segmented.classes.index(r.name))


def _named_parts(segmented: Segmentation) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """(class, mask) of each object, those too small for their class left out."""
    found: list[tuple[str, NDArray[np.uint8]]] = []
    for class_id, name in enumerate(segmented.classes):
        mask = (segmented.class_map == class_id).astype(np.uint8)
        if name in OUTLINED:
            found += [(name, part) for part in _components(mask, 1)]
        elif class_id > 0 and name not in (*MOUNTS, *FLAT):
            pieces = _parted(mask, segmented.core, 0.25 * _least(name, mask))
            found += [(name, part) for part in (_joined(pieces, FILLED[name]) if name in FILLED else pieces)]
    flat = [i for i, name in enumerate(segmented.classes) if name in FLAT]
    mask = np.isin(segmented.class_map, flat).astype(np.uint8)
    for part in _parted(mask, segmented.core, 0.25 * _least("label", mask)):
        votes = np.bincount(segmented.class_map[part > 0], minlength=len(segmented.classes))
        found.append((segmented.classes[int(votes.argmax())], part))
    yield from ((name, part) for name, part in found if part.sum() >= _least(name, part))


def _least(name: str, mask: NDArray[np.uint8]) -> float:
    return LEAST_AREA.get(name, 2e-4) * mask.size


def _joined(pieces: list[NDArray[np.uint8]], filled: float) -> list[NDArray[np.uint8]]:
    """Pieces that together fill their common rectangle are one object: the patches of a strip."""
    pieces = list(pieces)
    again = True
    while again:
        again = False
        for i, j in itertools.combinations(range(len(pieces)), 2):
            both = cv2.bitwise_or(pieces[i], pieces[j])
            corners = outline.rectangle(both).astype(np.float32)
            if both.sum() >= filled * max(cv2.contourArea(corners), 1):
                pieces = [p for k, p in enumerate(pieces) if k not in (i, j)] + [both]
                again = True
                break
    return pieces


def _components(mask: NDArray[np.uint8], least: float) -> list[NDArray[np.uint8]]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [(labels == i).astype(np.uint8) for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= least]


def _parted(mask: NDArray[np.uint8], core: NDArray[np.uint8], least: float) -> list[NDArray[np.uint8]]:
    """Objects of one class: each connected area is divided among the cores in it, nearest core wins.

    A core that is a small part of its share is a scrap that text or a fold cut off: its share goes to the others.
    """
    parts: list[NDArray[np.uint8]] = []
    for area in _components(mask, least):
        x, y, w, h = cv2.boundingRect(area)
        here, inner = area[y : y + h, x : x + w], core[y : y + h, x : x + w]
        seeds = _components(cv2.bitwise_and(here, (inner >= CORE).astype(np.uint8)), 0.15 * least)
        shares = _shares(here, seeds)
        while len(seeds) > 1:
            filled = [seed.sum() / max(s.sum(), 1) if s.sum() >= least else 0.0
                      for seed, s in zip(seeds, shares, strict=True)]  # fmt: skip
            worst = int(np.argmin(filled))
            if filled[worst] >= CORE_SHARE:
                break
            del seeds[worst]
            shares = _shares(here, seeds)
        for share in shares if len(seeds) > 1 else [here]:
            part = np.zeros_like(mask)
            part[y : y + h, x : x + w] = share
            parts.append(part)
    return parts


def _shares(area: NDArray[np.uint8], seeds: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """The pixels of `area` that are nearest to each seed."""
    if not seeds:
        return []
    apart = np.ones(area.shape, np.uint8)
    for seed in seeds:
        apart[seed > 0] = 0
    _, nearest = cv2.distanceTransformWithLabels(apart, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    return [((area > 0) & (nearest == nearest[seed > 0][0])).astype(np.uint8) for seed in seeds]


def _region(segmented: Segmentation, name: str, part: NDArray[np.uint8]) -> Region:
    scale = np.array(segmented.photo_px_per_map_px)
    if name in OUTLINED:
        contours, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        ring = cv2.approxPolyDP(max(contours, key=cv2.contourArea), 0.8, True).reshape(-1, 2) + 0.5
    else:
        ring = outline.rectangle(_without_whiskers(part))
    confidence = float(segmented.confidence[part > 0].mean()) / 255
    polygon = (ring * scale).astype(np.float32)
    return Region(name, polygon, float(part.sum()) * float(scale.prod()), round(confidence, 4))


def _without_whiskers(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin stray rows would blow up the rectangle: open the mask, unless that leaves too little of it."""
    opened = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return opened if opened.sum() >= 0.8 * part.sum() else part


def _mount(segmented: Segmentation, photo: Photo, name: str) -> list[Region]:
    """The sheet is what the network calls sheet together with what lies on it."""
    ids = [i for i, n in enumerate(segmented.classes) if n == name]
    on_it = [i for i, n in enumerate(segmented.classes) if n in ON_THE_MOUNT]
    bare = np.isin(segmented.class_map, ids)
    if bare.mean() < 0.02:
        return []
    mask = np.isin(segmented.class_map, on_it).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    parts = _components(mask, 0.05 * mask.size)
    if not parts:
        return []
    part = max(parts, key=lambda p: int((p.astype(bool) & bare).sum()))
    corners = outline.quadrilateral(part) * np.array(segmented.photo_px_per_map_px)
    corners = refined(corners, photo)
    area = float(cv2.contourArea(corners.astype(np.float32)))
    confidence = float(segmented.confidence[bare].mean()) / 255
    return [Region(name, corners.astype(np.float32), area, round(confidence, 4))]


def refined(corners: NDArray[np.float64], photo: Photo) -> NDArray[np.float64]:
    """The same four corners from the photograph's own pixels; a side that shows no clear step keeps its place.

    corners float (4, 2), clockwise from the top-left, photo pixels. A map pixel is many photo pixels wide, so a side
    that seems to lie on the frame's border is looked at too: where background shows beyond it, there is a step.
    """
    width, height = photo.size_px
    sides = [(corners[i], corners[(i + 1) % 4]) for i in range(4)]
    lines = [_refined_side(a, b, photo) or _on_border(a, b, photo.size_px) for a, b in sides]
    try:
        better = np.array([outline.crossing(lines[i - 1], lines[i]) for i in range(4)])
    except ValueError:
        return corners
    moved = float(np.abs(better - corners).max())
    return better if moved <= 0.02 * max(width, height) else corners


def _on_border(a: NDArray[np.float64], b: NDArray[np.float64], size_px: tuple[int, int]) -> Line:
    """A side without a step: as it was, but on the frame's border when it lies within NEAR of it, for there is no
    background beyond it."""
    middle, unit = (a + b) / 2, (b - a) / max(np.hypot(*(b - a)), 1e-9)
    k = 0 if abs(unit[1]) > abs(unit[0]) else 1
    for border in (0.0, float(size_px[k])):
        if abs(middle[k] - border) <= NEAR * max(size_px):
            middle[k] = border
            return middle, np.array([0.0, 1.0]) if k == 0 else np.array([1.0, 0.0])
    return a, unit


def _refined_side(a: NDArray[np.float64], b: NDArray[np.float64], photo: Photo) -> Line | None:
    """(point, direction) of the side from a to b, from the lightness steps across it; None where there is none."""
    rough = (a, (b - a) / max(np.hypot(*(b - a)), 1e-9))
    reach = max(8, round(0.008 * max(photo.size_px)))
    upright = abs(rough[1][1]) > abs(rough[1][0])
    frame = np.array(photo.size_px, float)
    low, high = np.clip(np.minimum(a, b), 0, frame), np.clip(np.maximum(a, b), 0, frame)
    pad = np.array([reach + 2, 0]) if upright else np.array([0, reach + 2])
    x0, y0 = np.maximum(np.floor(low - pad), 0).astype(int)
    x1, y1 = np.minimum(np.ceil(high + pad), photo.size_px).astype(int)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return None
    side = cv2.cvtColor(photo.region(Box(int(x0), int(y0), int(x1 - x0), int(y1 - y0))), cv2.COLOR_RGB2GRAY)
    side = side.astype(np.float32) if upright else side.T.astype(np.float32)
    return _fitted(side, rough, (float(x0), float(y0)), upright, reach)


def _fitted(
    strip: NDArray[np.float32],
    rough: Line,
    origin: tuple[float, float],
    upright: bool,
    reach: int,
) -> Line | None:
    """Rows of `strip` run along the side. Each of PLACES rows is the mean of its share of the length."""
    rows = min(PLACES, len(strip))
    share = np.array_split(np.arange(len(strip)), rows)
    along = np.array([s.mean() for s in share]) + 0.5
    k = (0, 1) if upright else (1, 0)
    point, direction = rough
    slope = direction[k[0]] / direction[k[1]]
    expected = point[k[0]] - origin[k[0]] + slope * (along + origin[k[1]] - point[k[1]])
    window = np.arange(-reach, reach + 1)
    columns = np.clip(np.round(expected)[:, None].astype(int) + window, 0, strip.shape[1] - 1)
    profiles = np.stack([strip[s[:: max(1, len(s) // 8)]].mean(axis=0)[c] for s, c in zip(share, columns, strict=True)])
    at, strength = outline.step_in_profiles(profiles.astype(np.float32), reach, 0.5 * reach)
    across = np.round(expected) + at - reach + 0.5
    good = strength > STEP
    if good.sum() < MAJORITY * rows:
        return None
    fits = outline.straight_majority(along[good], across[good], strength[good], tolerance=max(1.0, 0.08 * reach))
    if fits.sum() < MAJORITY * rows:
        return None
    xy = np.empty((int(fits.sum()), 2))
    xy[:, k[0]] = across[good][fits] + origin[k[0]]
    xy[:, k[1]] = along[good][fits] + origin[k[1]]
    return outline.line_through(xy)
