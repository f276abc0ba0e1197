"""Several slides in one photograph: each is looked at by itself in its own pixels, and named as people count them.

The first look finds the slides. Each is then cut out with a little of what surrounds it and put through the network
again, for on a tray a label is a few pixels of the first look; what was found on it takes the place of what the first
look saw there. Checks that say `EACH = True` are asked of every slide as if it had been photographed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from station.errors import EngineError
from station.measure import reading
from station.types import (
    Barcode,
    Box,
    Capture,
    Finding,
    Image,
    Measure,
    Outcome,
    Part,
    Photo,
    Region,
    Scene,
    Segmentation,
)

SLIDE = "slide"
ON_A_SLIDE = frozenset({"slide", "specimen", "label", "barcode", "type_marker", "coverslip"})
OF_THE_FRAME = frozenset({"colour_chart", "scale_bar"})
"""Objects that a frame needs once, not each of its slides."""
MARGIN = 0.05
"""Round a slide that is cut out, as share of its long side (ours)."""
SAME = 0.6
"""Least overlap (IoU) of a slide in both looks; below it the first look's outline is kept (ours)."""
FOLDED = 4
"""The same finding on more slides than this is told once, with their numbers (ours)."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a photograph as a photograph; coordinates from the corner of `box`, which lies inside it."""

    whole: Photo
    box: Box

    @property
    def size_px(self) -> tuple[int, int]:
        return self.box.w, self.box.h

    @property
    def exif(self) -> Mapping[str, str]:
        return self.whole.exif

    @property
    def notes(self) -> tuple[str, ...]:
        return self.whole.notes

    @property
    def doubts(self) -> tuple[str, ...]:
        return self.whole.doubts

    def small(self, max_side: int) -> Image:
        pixels = self.whole.region(self.box)
        scale = min(1.0, max_side / max(self.size_px))
        size = max(1, round(self.box.w * scale)), max(1, round(self.box.h * scale))
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

    def region(self, box: Box) -> Image:
        left, top = max(0, box.x), max(0, box.y)
        right, bottom = min(self.box.w, box.x + box.w), min(self.box.h, box.y + box.h)
        return self.whole.region(Box(self.box.x + left, self.box.y + top, right - left, bottom - top))


@dataclass(frozen=True, slots=True)
class Sight:
    """One slide of several: its number and place from 1 in reading order, the second look at it, and its regions in
    the coordinates of `crop`, the slide itself first."""

    number: int
    row: int
    col: int
    crop: Crop
    segmented: Segmentation
    regions: tuple[Region, ...]


def in_order(regions: Iterable[Region]) -> tuple[tuple[reading.Place, ...], tuple[Region, ...], bool]:
    """(places in reading order, the slides their `thing` counts, whether the places form a grid)."""
    slides = tuple(region for region in regions if region.name == SLIDE)
    if not slides:
        return (), (), False
    middles = np.array([region.polygon.mean(axis=0) for region in slides], np.float64)
    boxes = np.median([region.box[2:] for region in slides], axis=0)
    edges = np.array([region.polygon[1] - region.polygon[0] for region in slides if len(region.polygon) == 4])
    turn = float(np.median(np.degrees(np.arctan2(edges[:, 1], edges[:, 0])))) if len(edges) else 0.0
    turn = turn if abs(turn) < 10 and len(slides) > 2 else 0.0
    places, grid = reading.places(middles, (float(boxes[0]), float(boxes[1])), turn)
    return places, slides, grid


def look(
    photo: Photo,
    found: Sequence[Region],
    see: Callable[[Photo], Segmentation],
    find: Callable[[Segmentation, Photo], tuple[Region, ...]],
) -> tuple[Sight, ...]:
    """The second look at every slide in reading order; nothing where there are fewer than two.

    Raises EngineError and DecodeError.
    """
    places, slides, _ = in_order(found)
    if len(slides) < 2:
        return ()
    sights: list[Sight] = []
    for place in places:
        if place.thing is not None:
            crop = Crop(photo, _around(slides[place.thing].box, photo.size_px))
            segmented = see(crop)
            known = _moved(slides[place.thing], -crop.box.x, -crop.box.y)
            own = _own(known, find(segmented, crop))
            sights.append(Sight(len(sights) + 1, place.row, place.col, crop, segmented, own))
    return tuple(sights)


def _around(box: Box, size_px: tuple[int, int]) -> Box:
    edge = round(MARGIN * max(box.w, box.h)) + 2
    left, top = max(0, box.x - edge), max(0, box.y - edge)
    right, bottom = min(size_px[0], box.x + box.w + edge), min(size_px[1], box.y + box.h + edge)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def _own(known: Region, seen: Sequence[Region]) -> tuple[Region, ...]:
    """The slide, as the second look sees it where both agree, and what lies on it."""
    again = max((r for r in seen if r.name == SLIDE), key=lambda r: _overlap(known, r), default=known)
    slide = again if _overlap(known, again) >= SAME else known
    ring = slide.polygon
    on_it = [
        region
        for region in seen
        if region.name in ON_A_SLIDE - {SLIDE}
        and cv2.pointPolygonTest(ring, tuple(float(v) for v in region.polygon.mean(axis=0)), False) >= 0
    ]
    return (slide, *on_it)


def _overlap(a: Region, b: Region) -> float:
    """IoU of two convex outlines."""
    area, _ = cv2.intersectConvexConvex(cv2.convexHull(a.polygon), cv2.convexHull(b.polygon))
    both = cv2.contourArea(cv2.convexHull(a.polygon)) + cv2.contourArea(cv2.convexHull(b.polygon)) - area
    return float(area / both) if both > 0 else 0.0


def _moved(region: Region, dx: int, dy: int) -> Region:
    shift: NDArray[np.float32] = np.array([dx, dy], np.float32)
    return replace(region, polygon=region.polygon + shift)


def joined(found: Sequence[Region], sights: Sequence[Sight]) -> tuple[Region, ...]:
    """What both looks found, in pixels of the whole photograph: the slides in order, each followed by what lies on it,
    then what lies beside them."""
    closer = [_moved(r, sight.crop.box.x, sight.crop.box.y) for sight in sights for r in sight.regions]
    return (*closer, *(region for region in found if region.name not in ON_A_SLIDE))


def parts(scene: Scene, sights: Sequence[Sight]) -> tuple[Part, ...]:
    """Each slide as a scene of its own."""
    made = []
    for sight in sights:
        box = sight.crop.box
        profile = replace(scene.profile, required=_of_a_slide(scene.profile.required))
        rig = scene.rig
        if rig.required is not None:
            rig = replace(rig, required=_of_a_slide(rig.required))
        barcodes = scene.barcodes
        if not isinstance(barcodes, EngineError):
            barcodes = tuple(_here(b, sight) for b in barcodes if _lies_on(b, sight))
        own = Scene(_named(scene.capture, sight), sight.crop, profile, rig, barcodes, sight.segmented, sight.regions)
        made.append(Part(sight.number, sight.row, sight.col, box, own))
    return tuple(made)


def _of_a_slide(required: Mapping[str, int]) -> dict[str, int]:
    return {name: least for name, least in required.items() if name not in OF_THE_FRAME}


def _named(capture: Capture, sight: Sight) -> Capture:
    """The file's name speaks of the tray, not of this slide."""
    path = capture.path
    return replace(capture, path=path.with_name(f"{path.stem} slide {sight.number}{path.suffix}"))


def _lies_on(barcode: Barcode, sight: Sight) -> bool:
    here = _here(barcode, sight).box
    middle = (here.x + here.w / 2, here.y + here.h / 2)
    return cv2.pointPolygonTest(sight.regions[0].polygon, middle, False) >= 0


def _here(barcode: Barcode, sight: Sight) -> Barcode:
    x, y, w, h = barcode.box
    return replace(barcode, box=Box(x - sight.crop.box.x, y - sight.crop.box.y, w, h))


def told(name: str, answers: Sequence[tuple[Part, Sequence[Finding | Measure]]]) -> list[Finding | Measure]:
    """What a check said of each slide, in words and pixels of the whole photograph: what is not well names its slide,
    what is well is said once."""
    alarms: dict[tuple[str, Outcome], list[tuple[Part, Finding]]] = {}
    measures: list[Finding | Measure] = []
    for part, said in answers:
        for answer in said:
            if isinstance(answer, Measure):
                measures += _list_measure(part, answer)
            elif answer.outcome is not Outcome.PASS:
                alarms.setdefault((answer.code, answer.outcome), []).append((part, answer))
    findings = [finding for group in alarms.values() for finding in _folded(group)]
    if not findings:
        text = f"Each of the {len(answers)} slides is well."
        findings = [Finding(name, "ok", Outcome.PASS, text, "", len(answers), None, "slides")]
    return [*findings, *measures]


def _folded(group: Sequence[tuple[Part, Finding]]) -> list[Finding]:
    numbers = sorted({part.number for part, _ in group})
    if len(numbers) <= FOLDED:
        return [
            replace(finding, message=f"{title(part)}: {finding.message}", where=_back(finding.where, part))
            for part, finding in group
        ]
    part, first = group[0]
    text = f"{len(numbers)} slides ({', '.join(map(str, numbers))}), the first of them: {first.message}"
    return [replace(first, message=text, where=_back(first.where, part))]


def title(part: Part) -> str:
    """As people say it."""
    return f"Slide {part.number} (row {part.row}, column {part.col})"


def _back(where: Box | None, part: Part) -> Box:
    """A place of the slide in the whole photograph; the slide itself where no place was named."""
    return part.box if where is None else Box(where.x + part.box.x, where.y + part.box.y, where.w, where.h)


def _list_measure(part: Part, measure: Measure) -> list[Measure]:
    """Lists grow; a figure that holds for one slide stands in `slides`."""
    if measure.name not in ("labels", "charts") or not isinstance(measure.value, Mapping):
        return []
    x, y, w, h = measure.value["bbox"]
    return [Measure(measure.name, {**measure.value, "bbox": [x + part.box.x, y + part.box.y, w, h]})]
