"""COCO annotations -> what the network must answer: class map, core map, upright direction.

Photographs are held at the long side they are trained at; annotations follow. The folder layout is
`<root>/images/*.jpg` and `<root>/coco.json` with `category.name` from the profile's classes and, optionally,
`image.upright` (clockwise turn in degrees that makes the text upright) and `image.institution`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.drawing.canvas import CLASSES, SLIDE_CLASSES
from station.types import Image

IGNORE = 255
"""Pixels whose class is not known; no loss is taken there."""
HERBARIUM = CLASSES
"""Class names by id, as in the contract."""
PROFILES = {"herbarium-sheet": HERBARIUM, "microscope-slide": SLIDE_CLASSES}
"""Profile -> the classes of its models."""
PAINTING_ORDER = (
    "sheet", "slide", "coverslip", "specimen", "packet", "label", "colour_chart", "scale_bar", "stamp",
    "type_marker", "barcode", "foreign_object", "doubtful",
)  # fmt: skip
DOUBTFUL = "doubtful"
"""Category of an area where the truth is not known (engines/self_training.py): painted IGNORE in both maps."""
RING = 3
"""Pixels round an object in which no other object has a core; the network answers every fourth pixel."""
PLANT_LAB, PAPER_LAB = 20.0, 9.0
"""CIELAB distance from the paper above which a pixel in a specimen polygon is plant, below which it is paper."""


OUTLINED = ("sheet", "foreign_object")
"""What has no box of its own: there is one sheet in a photograph, but there may be many slides."""


class Painted(NamedTuple):
    """Class map uint8 (h, w); core map uint8 (h, w) of 0, 1 and IGNORE; owner map uint16 (h, w) as in Sample."""

    class_map: NDArray[np.uint8]
    core: NDArray[np.uint8]
    owner: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Sample:
    """One annotated photograph. image uint8 (h, w, 3) RGB; class_map and core uint8 (h, w); owner uint16 (h, w), one
    number an object with straight sides, 0 where there is none; upright 0..3 quarter turns clockwise, or -1 where it
    is not known; `things` the annotated polygons (name, float32 (n, 2))."""

    name: str
    institution: str
    image: Image
    class_map: NDArray[np.uint8]
    core: NDArray[np.uint8]
    owner: NDArray[np.uint16]
    upright: int
    things: tuple[tuple[str, NDArray[np.float32]], ...]


def read(root: Path, classes: Sequence[str], long_side_px: int) -> Iterator[Sample]:
    """Every annotated photograph below `root`, one at a time, in the order of its file."""
    coco = json.loads((root / "coco.json").read_text())
    names = {c["id"]: c["name"] for c in coco["categories"]}
    by_image: dict[int, list[tuple[str, NDArray[np.float32]]]] = {}
    for a in coco["annotations"]:
        for ring in a["segmentation"]:
            polygon = np.asarray(ring, np.float32).reshape(-1, 2)
            by_image.setdefault(a["image_id"], []).append((names[a["category_id"]], polygon))
    for entry in coco["images"]:
        photo = cv2.imread(str(root / "images" / entry["file_name"]), cv2.IMREAD_COLOR_RGB)
        if photo is None:
            raise FileNotFoundError(root / "images" / entry["file_name"])
        scale = long_side_px / max(photo.shape[:2])
        if scale != 1:  # enlarged as well, as station/segment.py does
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=how)
        factor = np.array([photo.shape[1] / entry["width"], photo.shape[0] / entry["height"]], np.float32)
        things = tuple((name, polygon * factor) for name, polygon in by_image.get(entry["id"], []))
        class_map, core, owner = paint(photo, things, classes)
        yield Sample(
            entry["file_name"],
            entry.get("institution") or "unknown",
            photo,
            class_map,
            core,
            owner,
            -1 if entry.get("upright") is None else int(entry["upright"]) // 90 % 4,
            things,
        )


def paint(
    image: Image, things: Sequence[tuple[str, NDArray[np.float32]]], classes: Sequence[str], *, in_order: bool = False
) -> Painted:
    """Polygons -> their maps, later ones over earlier ones in PAINTING_ORDER, or as they come if `in_order`.

    A specimen on a sheet is what differs from the paper; under a coverslip it is the whole polygon.
    """
    class_map = np.zeros(image.shape[:2], np.uint8)
    core = np.zeros(image.shape[:2], np.uint8)
    owner = np.zeros(image.shape[:2], np.uint16)
    ordered = things if in_order else sorted(things, key=lambda t: PAINTING_ORDER.index(t[0]))
    for number, (name, polygon) in enumerate(ordered, 1):
        if name not in classes and name != DOUBTFUL:
            continue
        inside = filled(polygon, class_map.shape)
        if name == "specimen":
            if "sheet" in classes:
                paint_plant(image, class_map, inside, classes)
            else:
                class_map[inside] = classes.index(name)
            continue
        if name == DOUBTFUL:
            class_map[inside] = core[inside] = IGNORE
            owner[inside] = 0
            continue
        class_map[inside] = classes.index(name)
        owner[inside] = number if name not in OUTLINED else 0
        if name != "sheet" and inside.any():
            core[grown(inside)] = 0
            core[shrunk(inside)] = 1
    return Painted(class_map, core, owner)


def filled(polygon: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """True for every pixel whose centre lies inside a polygon given in edge coordinates (pixel i spans i to i + 1)."""
    mask = np.zeros(shape[:2], np.uint8)
    # fillPoly counts from pixel centres and paints both ends: rounding the half up keeps what lies inside only
    inner = np.where(polygon > polygon.mean(axis=0), np.floor(polygon - 0.5), np.ceil(polygon - 0.5))
    cv2.fillPoly(mask, [inner.astype(np.int32)], 1)
    return mask.astype(bool)


def grown(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With the ring round it in which what lies below has no core either: a slip glued on a label is told from it."""
    return np.asarray(cv2.dilate(inside.astype(np.uint8), np.ones((2 * RING + 1,) * 2, np.uint8)) > 0)


def shrunk(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The inner part: 3 px or more away from the outline, an eighth of the smaller side in large objects, a quarter of
    it at most in small ones."""
    distance = cv2.distanceTransform(np.pad(inside.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(distance > min(max(3.0, 0.25 * float(distance.max())), 0.5 * float(distance.max())))


def paint_plant(image: Image, class_map: NDArray[np.uint8], inside: NDArray[np.bool_], classes: Sequence[str]) -> None:
    """A specimen's polygon is generous: plant is what differs from the paper round it, the band between is ignored.

    The paper is the median of the brighter half of the sheet's bare pixels near the polygon.
    """
    ys, xs = np.nonzero(inside)
    if len(ys) == 0:
        return
    margin = 40
    window = np.s_[max(ys.min() - margin, 0) : ys.max() + margin, max(xs.min() - margin, 0) : xs.max() + margin]
    lab = cv2.cvtColor(image[window].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    bare = class_map[window] == classes.index("sheet")
    pixels = lab[bare] if bare.any() else lab.reshape(-1, 3)
    paper = np.median(pixels[pixels[:, 0] >= np.median(pixels[:, 0])], axis=0)
    distance = cv2.GaussianBlur(np.linalg.norm(lab - paper, axis=2).astype(np.float32), (0, 0), 0.7)
    here = inside[window]
    target = class_map[window]
    target[here & (distance > PLANT_LAB)] = classes.index("specimen")
    target[here & (distance <= PLANT_LAB) & (distance > PAPER_LAB)] = IGNORE
