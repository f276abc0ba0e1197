"""Class map -> one mask for each microscope slide of a photograph, however close they lie.

Cells of glass say where the sides of their slide's visible glass are; cells that agree are one slide. Labels,
codes and coverslips go with the glass that they touch, for a label may cover the whole end of a slide. Slivers of
neighbours that reach into the frame are no slides.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.measure import outline, votes
from station.types import CELL_PX, Segmentation

ON_IT = ("slide", "specimen", "label", "barcode", "coverslip", "type_marker")
MIDDLE = CELL_PX // 2
"""The map pixel at the middle of a cell of `Segmentation.sides`."""
CORE = 80
"""Core value (of 255) from which a pixel lies inside one thing (ours)."""
AGREE, FILL, VOTERS = 0.5, 0.05, 3
"""Overlap (IoU) of boxes that mean one slide; least share of a box that its voters fill; least voters (ours)."""
SAME, SLIVER = 0.5, 0.3
"""A box that shares so much of itself with a better supported one is the same slide; least area of a slide as share of
the median slide's (ours)."""
ALIKE = 1.6
"""Slides of one kind differ in area by less than this factor from their median (ours)."""
LEAST = 1e-3
"""Smallest share of the map that can be a slide (ours)."""
COVERED = 0.1
"""A specimen that hangs together with more coverslip than this share lies under it (ours)."""
RING = 6
"""Map pixels that the ring round a thing and the edge of a slide may be wide (ours)."""
Mask = NDArray[np.uint8]
Boxes = NDArray[np.float64]


def parted(segmented: Segmentation) -> list[Mask]:
    """Masks uint8 (h, w) of the slides, largest first; none where there is no glass."""
    on_it = all_glass(segmented)
    glass = _glass(segmented)
    boxes = _boxes(segmented, glass)
    if len(boxes) == 0:
        return []
    owner = np.zeros(on_it.shape, np.int32)
    for k in np.argsort(-_areas(boxes)):  # smaller boxes over larger ones
        x0, y0, x1, y1 = np.round(boxes[k]).astype(int)
        inside = np.zeros(on_it.shape, bool)
        inside[max(y0, 0) : y1, max(x0, 0) : x1] = True
        owner[inside & glass] = k + 1
    _attach(owner, boxes, on_it & ~glass & (segmented.core >= CORE))
    gap, nearest = _nearest(owner)
    shares = [_whole(((nearest == k + 1) & on_it & (gap <= RING)).astype(np.uint8)) for k in range(len(boxes))]
    opened = cv2.morphologyEx(on_it.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    masks = [mask for island in outline.components(opened, LEAST * on_it.size) for mask in _slides_of(island, shares)]
    areas = np.array([int(mask.sum()) for mask in masks])
    usual = np.median(areas[areas >= SLIVER * areas.max(initial=0)]) if len(areas) else 0
    return [masks[i] for i in np.argsort(-areas) if areas[i] >= SLIVER * usual]


def all_glass(segmented: Segmentation) -> NDArray[np.bool_]:
    """The pixels (h, w) of slides and of all that lies on them."""
    return np.asarray(np.array([name in ON_IT for name in segmented.classes])[segmented.class_map])


def _slides_of(island: Mask, shares: list[Mask]) -> list[Mask]:
    """What hangs together is several slides where its shares look like slides of one kind, else it is one."""
    inside = [share for share in shares if (share & island).sum() > 0.5 * share.sum()]
    areas = np.array([int(share.sum()) for share in inside])
    alike = np.abs(np.log(areas / max(np.median(areas), 1))) < np.log(ALIKE) if len(areas) else np.zeros(0, bool)
    if alike.sum() >= max(3, 0.5 * len(areas)):
        return inside
    if len(areas) == 2 and alike.all():
        (_, sides, _), *each = (cv2.minAreaRect(np.argwhere(m > 0).astype(np.float32)) for m in (island, *inside))
        if max(sides) < 1.25 * min(max(rect[1]) for rect in each):  # side by side, not end to end
            return inside
    return [island]


def _glass(segmented: Segmentation) -> NDArray[np.bool_]:
    """Bare glass, and specimens without a coverslip: a slice of rock may cover all the glass between two labels."""
    slide, specimen, slip = (
        segmented.class_map == segmented.classes.index(n) for n in ("slide", "specimen", "coverslip")
    )
    _, labels = cv2.connectedComponents((specimen | slip).astype(np.uint8), connectivity=4)
    covered = np.bincount(labels[slip], minlength=int(labels.max()) + 1) > COVERED * np.bincount(labels.ravel())
    return np.asarray(slide | (specimen & ~covered[labels]))


def _boxes(segmented: Segmentation, glass: NDArray[np.bool_]) -> Boxes:
    """The boxes (k, 4) of visible glass on which cells agree: left, top, right, bottom, map pixels."""
    core = segmented.core[MIDDLE::CELL_PX, MIDDLE::CELL_PX]
    rows, columns = np.nonzero(glass[MIDDLE::CELL_PX, MIDDLE::CELL_PX] & (core >= CORE))
    if len(rows) == 0:
        return np.zeros((0, 4))
    weight = np.asarray(core[rows, columns] / 255, np.float64)
    found, choice = votes.agreed(segmented.boxes_told(rows, columns), weight, AGREE, FILL, CELL_PX**2)
    support = np.array([weight[choice == k].sum() for k in range(len(found))])
    kept: list[int] = []
    for k in np.argsort(-support):
        if (choice == k).sum() >= VOTERS and all(_shared(found[k], found[other]) < SAME for other in kept):
            kept.append(int(k))
    return found[kept]


def _areas(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1))


def _shared(box: Boxes, other: Boxes) -> float:
    """The share of the smaller box that lies in the other."""
    both = np.prod(np.clip(np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2]), 0, None))
    return float(both / max(float(_areas(np.stack([box, other])).min()), 1.0))


def _attach(owner: NDArray[np.int32], boxes: Boxes, things: NDArray[np.bool_]) -> None:
    """Write into `owner` the slide that each thing lies on: the one whose glass is nearest to it as a whole."""
    gap, nearest = _nearest(owner)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(things.astype(np.uint8), connectivity=4)
    for n in range(1, count):
        x, y, w, h, area = stats[n]
        here = np.s_[y : y + h, x : x + w]
        mine = labels[here] == n
        close = mine & (gap[here] <= max(RING, float(gap[here][mine].min()) + 1))
        if area >= 4 and close.any() and gap[here][mine].min() <= 2 * RING:
            numbers = np.bincount(nearest[here][close], minlength=len(boxes) + 1)
            owner[here][mine] = int(numbers.argmax())


def _nearest(owner: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """(distance in map pixels, number) of the nearest pixel that has an owner."""
    distance, label = cv2.distanceTransformWithLabels(
        (owner == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(label.max()) + 1, np.int32)
    of_label[label[owner > 0]] = owner[owner > 0]
    return np.asarray(distance, np.float32), of_label[label]


def _whole(mask: Mask) -> Mask:
    """The largest connected part, closed."""
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    if count < 2:
        return np.asarray(closed, np.uint8)
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()), np.uint8)
