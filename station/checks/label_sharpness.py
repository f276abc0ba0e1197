"""Can every label be read, or did focus or the camera's hand fail?

Measures, per label at native resolution: `edge_width_px`, the median 10-90 % width of its stroke edges in the direction
in which they are widest (px); `x_height_px`, the height of its small letters (px); `blur_kind`.
Default limits; blurred is any of
- edge width above `max_edge_per_x_height` 0.17 of the x-height, from `min_edge_px` 2.5 px up: a narrower edge is as
  sharp as a camera's pixels carry. Where the rig knows its own edge width (`sharpness_edge_px`), that and three of its
  spreads (a fifth at least) take the place of the 2.5 px, and raise the other limits to it;
- edge width above `max_edge_px` 5.0 px where the letters' height is not known, or where the rig knows what is usual, as
  soft as a Gaussian of 2 px (a third of the sampling efficiency, of which FADGI 2023 asks 60 % for one star); above 7
  px anyway. The same photograph enlarged is as legible as before: the absolute limit must not decide where the
  letters tell;
- a movement: edges along one direction 1.6 times softer than across it (2.2 where other writing in the frame did not
  move), and by more than the letters bear. Long straight borders are left out (measure/motion.py).
Source: the blur at which an OCR engine loses 10 % of the words of 47 gold-transcribed labels (calibration/reading.py,
sharpness.py): edges there have 4.5 px and more out of focus; sharp labels at most 3.3 px, 0.15 of the x-height.
Soft edges up to 7 px are no blur where a fifth of them are sharp: then the writing is soft or faded, not the photograph
(WARN `soft_print`; a printed frame stays sharp on a label that is worse than that). What else is printed in the frame
(scale, barcode, chart) tells a label that does not lie flat from a camera out of focus, and decides alone where no
label has writing to judge.
An x-height below 10 px is WARN `too_small` (iDigBio T14, Tesseract FAQ: reading collapses); the ratio is not used then.

UNKNOWN: the engine did not answer; labels are required and none was found; or no label was found sharp, nothing else in
the frame tells, and one is too faint, holds too little writing, or looks blurred but is no label for certain
(confidence below `min_confidence`). Beside a label that is sharp, such a one is WARN: the camera was in
focus, but this label was not judged and may be curled. A slip with nothing written on it is counted in the message.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station import writing
from station.measure import focus
from station.settings import Settings as Base
from station.types import Finding, Image, Measure, Outcome, Region, Scene, Usual

NAME = "label_sharpness"
EACH = True
MIN_EDGES = 40
FAINT_CONTRAST = 14.0
"""Grey levels of ink below its paper under which soft cannot be told from faded (ours)."""
BLANK_CONTRAST = 7.0
"""Below this there is no writing at all: paper grain and noise alone measure as much (ours)."""
SHARP_TAIL, SHARP_TAIL_PX = 0.55, 2.6
"""Where a fifth of the edges are narrower than this part of the limit, and than this, the camera was in focus on this
label: it leaves no edge narrower than its blur, while print may be soft in part. Sharp labels have 1.3 to 2.5 px, those
that defocus made illegible 3.2 px and more (the same)."""
MOST_EDGE = 1.4
"""However high the letters, edges wider than so many times `max_edge_px` are blurred: a guard against heights measured
on letters that ran together (the same). A rig that knows what is usual needs no such latitude."""
TARGETS, TARGET_PX = ("scale_bar", "barcode", "colour_chart"), 384
"""Printed sharply and always the same; so many pixels of each are looked at."""


class Settings(Base):
    max_edge_px: float = Field(
        default=5.0,
        gt=0,
        description="Wider stroke edges are FAIL where letters do not tell, px (ours; a third of sampling efficiency).",
    )
    max_edge_per_x_height: float = Field(
        default=0.17,
        gt=0,
        description="The same as share of the x-height (word recall of an OCR engine falls by 10 %).",
    )
    min_edge_px: float = Field(
        default=2.5, ge=0, description="Narrower edges are sharp whatever the text's size, px (ours)."
    )
    min_x_height_px: float = Field(
        default=10.0, ge=0, description="Smaller letters are WARN, px (iDigBio T14, Tesseract FAQ: < 10 px collapses)."
    )
    window_px: int = Field(
        default=512,
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
    """What was measured on one label."""

    region: Region
    strokes: writing.Strokes
    blur_kind: str | None = None


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding a label that is not fine, one PASS for the others, one measure a label. Raises EngineError."""
    regions = scene.of("label")
    if not regions:
        yield _none_found(scene)
        return
    frame_px, limits = _targets(scene, settings), _Limits(scene.rig.sharpness_edge_px, settings)
    findings, blank, widths = [], 0, []
    seen = [_seen(writing.paper(scene.photo, region), region, settings) for region in regions]
    for label in _kinds(seen, limits):
        finding = _judge(label, limits, frame_px)
        yield _measure(label, finding)
        widths += [label.strokes.edge_px] if label.strokes.edge_px is not None else []
        if finding.outcome is Outcome.UNKNOWN and label.strokes.ink < BLANK_CONTRAST and len(regions) > 1:
            blank += 1
        else:
            findings.append(finding)
    if widths:
        yield Measure("sharpness_edge_px", round(float(np.median(widths)), 2))
    yield from (finding for finding in findings if finding.code not in ("ok", "not_judged"))
    yield from _rest(findings, blank, len(regions), frame_px, settings)


def alone(image: Image, settings: Settings) -> tuple[str, writing.Strokes]:
    """(code, what was measured) for a picture that is nothing but a label: what calibration asks."""
    height, width = image.shape[:2]
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    limits, grey = _Limits(None, settings), np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    label = _kinds([_seen(grey, Region("label", outline, float(width * height), 1.0), settings)], limits)[0]
    return _judge(label, limits, None).code, label.strokes


def _rest(
    findings: list[Finding], blank: int, count: int, frame_px: float | None, settings: Settings
) -> Iterator[Finding]:
    """One PASS for all that are fine; then those that could not be judged, each or, where none could, the frame."""
    fine = [finding for finding in findings if finding.outcome is Outcome.PASS]
    unjudged = [finding for finding in findings if finding.code == "not_judged"]
    if fine:
        beside = f"; {blank} without writing" if blank else ""
        text = f"{len(fine)} of {count} labels are sharp{beside}."
        yield Finding(NAME, "ok", Outcome.PASS, text, "", max(f.value or 0.0 for f in fine), settings.max_edge_px, "px")
    elif frame_px is not None and len(unjudged) + blank == count:
        yield _by_frame(frame_px, settings)
    outcome = Outcome.WARN if fine or frame_px is not None else Outcome.UNKNOWN
    yield from (dataclasses.replace(finding, outcome=outcome) for finding in unjudged)
    if not findings and frame_px is None:
        text = f"None of {count} labels has writing that could be judged."
        yield Finding(NAME, "not_judged", Outcome.UNKNOWN, text, "Look at the labels at full size.")


def _by_frame(frame_px: float, settings: Settings) -> Finding:
    """No label has writing to judge: scale, barcode and chart decide."""
    if frame_px > settings.max_edge_px:
        said = f"No writing could be judged, but scale, barcode and chart are out of focus ({frame_px:.1f} px)."
        return Finding(NAME, "blurred", Outcome.FAIL, said, "Check focus, let the stand settle, and take it again.",
                       frame_px, settings.max_edge_px, "px")  # fmt: skip
    said = f"No writing could be judged; the camera was in focus (scale, barcode or chart: {frame_px:.1f} px)."
    return Finding(NAME, "not_judged", Outcome.WARN, said, "Look at the labels at full size.", frame_px,
                   settings.max_edge_px, "px")  # fmt: skip


def _none_found(scene: Scene) -> Finding:
    if not scene.required.get("label", 0):
        return Finding(NAME, "ok", Outcome.PASS, "No label is required and none was found.")
    return Finding(
        NAME, "not_judged", Outcome.UNKNOWN, "No label was found, so no sharpness could be judged.",
        "Look whether a label lies in the frame, uncovered.",
    )  # fmt: skip


def _targets(scene: Scene, settings: Settings) -> float | None:
    """Edge width of the sharpest among scale, barcode and chart, px: what the camera did in this frame, whatever the
    labels are printed like. None where there is none to measure."""
    widths = []
    for name in TARGETS:
        for region in scene.of(name)[:1]:
            if region.confidence >= settings.min_confidence:
                grey = focus.written(writing.paper(scene.photo, region, TARGET_PX), TARGET_PX)
                found = focus.edges(grey, 300)
                widths += [float(np.median(found.width_px))] if len(found.width_px) >= MIN_EDGES else []
    return min(widths, default=None)


def _seen(grey: NDArray[np.uint8], region: Region, settings: Settings) -> _Label:
    window = focus.written(grey, settings.window_px)
    return _Label(region, writing.strokes(window, least=MIN_EDGES, faint=FAINT_CONTRAST))


def _kinds(labels: list[_Label], limits: _Limits) -> list[_Label]:
    """The labels with the kind of their blur. The camera moves all of them or none."""
    sharp = [label.strokes.still and (label.strokes.edge_px or 0) <= limits.sharp_px for label in labels]
    kinds = (_blur_kind(x.strokes, limits, sum(sharp) > own) for x, own in zip(labels, sharp, strict=True))
    return [dataclasses.replace(label, blur_kind=kind) for label, kind in zip(labels, kinds, strict=True)]


def _blur_kind(strokes: writing.Strokes, limits: _Limits, beside_still: bool) -> str | None:
    if strokes.edge_px is None:
        return None
    if strokes.moved(limits.edge_px(strokes.x_height_px), beside_still):
        return "motion"
    return "none" if strokes.edge_px <= limits.sharp_px else "defocus"


@dataclass(frozen=True, slots=True)
class _Limits:
    """The settings, and what is usual at the rig where that is known."""

    usual: Usual | None
    settings: Settings

    @property
    def sharp_px(self) -> float:
        """Edges up to here are as sharp as this camera makes them."""
        return (
            self.settings.min_edge_px
            if self.usual is None
            else self.usual.median + max(3 * self.usual.spread, 0.2 * self.usual.median)
        )

    def edge_px(self, x_height_px: float | None) -> float:
        """Wider edges are blurred. Letters too small to read anyway are held to the absolute limit only."""
        limit = self.settings.max_edge_px
        if x_height_px is not None and x_height_px >= self.settings.min_x_height_px:
            most = MOST_EDGE if self.usual is None else 1.0
            limit = min(most * limit, self.settings.max_edge_per_x_height * x_height_px)
        return max(self.sharp_px, limit)


def _judge(label: _Label, limits: _Limits, frame_px: float | None) -> Finding:
    strokes, settings = label.strokes, limits.settings
    if strokes.edge_px is None or strokes.tail_px is None:
        return _not_judged(label, "too faint, or too little, to measure")
    letters, limit = strokes.x_height_px, limits.edge_px(strokes.x_height_px)
    moved = label.blur_kind == "motion"
    if moved or strokes.edge_px > limit:
        if label.region.confidence < settings.min_confidence:
            return _not_judged(label, "blurred, if it is a label at all")
        if (
            not moved
            and strokes.edge_px <= MOST_EDGE * settings.max_edge_px
            and strokes.tail_px <= min(SHARP_TAIL_PX, SHARP_TAIL * limit)
            and (frame_px is None or frame_px <= limit)
        ):
            return _soft(label, limit)
        return _blurred(label, limit, frame_px)
    if letters is not None and letters < settings.min_x_height_px:
        return Finding(
            NAME, "too_small", Outcome.WARN,
            f"The writing on this label is only {letters:.0f} pixels high; it may not be readable.",
            "Use the camera's full resolution, or bring the camera nearer.", letters, settings.min_x_height_px, "px",
            label.region.box,
        )  # fmt: skip
    text = f"This label is sharp ({strokes.edge_px:.1f} px)."
    return Finding(NAME, "ok", Outcome.PASS, text, "", strokes.edge_px, limit, "px", label.region.box)


def _blurred(label: _Label, limit: float, frame_px: float | None) -> Finding:
    width = label.strokes.edge_px or 0.0
    said, remedy = "out of focus", "Check focus and that the label lies flat, and take it again."
    if label.blur_kind == "motion":
        said, remedy = "blurred by motion", "Let the stand settle, check for draught and vibration, and take it again."
    elif frame_px is not None and frame_px <= min(limit, 0.6 * width):
        said = f"out of focus, though the camera was not ({frame_px:.1f} px at scale, barcode or chart)"
        remedy = "Press the label flat, or set the focus between label and sheet, and take it again."
    text = f"This label is {said}: strokes end over {width:.1f} pixels."
    return Finding(NAME, "blurred", Outcome.FAIL, text, remedy, width, limit, "px", label.region.box)


def _soft(label: _Label, limit: float) -> Finding:
    return Finding(
        NAME, "soft_print", Outcome.WARN,
        "The writing on this label is soft or faded, but the photograph of it is sharp.",
        "Look at this label at full size; taking it again will not help.", label.strokes.edge_px, limit, "px",
        label.region.box,
    )  # fmt: skip


def _not_judged(label: _Label, why: str) -> Finding:
    return Finding(
        NAME, "not_judged", Outcome.UNKNOWN, f"The writing on this label is {why}.",
        "Look at this label at full size before the sheet leaves the bench.", where=label.region.box,
    )  # fmt: skip


def _measure(label: _Label, finding: Finding) -> Measure:
    strokes = label.strokes
    return Measure(
        "labels",
        {
            "bbox": list(label.region.box),
            "legible": {"ok": True, "blurred": False}.get(finding.code),
            "edge_width_px": None if strokes.edge_px is None else round(strokes.edge_px, 2),
            "x_height_px": None if strokes.x_height_px is None else round(strokes.x_height_px, 1),
            "blur_kind": label.blur_kind,
        },
    )
