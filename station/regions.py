"""Class map -> the objects in the photograph.

Straight-sided objects become four corners. Flat things that touch (labels, stamps, packets, barcodes) are told apart by
the network's `sides`: each cell says where the sides of its object lie, and cells that agree are one object. Strips
(charts, scale bars) are too long for that: their `core` parts them, and pieces that fill one rectangle are joined.
Plants keep their outline. The sheet (or slide) itself is found by mount.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from station import mount
from station.measure import outline, patches, strip, votes
from station.types import CELL_PX, Image, Photo, Region, Segmentation

CHART = "colour_chart"
FLAT = ("label", "stamp", "packet")
"""Flat things on the mount that are easily taken for each other: they are parted together and each is named by most of
its pixels, so that a printed heading of which half looks like a label is one object (on training sheets F1 of labels
+0.04, of stamps +0.04)."""
OUTLINED = ("specimen", "foreign_object")
ROUND = ("coverslip", "type_marker")
"""What may be round: told as its convex hull, so that a specimen under a coverslip leaves no hole."""
CORE, CORE_SHARE = 90, 0.4
"""Core value (of 255) that starts an object, and the least share of the object that its core fills: taught cores keep
an eighth of the smaller side away from the outline, which leaves 0.56. Both chosen on training sheets among 90 to 170
and 0 to 0.5 by F1 of labels (0.78 without the second, 0.84 with it)."""
LEAST_AREA = {"barcode": 8e-4, "scale_bar": 30e-4, CHART: 12e-4, "packet": 40e-4, "stamp": 4e-4, "label": 3e-4}
"""Smallest share of the map that counts as an object, below half of the smallest in the annotated training sheets
(labels and stamps: their third percentile); 2e-4 (14 x 14 px of 1024 x 1024) where nothing is said."""
MIDDLE = CELL_PX // 2
"""The map pixel at the middle of a cell of `Segmentation.sides`."""
AGREE, FILL, SLACK, FAR = 0.5, 0.4, 2.0, 3.0
"""Overlap (IoU) of boxes that mean one object; least share of a box that its own cells fill (chosen on training sheets:
F1 of labels 0.68 at 0, 0.84 at 0.4 and 0.55, of stamps 0.86 and 0.82); how far beyond its box an object may reach, and
from where on a pixel that no box claims is part of no object, map pixels. Keeping what no box claims gave false labels
only (precision 0.90 to 0.68, no recall)."""
SMALL, SURE = 20e-4, 0.6
"""An object below this share of the map must be this sure."""
ON_GLASS = {"barcode": 0.85, "label": 0.6}
"""On slides these must be this sure whatever their size: print, scratches and edges of glass look like codes and slips.
Between the false and the true ones of the training photographs."""
FILLED = {CHART: 0.5, "scale_bar": 0.6}
"""Pieces of these classes are one object when they fill at least this share of their common rectangle. Labels are not
joined: two that touch fill theirs as well."""
SLIM, TWO_CARDS, STRIP_PX = 8.0, 0.7, 1024
"""Length over width, and share of the photo's long side, from which a chart is looked at for a seam between two cards;
long side of the reduced photo where it is looked for. The 27 pairs of the training sheets span 0.86 to 0.96, the 40
single strips at most 0.58."""
LEAST_COLOURS, UNSURE, EDGE_PX, RIM = (4, 9), 0.8, 3, 0.1
"""Least coarse CIELAB cells (measure/patches.py) of a chart, and of one at the edge of the frame with less than this
confidence; how near the edge is, in the reduced photo; share of a chart's short side that is left out as its rim. All
188 charts found on the training sheets have 6 cells and more, 4 and more at a quarter of the light, and a confidence of
0.89; of 9 false ones 4 have fewer than 4, and 3 of the others lie at the edge with 5 to 8 and 0.69 to 0.75."""


def find(segmented: Segmentation, photo: Photo) -> tuple[Region, ...]:
    """All objects of a segmentation, in photo pixels. Raises DecodeError when the photo's pixels cannot be read."""
    found = objects(segmented)
    if any(region.name == CHART for region in found):
        small = photo.small(STRIP_PX)
        scale = max(photo.size_px) / max(small.shape[:2])
        found = [r for one in found for r in (charts(one, small, scale) if one.name == CHART else (one,))]
    return (*mount.find(segmented, photo), *found)


def charts(region: Region, small: Image, scale: float) -> Iterator[Region]:
    """The cards in what the network takes for a colour chart. `small`: the reduced photo; `scale`: photo px a pixel."""
    return (card for card in cards(region, small, scale) if not plain(card, small, scale))


def plain(chart: Region, small: Image, scale: float) -> bool:
    """Does it show few colours and greys: an edge of the table, a wall, a black card? One at the edge of the frame of
    which the network is unsure must show more of them."""
    ring = chart.polygon / scale
    (left, top), (right, bottom) = np.maximum(ring.min(axis=0), 0).astype(int), np.ceil(ring.max(axis=0)).astype(int)
    crop = small[top : bottom + 1, left : right + 1]
    cut = min(left, top) <= EDGE_PX or right >= small.shape[1] - EDGE_PX or bottom >= small.shape[0] - EDGE_PX
    least = LEAST_COLOURS[int(cut and chart.confidence < UNSURE)]
    return patches.variety(patches.inner(crop, ring - (left, top), RIM)) < least


def cards(chart: Region, small: Image, scale: float) -> tuple[Region, ...]:
    """A chart strip that is longer than any single card is a colour and a grey one end to end: both, each by itself."""
    corners = chart.polygon
    along = int(np.hypot(*(corners[1] - corners[0])) < np.hypot(*(corners[2] - corners[1]))) if len(corners) == 4 else 0
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    slim = len(corners) == 4 and sides[along] >= SLIM * max(sides[1 - along], 1)
    if not slim or sides[along] < TWO_CARDS * scale * max(small.shape[:2]):
        return (chart,)
    start, end, back, before = np.roll(corners, -along, axis=0)
    target = np.array([[0, 0], [STRIP_PX / 2, 0], [STRIP_PX / 2, 16], [0, 16]], np.float32)
    source = (np.array([start, end, back, before]) / scale).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    at = strip.seam(np.asarray(cv2.warpPerspective(small, matrix, (STRIP_PX // 2, 16)), np.uint8))
    if at is None:
        return (chart,)
    top, bottom = start + at * (end - start), before + at * (back - before)
    halves = (start, top, bottom, before), (top, end, back, bottom)
    return tuple(
        Region(chart.name, np.roll(np.array(half, np.float32), along, axis=0), chart.area_px * share, chart.confidence)
        for half, share in zip(halves, (at, 1 - at), strict=True)
    )  # fmt: skip


def objects(segmented: Segmentation) -> list[Region]:
    """All but the mount, in the order of the classes; they follow from the maps alone."""
    regions: list[Region] = []
    for name, part in _named_parts(segmented):
        region = _region(segmented, name, part)
        if region.confidence >= _least_confidence(segmented, name, part):
            regions.append(region)
    return sorted(regions, key=lambda r: segmented.classes.index(r.name))


def _least_confidence(segmented: Segmentation, name: str, part: NDArray[np.uint8]) -> float:
    small = SURE if part.mean() < SMALL else 0.0
    return max(small, ON_GLASS.get(name, 0.0)) if "slide" in segmented.classes else small


def _named_parts(segmented: Segmentation) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """(class, mask) of each object, those too small for their class left out."""
    found: list[tuple[str, NDArray[np.uint8]]] = []
    for class_id, name in enumerate(segmented.classes):
        mask = (segmented.class_map == class_id).astype(np.uint8)
        if name in OUTLINED:
            found += [(name, part) for part in outline.components(mask, 1)]
        elif class_id > 0 and name not in (*mount.NAMES, *FLAT):
            least = 0.25 * _least(name, mask)
            if name in FILLED:
                parts = _joined(_cored(mask, segmented.core, least), FILLED[name])
            elif name in ROUND:  # rings round a specimen fill no box
                parts = _cored(mask, segmented.core, least)
            else:
                parts = _parted(mask, segmented, least)
            found += [(name, part) for part in parts]
    flat = [i for i, name in enumerate(segmented.classes) if name in FLAT]
    mask = np.isin(segmented.class_map, flat).astype(np.uint8)
    for part in _parted(mask, segmented, 0.25 * _least("label", mask)):
        names = np.bincount(segmented.class_map[part > 0], minlength=len(segmented.classes))
        found.append((segmented.classes[int(names.argmax())], part))
    yield from ((name, part) for name, part in found if part.sum() >= _least(name, part))


def _least(name: str, mask: NDArray[np.uint8]) -> float:
    return LEAST_AREA.get(name, 2e-4) * mask.size


def _parted(mask: NDArray[np.uint8], segmented: Segmentation, least: float) -> list[NDArray[np.uint8]]:
    """Objects of one kind: each cell in the mask says where its object's sides are; cells that agree are one object.

    Pixels go where their cell votes, if that box holds them, else to the smallest box that does, else to the nearest;
    what lies far from every box is no object.
    """
    rows, columns = np.nonzero(mask[MIDDLE::CELL_PX, MIDDLE::CELL_PX])
    weight = segmented.core[MIDDLE::CELL_PX, MIDDLE::CELL_PX][rows, columns].astype(np.float64) / 255 + 0.05
    found, choice = votes.agreed(segmented.boxes_told(rows, columns), weight, AGREE, FILL, CELL_PX**2)
    if len(found) == 0:
        return []
    ballot = np.full(segmented.sides.shape[1:], -1)
    ballot[rows, columns] = choice
    owner = _owners(mask, found, ballot)
    parts = [(owner == k).astype(np.uint8) for k in range(len(found))]
    return [part for part in parts if part.sum() >= least]


def _owners(mask: NDArray[np.uint8], boxes: NDArray[np.float64], ballot: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the box to which each pixel of the mask belongs, -1 outside the mask and far from every box."""
    ys, xs = np.nonzero(mask)
    places = np.stack((xs, ys), axis=1) + 0.5
    beyond = np.maximum(boxes[:, None, :2] - places, places - boxes[:, None, 2:]).max(axis=2)  # (k, n), px outside
    size = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    rank = np.where(beyond <= SLACK, -1 / np.maximum(size, 1)[:, None], beyond)
    best = rank.argmin(axis=0)
    vote = ballot[np.minimum(ys // CELL_PX, len(ballot) - 1), np.minimum(xs // CELL_PX, ballot.shape[1] - 1)]
    good = (vote >= 0) & (beyond[np.maximum(vote, 0), np.arange(len(vote))] <= SLACK)
    owner = np.full(mask.shape, -1)
    near = beyond[best, np.arange(len(best))] <= FAR
    owner[ys, xs] = np.where(good, vote, np.where(near, best, -1))
    return owner


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


def _cored(mask: NDArray[np.uint8], core: NDArray[np.uint8], least: float) -> list[NDArray[np.uint8]]:
    """Strips of one class: each connected area is divided among the cores in it, nearest core wins.

    A core that is a small part of its share is a scrap that text or a fold cut off: its share goes to the others.
    """
    parts: list[NDArray[np.uint8]] = []
    for area in outline.components(mask, least):
        x, y, w, h = cv2.boundingRect(area)
        here, inner = area[y : y + h, x : x + w], core[y : y + h, x : x + w]
        seeds = outline.components(cv2.bitwise_and(here, (inner >= CORE).astype(np.uint8)), 0.15 * least)
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
    elif name in ROUND:
        points = np.argwhere(part)[:, ::-1].astype(np.float32) + 0.5
        ring = cv2.approxPolyDP(cv2.convexHull(points), 0.5, True).reshape(-1, 2)
    else:
        ring = outline.rectangle(_without_whiskers(part))
    confidence = float(segmented.confidence[part > 0].mean()) / 255
    polygon = (ring * scale).astype(np.float32)
    return Region(name, polygon, float(part.sum()) * float(scale.prod()), round(confidence, 4))


def _without_whiskers(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin stray rows would blow up the rectangle: open the mask, unless that leaves too little of it."""
    opened = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return opened if opened.sum() >= 0.8 * part.sum() else part
