"""Can every label be read, or did focus or the camera's hand fail?

Measures, per label at native resolution: `edge_width_px`, the median 10-90 % width of its stroke edges in the direction
in which they are widest (px); `x_height_px`, the height of its small letters (px); `blur_kind`.
Default limits; blurred is either of
- edge width above `max_edge_px` 5.0 px: as soft as a Gaussian of 2 px, which keeps about a third of the pixels'
  sampling efficiency (FADGI 2023 asks 60 % of one star; indicative, no target was used). Sharp labels on seven real
  sheets of 21-68 megapixels measure 1.5 to 2.8 px, the softest sheet among them 3.9 to 4.9 px;
- edge width above `max_edge_per_x_height` 0.20 of the x-height: where the word recall of an OCR engine on 18
  gold-transcribed labels fell by 10 % against the sharp copy, the ratio was 0.15 to 0.54, median 0.23; sharp copies
  have 0.05 to 0.11. It counts from `min_edge_px` 3.2 px up: a narrower edge is as sharp as a camera's pixels carry.
An x-height below 10 px is WARN `too_small` (iDigBio T14, Tesseract FAQ: reading collapses); the ratio is not used then.

UNKNOWN: the engine did not answer; labels are required and none was found; or no label was found sharp and one is too
faint, holds too little writing, or looks blurred but is no label for certain (confidence below `min_confidence`).
Beside a label that is sharp, such a one (faded ink) is WARN: the camera was in focus, but this label was not judged and
may be curled. A slip with nothing written on it is counted in the message, and `legible` is null in the measures.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station.measure import focus
from station.settings import Settings as Base
from station.types import Finding, Measure, Outcome, Photo, Region, Scene

NAME = "label_sharpness"
EACH = True
MIN_EDGES = 40
FAINT_CONTRAST = 14.0
"""Grey levels of ink below its paper under which soft cannot be told from faded (ours)."""
BLANK_CONTRAST = 7.0
"""Below this there is no writing at all: paper grain and noise alone measure as much (ours)."""
MOTION_RATIO = 1.6
"""Edges this much wider along one direction than across it: motion, not defocus (ours)."""


class Settings(Base):
    max_edge_px: float = Field(
        default=5.0,
        gt=0,
        description="Wider stroke edges are FAIL, px, 10-90 % (ours; a third of the sampling efficiency).",
    )
    max_edge_per_x_height: float = Field(
        default=0.20,
        gt=0,
        description="The same as share of the x-height (word recall of an OCR engine falls by 10 %).",
    )
    min_edge_px: float = Field(
        default=3.2, ge=0, description="Narrower edges are sharp whatever the text's size, px (ours)."
    )
    min_x_height_px: float = Field(
        default=10.0, ge=0, description="Smaller letters are WARN, px (iDigBio T14, Tesseract FAQ: < 10 px collapses)."
    )
    window_px: int = Field(
        default=720,
        ge=64,
        le=4000,
        description="Side of the part of a label that is measured, where it holds most ink, px.",
    )
    min_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="A blurred label below this confidence of the engine is UNKNOWN, not FAIL (ours).",
    )


@dataclass(frozen=True, slots=True)
class _Label:
    """What was measured on one label; None = could not be."""

    region: Region
    edge_px: float | None
    x_height_px: float | None
    blur_kind: str | None
    ink: float


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding a label that is not fine, one PASS for the others, one measure a label. Raises EngineError."""
    regions = scene.of("label")
    if not regions:
        yield _none_found(scene)
        return
    findings, blank = [], 0
    for region in regions:
        label = _measured(scene.photo, region, settings)
        finding = _judge(label, settings)
        yield _measure(label, finding)
        if finding.outcome is Outcome.UNKNOWN and label.ink < BLANK_CONTRAST and len(regions) > 1:
            blank += 1
        else:
            findings.append(finding)
    yield from (finding for finding in findings if finding.code in ("blurred", "too_small"))
    fine = [finding for finding in findings if finding.outcome is Outcome.PASS]
    unjudged = [finding for finding in findings if finding.outcome is Outcome.UNKNOWN]
    if fine:
        beside = f"; {blank} without writing" if blank else ""
        text = f"{len(fine)} of {len(regions)} labels are sharp{beside}."
        yield Finding(NAME, "ok", Outcome.PASS, text, "", max(f.value or 0.0 for f in fine), settings.max_edge_px, "px")
    outcome = Outcome.WARN if fine else Outcome.UNKNOWN
    yield from (dataclasses.replace(finding, outcome=outcome) for finding in unjudged)
    if not findings:
        text = f"None of {len(regions)} labels has writing that could be judged."
        yield Finding(NAME, "not_judged", Outcome.UNKNOWN, text, "Look at the labels at full size.")


def _none_found(scene: Scene) -> Finding:
    if not scene.required.get("label", 0):
        return Finding(NAME, "ok", Outcome.PASS, "No label is required and none was found.")
    return Finding(
        NAME,
        "not_judged",
        Outcome.UNKNOWN,
        "No label was found, so no sharpness could be judged.",
        "Look whether a label lies in the frame, uncovered.",
    )


def _measured(photo: Photo, region: Region, settings: Settings) -> _Label:
    grey = focus.written(_paper(photo, region), settings.window_px)
    ink = focus.ink_contrast(grey)
    edges = focus.edges(grey)
    if len(edges.width_px) < MIN_EDGES or ink < FAINT_CONTRAST:
        return _Label(region, None, None, None, ink)
    widths = edges.by_direction()
    width = max(widths.values(), default=float(np.median(edges.width_px)))
    return _Label(region, width, focus.x_height(grey), _blur_kind(widths, width, settings), ink)


def _paper(photo: Photo, region: Region) -> NDArray[np.uint8]:
    """The label in grey at native resolution; what lies outside its outline is painted like its paper."""
    box = region.box
    grey = np.array(cv2.cvtColor(photo.region(box), cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    outline = region.polygon - (max(0, box.x), max(0, box.y))
    middle = outline.mean(axis=0)
    inside = np.zeros(grey.shape, dtype=np.uint8)
    cv2.fillPoly(inside, [np.round(middle + 0.97 * (outline - middle)).astype(np.int32)], 1)
    if inside.any():
        grey[inside == 0] = np.median(grey[inside == 1][::7])
    return grey


def _blur_kind(widths: dict[int, float], width: float, settings: Settings) -> str:
    if width <= settings.min_edge_px:
        return "none"
    across = widths.get((max(widths, key=lambda d: widths[d]) + 90) % 180) if widths else None
    return "motion" if across is not None and width >= MOTION_RATIO * across else "defocus"


def _judge(label: _Label, settings: Settings) -> Finding:
    if label.edge_px is None:
        return _not_judged(label, "too faint, or too little, to measure")
    letters = label.x_height_px
    small = letters is not None and letters < settings.min_x_height_px
    limit = settings.max_edge_px
    if label.blur_kind == "motion":
        limit = min(limit, settings.min_edge_px)
    elif letters is not None and not small:
        limit = min(limit, max(settings.min_edge_px, settings.max_edge_per_x_height * letters))
    if label.edge_px > limit:
        return _blurred(label, limit, settings)
    if small:
        return Finding(
            NAME,
            "too_small",
            Outcome.WARN,
            f"The writing on this label is only {letters:.0f} pixels high; it may not be readable.",
            "Use the camera's full resolution, or bring the camera nearer.",
            letters,
            settings.min_x_height_px,
            "px",
            label.region.box,
        )
    text = f"This label is sharp ({label.edge_px:.1f} px)."
    return Finding(NAME, "ok", Outcome.PASS, text, "", label.edge_px, limit, "px", label.region.box)


def _blurred(label: _Label, limit: float, settings: Settings) -> Finding:
    if label.region.confidence < settings.min_confidence:
        return _not_judged(label, "blurred, if it is a label at all")
    motion = label.blur_kind == "motion"
    kind = "blurred by motion" if motion else "out of focus"
    return Finding(
        NAME,
        "blurred",
        Outcome.FAIL,
        f"This label is {kind}: strokes end over {label.edge_px:.1f} pixels.",
        "Let the stand settle, check for draught and vibration, and take it again."
        if motion
        else "Check focus and that the label lies flat, and take it again.",
        label.edge_px,
        limit,
        "px",
        label.region.box,
    )


def _not_judged(label: _Label, why: str) -> Finding:
    return Finding(
        NAME,
        "not_judged",
        Outcome.UNKNOWN,
        f"The writing on this label is {why}.",
        "Look at this label at full size before the sheet leaves the bench.",
        where=label.region.box,
    )


def _measure(label: _Label, finding: Finding) -> Measure:
    legible = {"ok": True, "blurred": False}.get(finding.code)
    return Measure(
        "labels",
        {
            "bbox": list(label.region.box),
            "legible": legible,
            "edge_width_px": None if label.edge_px is None else round(label.edge_px, 2),
            "x_height_px": None if label.x_height_px is None else round(label.x_height_px, 1),
            "blur_kind": label.blur_kind,
        },
    )
