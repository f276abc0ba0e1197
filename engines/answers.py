"""An annotated photograph beside the station's answer to it, and the counts that follow.

The photograph goes through exactly what the station runs: station/decode.py, station/segment.py, station/regions.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import matching
from engines.tally import OBJECTS, PRESENCE, UPRIGHT, Tally
from engines.truth import IGNORE, PAINTING_ORDER, filled, paint
from station import regions, segment
from station.contracts import Backend
from station.decode import Settings, decode
from station.judging import capture_of
from station.measure import outline
from station.types import Image, Model, Segmentation

Named = tuple[str, NDArray[np.float32]]
"""Class name and polygon float32 (n, 2)."""
INSIDE = 0.002
"""Nearer to the frame than this share of the long side (a pixel of the class map) a corner may be cut off by it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is annotated of one photograph; `things` in pixels of `size_px` (width, height)."""

    name: str
    institution: str
    size_px: tuple[int, int]
    upright_deg: int | None
    things: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A photograph with truth and answer on common ground. `image` is what the network saw, and the things that are
    there and that were found lie in its pixels. truth_map (IGNORE where unknown) and region_map uint8 (h, w) have the
    size of the class map."""

    truth: Truth
    image: Image
    segmented: Segmentation
    there: tuple[Named, ...]
    found: tuple[Named, ...]
    truth_map: NDArray[np.uint8]
    region_map: NDArray[np.uint8]


def truths(root: Path) -> list[Truth]:
    """The photographs of `root/coco.json` in its order. Raises OSError, and ValueError or KeyError where it is no
    COCO file."""
    coco = json.loads((root / "coco.json").read_text())
    names = {c["id"]: c["name"] for c in coco["categories"]}
    things: dict[int, list[Named]] = {}
    for a in coco["annotations"]:
        rings = (np.asarray(ring, np.float32).reshape(-1, 2) for ring in a["segmentation"])
        things.setdefault(a["image_id"], []).extend((names[a["category_id"]], ring) for ring in rings)
    return [
        Truth(
            entry["file_name"],
            entry.get("institution") or "unknown",
            (entry["width"], entry["height"]),
            None if entry.get("upright") is None else int(entry["upright"]) % 360,
            tuple(thing for thing in things.get(entry["id"], ()) if thing[0] in PAINTING_ORDER),
        )
        for entry in coco["images"]
    ]


def answer(root: Path, truth: Truth, model: Model, backend: Backend) -> Answer:
    """Run the station on `root/images/<name>`. Raises DecodeError and EngineError."""
    photo = decode(capture_of(root / "images" / truth.name), Settings())
    segmented = segment.segment(photo, model, backend)
    image = segment.input_image(photo, model)
    there = _scaled(truth.things, truth.size_px, image)
    found = _scaled(((r.name, r.polygon) for r in regions.find(segmented, photo)), photo.size_px, image)
    truth_map, *_ = paint(image, there, model.classes)
    region_map = painted(found, image.shape, model.classes)
    h, w = segmented.class_map.shape
    # nearest, as training reduces its truth: every second pixel
    reduced = (cv2.resize(m, (w, h), interpolation=cv2.INTER_NEAREST) for m in (truth_map, region_map))
    return Answer(truth, image, segmented, there, found, *(np.asarray(m, np.uint8) for m in reduced))


def _scaled(things: Iterable[Named], size_px: tuple[int, int], image: Image) -> tuple[Named, ...]:
    factor = np.array([image.shape[1] / size_px[0], image.shape[0] / size_px[1]], np.float32)
    return tuple((name, polygon * factor) for name, polygon in things)


def painted(things: Iterable[Named], shape: tuple[int, ...], classes: Sequence[str]) -> NDArray[np.uint8]:
    """Found polygons -> class map, over each other in the truth's order; a plant is the inside of its outline."""
    class_map = np.zeros(shape[:2], np.uint8)
    for name, polygon in sorted(things, key=lambda thing: PAINTING_ORDER.index(thing[0])):
        class_map[filled(polygon, shape)] = classes.index(name)
    return class_map


def polygons(things: Iterable[Named], name: str) -> list[NDArray[np.float32]]:
    """Those of one class."""
    return [polygon for n, polygon in things if n == name]


def counted(seen: Answer, classes: Sequence[str]) -> Tally:
    """The counts of one photograph. Annotated objects that lie outside the frame are left out."""
    known = seen.truth_map != IGNORE
    base = seen.truth_map[known].astype(np.int64) * len(classes)
    pixels = [
        np.bincount(base + found[known], minlength=len(classes) ** 2).reshape(len(classes), -1)
        for found in (seen.segmented.class_map, seen.region_map)
    ]
    sizes: list[tuple[int, int]] = []
    overlaps: list[tuple[float, ...]] = []
    for name in OBJECTS:
        there, found = (
            matching.rastered(polygons(things, name), seen.image.shape[:2]) for things in (seen.there, seen.found)
        )
        there = there[there.any((1, 2))]
        sizes.append((len(there), len(found)))
        overlaps.append(tuple(m.iou for m in matching.matched(matching.overlaps(there, found))))
    decisions = np.zeros((len(PRESENCE), 2, 2), np.int64)
    for i, name in enumerate(PRESENCE):
        present = sizes[OBJECTS.index(name)]
        decisions[i, int(present[0] > 0), int(present[1] > 0)] = 1
    errors, missed = corner_errors(seen)
    return Tally(1, np.stack(pixels), np.array(sizes), tuple(overlaps), decisions, _upright(seen), errors, missed)


def _upright(seen: Answer) -> NDArray[np.int64]:
    counts = np.zeros(len(UPRIGHT), np.int64)
    if seen.truth.upright_deg is not None:
        said = seen.segmented.upright_deg
        word = "not_said" if said is None else "right" if said == seen.truth.upright_deg else "wrong"
        counts[UPRIGHT.index(word)] = 1
    return counts


def corner_errors(seen: Answer) -> tuple[tuple[tuple[float, float], ...], int]:
    """(farthest, mean) distance of the sheet's corners from the annotated ones, per cent of the photograph's long
    side, and how many sheets were missed: one in either, or none in both where the annotation has not exactly one
    sheet with four corners inside the frame."""
    height, width = seen.image.shape[:2]
    margin = INSIDE * max(width, height)
    there = polygons(seen.there, "sheet")
    if len(there) != 1 or len(there[0]) != 4:
        return (), 0
    if (there[0] < margin).any() or (there[0] > np.array([width, height]) - margin).any():
        return (), 0
    found = polygons(seen.found, "sheet")
    if not found:
        return (), 1
    true, said = (outline.clockwise(ring.astype(np.float64)) for ring in (there[0], found[0]))
    turns = [np.hypot(*(true - np.roll(said, k, axis=0)).T) * 100 / max(width, height) for k in range(4)]
    distance = min(turns, key=lambda d: float(d.mean()))
    return ((float(distance.max()), float(distance.mean())),), 0
