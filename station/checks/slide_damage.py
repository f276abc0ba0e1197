"""Is the slide cracked, or are there bubbles under the coverslip?

Measures: the longest crack (% of the slide's short side) and the area of bubbles (% of the coverslip's). Default
limits: a crack of 30 % and bubbles of 1 % are WARN `cracked` and `bubbles` (ours): they belong to the object, so the
photograph need not be taken again; a person should know before the slide goes back.
A crack is a thin bright line away from labels, codes and the edges of slide and coverslip, and not along a side; a
bubble is a dark rim round a lighter middle. Scratches, hairs that shine and lines engraved in the glass look alike.

UNKNOWN: the engine did not answer, its model knows no slides, no slide was found, or the slide's short side has fewer
than `min_side_px` pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station.measure import flaws
from station.settings import Settings as Base
from station.types import Box, Finding, Measure, Outcome, Region, Scene

NAME = "slide_damage"
EACH = True
SIDE_PX = 320
"""A slide is reduced to this short side: a crack is then 1 to 5 px wide."""
COVERING = ("label", "barcode", "type_marker")
EDGE = 0.045
"""So much of the short side round edges of slide, coverslip and paper is not looked at."""


RIM = 0.12
"""A bright line nearer than this to one side of the outline over all its length is the glass's own edge, share of the
short side: of trays the outline is known less well (ours; on 8 drawn trays 16 false cracks without it)."""
NARROWEST = 0.22
"""A coverslip narrower than this share of the slide's short side (6 of 26 mm) is none: the engine may take a crack for
a thin one."""


class Settings(Base):
    min_crack_share: float = Field(
        default=0.3, gt=0, description="A longer crack is WARN, share of the slide's short side (ours)."
    )
    max_bubble_share: float = Field(
        default=0.01, ge=0, le=1, description="Bubbles over more of a coverslip's area are WARN, share of it (ours)."
    )
    min_side_px: int = Field(
        default=150, ge=50, description="A slide of a shorter short side is not judged, px (ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """WARN for a crack, WARN for bubbles, else one PASS. Raises EngineError."""
    slides = scene.of("slide")
    if not slides:
        yield _unknown("No slide was found.", "Look whether a slide lies in the frame.")
        return
    slide = slides[0]
    short = _short_side(slide.polygon)
    if short < settings.min_side_px:
        text = f"The slide is only {short:.0f} pixels wide, too few to see a crack."
        yield _unknown(text, "Bring the camera nearer, or leave this check out.")
        return
    alarms = list(_alarms(scene, slide, SIDE_PX / short, settings))
    yield from alarms
    if not alarms:
        yield Finding(NAME, "ok", Outcome.PASS, "No crack and no bubbles were seen.")


def _alarms(scene: Scene, slide: Region, scale: float, settings: Settings) -> Iterator[Finding]:
    box = slide.box
    pixels = scene.photo.region(box)
    size = max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale))
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    corner = np.array([max(0, box.x), max(0, box.y)], np.float32)
    free = np.zeros(grey.shape, np.uint8)
    _paint(free, slide.polygon, corner, scale, 1)
    for name in (*COVERING, "foreign_object"):
        for region in scene.of(name):
            _paint(free, region.polygon, corner, scale, 0)
    slips = [r for r in scene.of("coverslip") if min(cv2.minAreaRect(r.polygon)[1]) > NARROWEST * SIDE_PX / scale]
    inside = cv2.erode(free, np.ones((round(2 * EDGE * SIDE_PX) + 1,) * 2, np.uint8), borderValue=0)
    glass = inside.copy()
    for region in (*slips, *(r for r in scene.of("specimen") if _thick(r) > EDGE * SIDE_PX / scale)):
        outline = np.round((region.polygon - corner) * scale).astype(np.int32)
        cv2.polylines(glass, [outline], True, 0, round(2 * EDGE * SIDE_PX))
    ring = (slide.polygon - corner) * scale
    found = flaws.cracks(np.asarray(grey, np.uint8), glass, settings.min_crack_share * SIDE_PX)
    found = [crack for crack in found if not _along_a_side(crack, ring)]
    if found:
        yield _cracked(found[0], corner, scale, settings)
    for slip in slips:
        yield from _bubbles(np.asarray(grey, np.uint8), inside, slip, corner, scale, settings)


def _along_a_side(crack: flaws.Crack, ring: NDArray[np.float32]) -> bool:
    """Does it run close along one side of the slide's outline (reduced pixels)? Then it is the edge of the glass."""
    for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        normal = np.array([a[1] - b[1], b[0] - a[0]]) / max(float(np.hypot(*(b - a))), 1e-6)
        if np.abs((crack.ends - a) @ normal).max() < RIM * SIDE_PX:
            return True
    return False


def _thick(region: Region) -> float:
    """Mean width of an outline, px; the engine may take a crack itself for a thin specimen."""
    return 2 * float(cv2.contourArea(region.polygon)) / max(float(cv2.arcLength(region.polygon, True)), 1.0)


def _cracked(crack: flaws.Crack, corner: NDArray[np.float32], scale: float, settings: Settings) -> Finding:
    ends = crack.ends / scale + corner
    low, high = np.floor(ends.min(axis=0)), np.ceil(ends.max(axis=0))
    share = 100 * crack.length_px / SIDE_PX
    return Finding(
        NAME,
        "cracked",
        Outcome.WARN,
        f"There seems to be a crack in the glass, {share:.0f} % of the slide's width long.",
        "Look at the slide before it goes back; handle it with care, and note it with the specimen.",
        share,
        100 * settings.min_crack_share,
        "% of the short side",
        Box(int(low[0]), int(low[1]), max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1]))),
    )


def _bubbles(
    grey: NDArray[np.uint8],
    inside: NDArray[np.uint8],
    slip: Region,
    corner: NDArray[np.float32],
    scale: float,
    settings: Settings,
) -> Iterator[Finding]:
    under = np.zeros(grey.shape, np.uint8)
    _paint(under, slip.polygon, corner, scale, 1)
    area = int(under.sum())
    under = cv2.erode(under, np.ones((5, 5), np.uint8)) & inside
    found = flaws.bubbles(grey, under, 3.0, 0.12 * SIDE_PX)
    share = sum(np.pi * bubble.radius_px**2 for bubble in found) / max(area, 1)
    if share > settings.max_bubble_share:
        yield Finding(
            NAME,
            "bubbles",
            Outcome.WARN,
            f"There seem to be {len(found)} bubbles under the coverslip, {100 * share:.0f} % of its area.",
            "Note it with the specimen; the mount may need a conservator.",
            100 * share,
            100 * settings.max_bubble_share,
            "% of the coverslip",
            slip.box,
        )


def _paint(
    mask: NDArray[np.uint8], polygon: NDArray[np.float32], corner: NDArray[np.float32], scale: float, value: int
) -> None:
    cv2.fillPoly(mask, [np.round((polygon - corner) * scale).astype(np.int32)], value)


def _short_side(corners: NDArray[np.float32]) -> float:
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    return (
        float(min(sides[0::2].mean(), sides[1::2].mean()))
        if len(corners) == 4
        else float(np.ptp(corners, axis=0).min())
    )


def _unknown(message: str, remedy: str) -> Finding:
    return Finding(NAME, "not_judged", Outcome.UNKNOWN, message, remedy)
