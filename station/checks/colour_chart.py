"""Does a whole colour chart lie in the frame?

Measure: charts found that hold up to a classical look (number). Default limit: one, where the rig or the profile
requires it (Meise, BDJ 8:e47051; about 40 % of one public set carry none, so the profile decides, never this check).
The network's word is tested both ways. An outline is believed when it is confident and its picture is at least as
varied in colour as any of 233 annotated charts, or when four or more distinct patches lie together in it. When nothing
is believed, the whole photograph is searched for such a group before the chart is called missing: on 257 annotated
sheets none of the 62 without a chart shows a group of more than two.
A chart that touches the edge of the frame is `clipped`: WARN by default (ours), since its patches may still be whole.

UNKNOWN: the engine did not answer; its model knows no chart; an outline is doubtful; or patches lie where the network
saw no chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import cv2
import numpy as np
from pydantic import Field

from station.measure import geometry, patches
from station.settings import Settings as Base
from station.types import Box, Finding, Image, Measure, Outcome, Region, Scene

NAME = "colour_chart"
CROP_PX, WHOLE_PX = 400, 1500
MIN_VARIETY = 6
"""Coarse CIELAB cells in the picture of a chart (measure/patches.py)."""


class Settings(Base):
    clipped: Literal["fail", "warn", "off"] = Field(
        default="warn", description="What a chart that touches the edge of the frame means (ours)."
    )
    border_share: float = Field(
        default=0.002, ge=0, le=0.1, description="Nearer to the frame than this share of its long side touches (ours)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Below this confidence of the engine only patches prove a chart (ours)."
    )
    min_patches: int = Field(
        default=4,
        ge=2,
        description="Distinct patches that lie together and prove a chart (ours; sheets without: <= 2).",
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """Presence and wholeness of the colour chart. Raises EngineError when the engine did not answer."""
    needed = scene.required.get("colour_chart", 0)
    if "colour_chart" not in scene.segmentation.classes:
        yield _unknown("The engine's model knows no colour chart.", "Choose a model that does.") if needed else _idle()
        return
    outlined = scene.of("colour_chart")
    charts = [region for region in outlined if _believed(scene, region, settings)]
    yield from (_measure(chart) for chart in charts)
    if len(charts) < needed:
        yield _too_few(scene, outlined, charts, needed, settings)
    alarms = list(_clipped(scene, charts, settings))
    yield from alarms
    if len(charts) >= needed and not alarms:
        yield (Finding(NAME, "ok", Outcome.PASS, _count(charts), "", len(charts), needed, "") if charts else _idle())


def _believed(scene: Scene, region: Region, settings: Settings) -> bool:
    crop = _reduced(scene.photo.region(region.box))
    confident = region.confidence >= settings.min_confidence
    if confident and patches.variety(crop) >= MIN_VARIETY:
        return True
    return patches.find(crop).colours >= settings.min_patches


def _too_few(
    scene: Scene, outlined: tuple[Region, ...], charts: list[Region], needed: int, settings: Settings
) -> Finding:
    doubtful = [region for region in outlined if not any(region is chart for chart in charts)]
    if doubtful:
        return _unknown(
            "Something may be a colour chart, but shows no patches.",
            "Look whether the chart lies in the frame, face up and uncovered.",
            doubtful[0].box,
        )
    place = None if charts else _seen_elsewhere(scene, settings)
    if place is not None:
        return _unknown(
            "The engine saw no colour chart, but colour patches seem to lie here.",
            "Look whether the chart lies in the frame, whole and uncovered.",
            place,
        )
    few = "There is no colour chart in the frame" if not charts else f"Only {len(charts)} of {needed} colour charts"
    return Finding(
        NAME,
        "missing",
        Outcome.FAIL,
        f"{few}.",
        "Lay the colour chart beside the sheet and take it again.",
        len(charts),
        needed,
        "",
    )


def _seen_elsewhere(scene: Scene, settings: Settings) -> Box | None:
    """Where patches lie together in the whole photograph, if anywhere."""
    small = scene.photo.small(WHOLE_PX)
    seen = patches.find(small)
    if seen.box is None or seen.colours < settings.min_patches:
        return None
    scale = scene.photo.size_px[0] / small.shape[1]
    return Box(*(round(value * scale) for value in seen.box))


def _clipped(scene: Scene, charts: list[Region], settings: Settings) -> Iterator[Finding]:
    tolerance = settings.border_share * max(scene.photo.size_px)
    for chart in charts:
        sides = geometry.touches(chart.box, scene.photo.size_px, tolerance)
        if sides and settings.clipped != "off":
            yield Finding(
                NAME,
                "clipped",
                Outcome.FAIL if settings.clipped == "fail" else Outcome.WARN,
                f"The colour chart reaches the edge of the frame: {', '.join(sides)}.",
                "Move the chart inwards until all its patches lie in the frame.",
                where=chart.box,
            )


def _measure(chart: Region) -> Measure:
    unknown = dict.fromkeys(("kind", "mean_de2000", "max_de2000", "white_balance_de"))
    return Measure("charts", {"bbox": list(chart.box), **unknown})


def _count(charts: list[Region]) -> str:
    return "A colour chart lies in the frame." if len(charts) == 1 else f"{len(charts)} colour charts lie in the frame."


def _idle() -> Finding:
    return Finding(NAME, "ok", Outcome.PASS, "No colour chart is required and none was found.")


def _unknown(message: str, remedy: str, where: Box | None = None) -> Finding:
    return Finding(NAME, "not_judged", Outcome.UNKNOWN, message, remedy, where=where)


def _reduced(image: Image) -> Image:
    scale = min(1.0, CROP_PX / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
