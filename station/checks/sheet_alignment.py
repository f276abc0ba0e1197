"""Does the sheet lie straight and whole in the frame, the right way up?

Measures: `skew_deg` (degrees, clockwise rotation of the sheet relative to the frame, within (-45, 45]) from the
outline's sides that do not lie on the edge of the frame; `margins_px` between the outline and each edge of the frame
(`margins_mm` where the rig's ppi is known); `keystone_deg`, by how much opposite sides run together, where all four are
visible; `orientation_deg` (quarter turns the photograph needs) where the engine is sure of it. The outline is the
sheet's, or the slide's where the model knows slides instead.
The lines of two labels or more must run as the engine's word of the orientation has it: a contradiction is WARN
`turned`, UNKNOWN where a turned photograph is a FAIL.

Default limits: skew 0.5 degrees WARN (ours), 1.0 FAIL (FADGI 2016: +-1 degree, no software de-skew at four stars);
the whole sheet and a small margin in the frame (FADGI 2016: "backing beyond all four edges"): clipped is FAIL, a margin
below 1 mm is WARN (the figure is ours). A rig that crops tight on purpose sets `clipped: off`. Opposite sides that run
together by more than 1.5 degrees are WARN (ours; sheets cut by hand reach 1).
A sheet not found is FAIL only when the engine is sure that the frame is empty; where it saw other objects, or is not
sure, a sheet may lie there unseen (white paper on a white table): UNKNOWN.

UNKNOWN: the engine did not answer, its model knows no sheet, the outline is uncertain, its sides disagree by more than
`max_spread_deg`, or none of its sides is visible, so that there is nothing to measure skew on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import cv2
import numpy as np
from pydantic import Field

from station import writing
from station.measure import focus, geometry, lines
from station.settings import Settings as Base
from station.types import Box, Finding, Measure, Outcome, Region, Scene

NAME = "sheet_alignment"
EACH = True
OUTLINES = ("sheet", "slide")
Severity = Literal["fail", "warn", "off"]
OUTCOMES = {"fail": Outcome.FAIL, "warn": Outcome.WARN}
MM_PER_INCH = 25.4
LINES_PX, WINDOW_PX = 1536, 512
"""Long side of the photograph, and of the part of a label, in which lines of writing are looked for."""
MOST_LABELS, LEAST_LABELS, SURE_RUN = 4, 2, 1.0
"""Labels looked at, and needed; the mean run of their lines (measure/lines.py) that says something."""


class Settings(Base):
    warn_deg: float = Field(default=0.5, ge=0, le=45, description="Skew above this is WARN, degrees (ours).")
    fail_deg: float = Field(
        default=1.0, ge=0, le=45, description="Skew above this is FAIL, degrees (FADGI 2016: +-1 degree)."
    )
    clipped: Severity = Field(
        default="fail",
        description="What a side at or beyond the edge of the frame means (FADGI 2016: backing beyond all edges).",
    )
    border_share: float = Field(
        default=0.0004,
        ge=0,
        le=0.1,
        description="Nearer to the frame than this share of its long side counts as clipped (ours).",
    )
    min_margin_mm: float = Field(
        default=1.0, ge=0, description="A smaller margin is WARN, mm; used when ppi is known (ours)."
    )
    min_margin_share: float = Field(
        default=0.004,
        ge=0,
        le=0.5,
        description="The same as share of the frame's long side, when ppi is not known (ours).",
    )
    keystone_deg: float = Field(
        default=1.5, ge=0, le=45, description="Opposite sides that run together by more are WARN, degrees (ours)."
    )
    orientation: Severity = Field(
        default="warn", description="What a photograph turned by 90, 180 or 270 degrees means (ours)."
    )
    max_spread_deg: float = Field(
        default=2.0,
        gt=0,
        le=45,
        description="Sides that disagree by more are no straight outline: not judged, degrees (ours).",
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Below this confidence of the engine the outline is not judged (ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """Findings and measures of the sheet's outline. Raises EngineError when the engine did not answer."""
    turned = scene.segmentation.upright_deg
    yield Measure("orientation_deg", turned)
    name = next((name for name in OUTLINES if name in scene.segmentation.classes), None)
    if name is None:
        yield _unknown("The engine's model knows neither sheets nor slides.", "Choose another profile or model.")
        return
    outlines = [region for region in scene.of(name) if len(region.polygon) == 4]
    if not outlines:
        yield _not_found(scene, name, settings)
        return
    outline = outlines[0]
    yield Measure("sheet_corners_px", [[round(float(x), 2), round(float(y), 2)] for x, y in outline.polygon])
    if outline.confidence < settings.min_confidence:
        yield _unknown(
            f"The outline of the {name} is uncertain (confidence {outline.confidence:.2f}).",
            "Check alignment by eye; a plain background that differs from the paper helps.",
            outline,
        )
        return
    down = _runs_down(scene) if name == "sheet" and settings.orientation != "off" else None
    alarms = [*_place(scene, outline, settings), *_turned(name, turned, down, settings)]
    yield from _margins(scene, outline)
    yield from _skew(scene, outline, settings)
    yield from _keystone(scene, outline, settings)
    yield from alarms


def _not_found(scene: Scene, name: str, settings: Settings) -> Finding:
    sure = float(np.mean(scene.segmentation.confidence)) / 255
    if scene.regions or sure < settings.min_confidence:
        return _unknown(
            f"No {name} was recognised, though the frame does not look empty.",
            f"Look whether a {name} lies in the frame; paper like the table under it is hard to see.",
        )
    return Finding(
        NAME, "not_found", Outcome.FAIL, f"There is no {name} in the frame.", f"Place the {name} and take it again."
    )


def _skew(scene: Scene, outline: Region, settings: Settings) -> Iterator[Finding | Measure]:
    tolerance = settings.border_share * max(scene.photo.size_px)
    skew = geometry.skew(outline.polygon, scene.photo.size_px, tolerance)
    if skew is None:
        yield _unknown(
            f"No edge of the {outline.name} is visible, so its alignment cannot be measured.",
            "Frame it with a little background on every side.",
            outline,
        )
        return
    if skew.spread_deg > settings.max_spread_deg:
        yield _unknown(
            f"The edges of the {outline.name} disagree by {skew.spread_deg:.1f} degrees; no rotation can be given.",
            "Check alignment by eye; look for something that covers an edge.",
            outline,
        )
        return
    yield Measure("skew_deg", round(skew.deg, 3))
    yield _judged_skew(skew.deg, outline, settings)


def _keystone(scene: Scene, outline: Region, settings: Settings) -> Iterator[Finding | Measure]:
    tolerance = settings.border_share * max(scene.photo.size_px)
    deg = geometry.keystone(outline.polygon, scene.photo.size_px, tolerance)
    if deg is None:
        return
    yield Measure("keystone_deg", round(deg, 3))
    if settings.keystone_deg < deg <= settings.max_spread_deg:
        yield Finding(
            NAME,
            "keystone",
            Outcome.WARN,
            f"Opposite edges of the {outline.name} run together by {deg:.1f} degrees, as if seen from the side.",
            "Level camera and table; look whether the sheet lies flat.",
            deg,
            settings.keystone_deg,
            "deg",
            outline.box,
        )


def _margins(scene: Scene, outline: Region) -> Iterator[Measure]:
    px = geometry.margins(outline.polygon, scene.photo.size_px)
    yield Measure("margins_px", {side: round(value, 1) for side, value in px.items()})
    if scene.rig.ppi:
        scale = MM_PER_INCH / scene.rig.ppi
        yield Measure("margins_mm", {side: round(value * scale, 2) for side, value in px.items()})


def _judged_skew(deg: float, outline: Region, settings: Settings) -> Finding:
    """The finding for a known skew, PASS included."""
    size = abs(deg)
    outcome = Outcome.FAIL if size > settings.fail_deg else Outcome.WARN if size > settings.warn_deg else Outcome.PASS
    limit = settings.fail_deg if outcome is Outcome.FAIL else settings.warn_deg
    if outcome is Outcome.PASS:
        return Finding(
            NAME, "ok", outcome, f"The {outline.name} lies straight ({deg:+.2f} degrees).", "", deg, limit, "deg"
        )
    way, back = ("clockwise", "anticlockwise") if deg > 0 else ("anticlockwise", "clockwise")
    return Finding(
        NAME,
        "skewed",
        outcome,
        f"The {outline.name} is turned {size:.1f} degrees {way}.",
        f"Turn the {outline.name} a little {back}, against the guide, and take it again.",
        deg,
        limit,
        "deg",
        _side_box(outline, "top", max(outline.box.w, outline.box.h)),
    )


def _place(scene: Scene, outline: Region, settings: Settings) -> Iterator[Finding]:
    """At most one finding: clipped sides, else the narrowest margin."""
    long_side = max(scene.photo.size_px)
    margins = geometry.margins(outline.polygon, scene.photo.size_px)
    cut = [side for side, margin in margins.items() if margin <= settings.border_share * long_side]
    if cut:
        if settings.clipped != "off":
            yield Finding(
                NAME,
                "clipped",
                OUTCOMES[settings.clipped],
                f"The {outline.name} reaches the edge of the frame: {', '.join(cut)}.",
                f"Move the {outline.name} until background shows on all four sides, and take it again.",
                min(margins.values()),
                round(settings.border_share * long_side, 1),
                "px",
                _side_box(outline, cut[0], long_side),
            )
        return
    side = min(margins, key=lambda name: margins[name])
    value, limit, unit = 100 * margins[side] / long_side, 100 * settings.min_margin_share, "% of the long side"
    if scene.rig.ppi:
        value, limit, unit = margins[side] / scene.rig.ppi * MM_PER_INCH, settings.min_margin_mm, "mm"
    if value < limit:
        yield Finding(
            NAME,
            "margin",
            Outcome.WARN,
            f"The {outline.name} lies very near the edge of the frame: {side}, {value:.2g} {unit}.",
            f"Centre the {outline.name} under the camera.",
            value,
            limit,
            unit,
            _side_box(outline, side, long_side),
        )


def _side_box(outline: Region, side: str, long_side: int) -> Box:
    """A square at the middle of one side: what a person must see to believe it."""
    box, edge = outline.box, max(1, long_side // 10)
    x = {"left": box.x, "right": box.x + box.w}.get(side, box.x + box.w // 2)
    y = {"top": box.y, "bottom": box.y + box.h}.get(side, box.y + box.h // 2)
    return Box(max(0, x - edge // 2), max(0, y - edge // 2), edge, edge)


def _runs_down(scene: Scene) -> bool | None:
    """Do the lines on the labels run from top to bottom of the frame? None where too few labels tell."""
    part = min(1.0, LINES_PX / max(scene.photo.size_px))
    found = []
    for region in scene.of("label")[:MOST_LABELS]:
        grey = writing.paper(scene.photo, region)
        small = cv2.resize(grey, None, fx=part, fy=part, interpolation=cv2.INTER_AREA) if part < 1 else grey
        found.append(lines.run(focus.written(np.asarray(small, np.uint8), WINDOW_PX)))
    runs = [run for run in found if run is not None]
    if len(runs) < LEAST_LABELS or abs(np.mean(runs)) < SURE_RUN:
        return None
    return bool(np.mean(runs) < 0)


def _turned(name: str, turned: int | None, down: bool | None, settings: Settings) -> Iterator[Finding]:
    if down is not None and settings.orientation != "off" and (turned in (90, 270)) != down:
        way = "from top to bottom" if down else "from left to right"
        said = f"The engine and the writing disagree which way up the {name} lies: lines on the labels run {way}."
        if settings.orientation == "fail":
            yield _unknown(said, "Look whether its text reads upright.")
        else:
            yield Finding(NAME, "turned", Outcome.WARN, said, "Look whether its text reads upright.")
        return
    if turned is None and settings.orientation == "fail":
        yield _unknown(f"Which way up the {name} lies was not recognised.", "Look whether its text reads upright.")
    if not turned or settings.orientation == "off":
        return
    yield Finding(
        NAME,
        "upside_down" if turned == 180 else "turned",
        OUTCOMES[settings.orientation],
        f"The {name} seems to be upside down." if turned == 180 else f"The {name} seems to lie on its side.",
        f"Turn the {name}, or the camera's rotation setting, so that the text reads upright.",
        turned,
        0,
        "deg",
    )


def _unknown(message: str, remedy: str, outline: Region | None = None) -> Finding:
    return Finding(NAME, "not_judged", Outcome.UNKNOWN, message, remedy, where=None if outline is None else outline.box)
