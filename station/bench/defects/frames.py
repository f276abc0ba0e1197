"""The photographs a fault is seeded into, and what lies in them: annotated (COCO), or as the station sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.errors import StationError
from station.measure import geometry, outline
from station.types import Image, Region

Polygon = NDArray[np.float32]
VISIBLE = 0.006
"""A side of the sheet nearer to the frame than this share of the long side is not certainly visible; annotations of
sheets are that exact."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A photograph, uint8 (h, w, 3) RGB, and the polygons of what lies in it, by class, in its pixels."""

    path: Path
    image: Image
    objects: Mapping[str, tuple[Polygon, ...]]

    @cached_property
    def outside(self) -> NDArray[np.bool_]:
        """Where only background lies, at an eighth of the photograph's size or less."""
        k = min(1.0, 512 / max(self.image.shape[:2]))
        shape = max(1, round(self.image.shape[0] * k)), max(1, round(self.image.shape[1] * k))
        mask = np.ones(shape, np.uint8)
        for polygons in self.objects.values():
            for polygon in polygons:
                cv2.fillPoly(mask, [np.round(polygon * k).astype(np.int32)], 0)
        return np.asarray(cv2.erode(mask, np.ones((5, 5), np.uint8), borderValue=1) > 0)

    @property
    def skew_deg(self) -> float | None:
        """Of the sheet as it was outlined; None without four corners, or where no side is visible."""
        ring = self.objects.get("sheet", (np.zeros((0, 2), np.float32),))[0]
        if len(ring) != 4:
            return None
        h, w = self.image.shape[:2]
        skew = geometry.skew(outline.clockwise(ring.astype(np.float64)), (w, h), VISIBLE * max(w, h))
        return None if skew is None else round(skew.deg, 3)

    @property
    def visible_sides(self) -> int:
        """How many of the sheet's four sides lie clearly within the frame."""
        if not self.objects.get("sheet"):
            return 0
        ring, (h, w) = self.objects["sheet"][0], self.image.shape[:2]
        low, high = ring.min(axis=0), ring.max(axis=0)
        gaps = low[0], low[1], w - high[0], h - high[1]
        return sum(gap > VISIBLE * max(w, h) for gap in gaps)


def read(path: Path) -> Image:
    """The pixels of a file, RGB. Raises StationError."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise StationError(f"{path} is no photograph that can be used here.", "Name JPEG, PNG or TIFF files.")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(frozen=True, eq=False)
class Truth:
    """What people say of a photograph: polygons by class, in its pixels; the clockwise turn that makes it upright."""

    objects: Mapping[str, tuple[Polygon, ...]]
    upright_deg: int | None = None


def known(coco: Path) -> dict[str, tuple[tuple[int, int], Truth]]:
    """Stem of the file name -> (size annotated at, truth). Several rings of one object count as several objects."""
    facts = json.loads(coco.read_text(encoding="utf-8"))
    names = {c["id"]: c["name"] for c in facts["categories"]}
    found = {}
    for image in facts["images"]:
        objects: dict[str, tuple[Polygon, ...]] = {}
        for one in (a for a in facts["annotations"] if a["image_id"] == image["id"]):
            rings = tuple(np.asarray(ring, np.float32).reshape(-1, 2) for ring in one["segmentation"])
            objects[names[one["category_id"]]] = (*objects.get(names[one["category_id"]], ()), *rings)
        size = image["width"], image["height"]
        found[Path(image["file_name"]).stem] = (size, Truth(objects, image.get("upright")))
    return found


def scaled(truth: Truth, by: float) -> Truth:
    """The same for a photograph `by` times as large."""
    larger = {name: tuple(ring * np.float32(by) for ring in rings) for name, rings in truth.objects.items()}
    return Truth(larger, truth.upright_deg)


def seen(regions: tuple[Region, ...]) -> Truth:
    """The station's own regions, for photographs without annotations."""
    found: dict[str, tuple[Polygon, ...]] = {}
    for region in regions:
        found[region.name] = (*found.get(region.name, ()), region.polygon)
    return Truth(found)
