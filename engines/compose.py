"""Compositions of real photographs: objects of one sheet laid on another, ink printed on another's paper, objects
taken away. All functions are pure in their `Generator`; a Sample goes in, another comes out, no array is shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.truth import HERBARIUM, RING, Sample, filled, grown, shrunk
from station.types import Image

MOVABLE = ("label", "label", "label", "barcode", "colour_chart", "scale_bar", "packet")
"""What is laid on other sheets; labels most often, for they vary most."""
REMOVABLE = ("colour_chart", "scale_bar", "barcode", "label", "stamp", "packet")
NOTE = 0.002
"""Share of the photograph below which what is annotated as a label is a few words written on the sheet itself (67 of
the 519 labels of the training sheets: numbers, initials and dates in pencil, hardly ever a slip)."""
BESIDE = 0.4
"""Share of the laid labels that touch another object of the sheet: telling touching labels apart is the hard part."""
Patch = tuple[Image, NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint16], NDArray[np.bool_]]
"""image, class map, core map, owner map, which pixels belong to the object; all of one size"""


def composed(sample: Sample, bank: Sequence[Sample], rng: Generator) -> Sample:
    """`sample` with some objects of other sheets and some ink laid on it, some of its own taken away."""
    copies = {name: getattr(sample, name).copy() for name in ("image", "class_map", "core", "owner")}
    changed = replace(sample, **copies)
    if rng.random() < 0.2:
        take_away(changed, rng)
    for _ in range(int(rng.integers(0, 4))):
        donor = bank[int(rng.integers(len(bank)))]
        if rng.random() < 0.5:
            print_ink(changed, donor, rng)
        else:
            lay(changed, donor, rng)
    return changed


def lay(sample: Sample, donor: Sample, rng: Generator) -> None:
    """Lay one object of `donor` on `sample`, writing it the same way up, anywhere or touching another object."""
    name = str(rng.choice(MOVABLE))
    patch = cut(donor, name, rng)
    if patch is None:
        return
    image, class_map, core, owner, inside = alike_upright(patch, donor.upright, sample.upright)
    room = np.array(sample.image.shape[1::-1]) - np.array(inside.shape[1::-1])
    if (room <= 0).any():
        return
    beside = name == "label" and rng.random() < BESIDE
    x, y = neighbouring(sample, inside.shape, room, rng) if beside else rng.integers(0, room)
    place = np.s_[y : y + inside.shape[0], x : x + inside.shape[1]]
    for target, source in ((sample.image, image), (sample.class_map, class_map), (sample.core, core)):
        target[place][inside] = source[inside]
    own = owner[inside].astype(np.int64) + int(sample.owner.max())
    sample.owner[place][inside] = np.where(owner[inside] > 0, own, 0).astype(np.uint16)
    keep_apart(sample.core, place, inside)


def keep_apart(core: NDArray[np.uint8], place: tuple[slice, slice], inside: NDArray[np.bool_]) -> None:
    """What the laid object cuts off starts a new outline: no core in the ring round it."""
    ys, xs = place
    around = np.s_[max(ys.start - RING, 0) : ys.stop + RING, max(xs.start - RING, 0) : xs.stop + RING]
    own = np.zeros(core[around].shape, bool)
    top, left = ys.start - around[0].start, xs.start - around[1].start
    own[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    core[around][grown(own) & ~own] = 0


def cut(donor: Sample, name: str, rng: Generator, largest: float = 1.0) -> Patch | None:
    """One object called `name` of `donor` that takes up to `largest` of its photograph; None where there is none or
    the one is under 6 px."""
    most = largest * donor.class_map.size
    polygons = [p for n, p in donor.things if n == name and cv2.contourArea(p) <= most]
    if not polygons:
        return None
    polygon = polygons[int(rng.integers(len(polygons)))]
    low = np.maximum(np.floor(polygon.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(polygon.max(axis=0)).astype(int), donor.image.shape[1::-1])
    if (high - low < 6).any():
        return None
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    inside = filled(polygon - low.astype(np.float32), (int(high[1] - low[1]), int(high[0] - low[0])))
    return donor.image[part], donor.class_map[part], donor.core[part], donor.owner[part], inside


def alike_upright(patch: Patch, its: int, wanted: int) -> Patch:
    """The patch turned by quarters until its writing stands as `wanted`; as it is where either is not known."""
    turn = (its - wanted) % 4 if its >= 0 and wanted >= 0 else 0
    image, class_map, core, owner, inside = patch
    bare = np.rot90(image, -turn), np.rot90(class_map, -turn), np.rot90(core, -turn)
    return *bare, np.rot90(owner, -turn), np.rot90(inside, -turn)


def neighbouring(sample: Sample, shape: tuple[int, ...], room: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    """A place (x, y) where a patch of `shape` touches an object of the sheet, overlaps it by 3 px or leaves 6."""
    there = [p for n, p in sample.things if n in ("label", "packet", "stamp", "barcode")]
    if not there:
        return np.asarray(rng.integers(0, room))
    polygon = there[int(rng.integers(len(there)))]
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    h, w = shape[:2]
    gap = float(rng.uniform(-3, 6))
    along_x, along_y = float(rng.uniform(low[0] - w / 2, high[0] - w / 2)), float(rng.uniform(low[1], high[1]) - h / 2)
    aligned_x = float(low[0]) if rng.random() < 0.5 else along_x
    x, y = [(aligned_x, high[1] + gap), (aligned_x, low[1] - h - gap),
            (high[0] + gap, along_y), (low[0] - w - gap, along_y)][int(rng.integers(4))]  # fmt: skip
    return np.clip(np.array([x, y]).astype(np.int64), 0, room - 1)


def print_ink(sample: Sample, donor: Sample, rng: Generator) -> None:
    """On bare paper of the sheet: a stamp of `donor`, one of its notes, or a line of its labels as if it were a note.
    The ink is the transmittance, pixel over paper white; what is written is paler or darker than it was, as pencils
    are, and a stamp's ink stays."""
    name = "stamp" if rng.random() < 0.35 else "label"
    patch = cut(donor, name, rng, NOTE if name == "label" and rng.random() < 0.5 else 1.0)
    if patch is None:
        return
    image, class_map, _, _, inside = alike_upright(patch, donor.upright, sample.upright)
    slip = name == "label" and inside.size > NOTE * donor.class_map.size
    bare = inside & (class_map == HERBARIUM.index(name))
    ink = line_of_writing(image, bare, rng) if slip else ink_of(image, inside, 0.75 if name == "stamp" else 0.88)
    if ink is None:
        return
    if name == "label":
        size = rng.uniform(0.75, 1.3, 2) if min(ink.shape[:2]) > 12 else (1.0, 1.0)
        ink = cv2.resize(ink, None, fx=float(size[0]), fy=float(size[1]), interpolation=cv2.INTER_AREA)
        ink = ink ** np.float32(rng.uniform(0.4, 1.1))
    write(sample, ink, name, rng)


def ink_of(image: Image, inside: NDArray[np.bool_], below: float) -> NDArray[np.float32] | None:
    """Transmittance float32 (h, w, 3), 0 to 1, of what is darker than `below` of the paper, with nothing round it; None
    where it is no ink but a slip, or too little."""
    paper = np.percentile(image[inside], 85, axis=0) if inside.any() else np.array([255.0] * 3)
    ink = np.clip(image / np.maximum(paper, 40), 0, 1).astype(np.float32)
    ink[ink > 0.92] = 1
    dark = ((ink.min(axis=2) < below) & inside).astype(np.uint8)
    left, top, w, h = cv2.boundingRect(dark)
    if w < 8 or h < 6 or not 0.02 < dark.sum() / (w * h) < 0.6:
        return None
    return np.asarray(ink[top : top + h, left : left + w], np.float32)


def line_of_writing(image: Image, inside: NDArray[np.bool_], rng: Generator) -> NDArray[np.float32] | None:
    """Transmittance of one line of what is written on a slip, as in `ink_of`, against the paper near it; its strokes
    are those that stand alone when the gaps between letters are closed."""
    paper = cv2.morphologyEx(image, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8)).astype(np.float32)
    ink = np.clip(image / np.maximum(paper, 40), 0, 1).astype(np.float32)
    ink[ink > 0.92] = 1
    dark = (ink.min(axis=2) < 0.8).astype(np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 15), np.uint8))
    boxes = cv2.connectedComponentsWithStats(joined)[2][1:]
    left, top, w, h = boxes[:, :4].T
    alone = (left > 1) & (top > 1) & (left + w < image.shape[1] - 1) & (top + h < image.shape[0] - 1)
    fit = np.nonzero(alone & (h >= 8) & (h <= 45) & (w >= 1.5 * h))[0]
    if not len(fit):
        return None
    x, y, w, h = (int(v) for v in boxes[rng.choice(fit), :4])
    box = np.s_[y : y + h, x : x + w]
    return np.asarray(ink[box], np.float32) if inside[box].all() and dark[box].mean() < 0.6 else None


def write(sample: Sample, ink: NDArray[np.float32], name: str, rng: Generator) -> None:
    """Ink on bare paper somewhere on the sheet; all of its box is called `name`. Not at all where eight tries find no
    bare paper."""
    h, w = ink.shape[:2]
    room = np.array(sample.image.shape[1::-1]) - (w, h)
    if (room <= 0).any():
        return
    sheet = HERBARIUM.index("sheet")
    for _ in range(8):
        x, y = (int(v) for v in rng.integers(0, room))
        place = np.s_[y : y + h, x : x + w]
        if (sample.class_map[place] == sheet).mean() > 0.93:
            break
    else:
        return
    on = sample.class_map[place] == sheet
    sample.image[place][on] = (sample.image[place] * ink).astype(np.uint8)[on]
    box = np.ones((h, w), bool)
    sample.class_map[place][on] = HERBARIUM.index(name)
    sample.core[place][on & shrunk(box)] = 1
    sample.owner[place][on] = int(sample.owner.max()) + 1


def take_away(sample: Sample, rng: Generator) -> None:
    """Cover one object with pixels from round it: a sheet without its chart, ruler or label."""
    polygons = [p for n, p in sample.things if n in REMOVABLE]
    if not polygons:
        return
    inside = filled(polygons[int(rng.integers(len(polygons)))], sample.class_map.shape)
    wide = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ring = (cv2.dilate(wide.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0) & ~wide
    plain = ring & np.isin(sample.class_map, (0, HERBARIUM.index("sheet")))
    if plain.sum() < 30:
        return
    ys, xs = np.nonzero(plain)
    pick = rng.integers(0, len(ys), int(wide.sum()))
    cover = sample.image.copy()
    cover[wide] = sample.image[ys[pick], xs[pick]]
    soft = cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.8, 4)))
    sample.image[wide] = soft[wide]
    sample.class_map[wide] = np.bincount(sample.class_map[plain]).argmax()
    sample.core[wide] = 0
    sample.owner[wide] = 0
