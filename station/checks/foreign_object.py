"""Does anything lie in the frame that does not belong there: a finger, a glove, a tool?

Measures: the area of what the engine calls a foreign object (% of the frame) and whether it covers a slide or sheet.
Default limits: what covers more than 1 % of a slide or sheet is FAIL `covering`; what covers nothing, but takes 1 % of
the frame or more, is WARN `in_frame` (both ours). Smaller things beside the slides, as the finger holes of a tray, are
not told.

UNKNOWN: the engine did not answer, its model knows no such class, or what lies there is uncertain (confidence below
`min_confidence`).
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from pydantic import Field

from station.settings import Settings as Base
from station.types import Finding, Measure, Outcome, Region, Scene

NAME = "foreign_object"
MOUNTS = ("slide", "sheet")


class Settings(Base):
    max_frame_share: float = Field(
        default=0.01, ge=0, le=1, description="A larger foreign object is WARN, share of the frame (ours)."
    )
    max_covered_share: float = Field(
        default=0.01, ge=0, le=1, description="One that covers more of a slide or sheet is FAIL, share of it (ours)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Below this confidence of the engine it is not judged (ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding for each foreign object that matters, else one PASS. Raises EngineError."""
    if NAME not in scene.segmentation.classes:
        text = "The engine's model knows no foreign objects."
        yield Finding(NAME, "not_judged", Outcome.UNKNOWN, text, "Choose another model, or leave this check out.")
        return
    mounts = [region for name in MOUNTS for region in scene.of(name)]
    alarms = [finding for thing in scene.of(NAME) if (finding := _judge(scene, thing, mounts, settings)) is not None]
    yield from alarms
    if not alarms:
        yield Finding(NAME, "ok", Outcome.PASS, "Nothing lies in the frame that does not belong there.")


def _judge(scene: Scene, thing: Region, mounts: list[Region], settings: Settings) -> Finding | None:
    width, height = scene.photo.size_px
    share = float(thing.area_px) / max(width * height, 1)
    covered = max((covered_share(mount, thing) for mount in mounts), default=0.0)
    if covered <= settings.max_covered_share and share < settings.max_frame_share:
        return None
    if thing.confidence < settings.min_confidence:
        text = f"Something that does not belong there may lie in the frame (confidence {thing.confidence:.2f})."
        remedy = "Look whether a finger, a glove or a tool is in the picture."
        return Finding(NAME, "not_judged", Outcome.UNKNOWN, text, remedy, where=thing.box)
    if covered > settings.max_covered_share:
        return Finding(
            NAME,
            "covering",
            Outcome.FAIL,
            f"Something covers {100 * covered:.0f} % of what is to be photographed.",
            "Take finger, glove or tool out of the frame and take it again.",
            100 * covered,
            100 * settings.max_covered_share,
            "%",
            thing.box,
        )
    return Finding(
        NAME,
        "in_frame",
        Outcome.WARN,
        f"Something that does not belong there takes {100 * share:.0f} % of the frame.",
        "Take finger, glove or tool out of the frame.",
        100 * share,
        100 * settings.max_frame_share,
        "% of the frame",
        thing.box,
    )


def covered_share(mount: Region, thing: Region) -> float:
    """The share of a slide's or sheet's outline that lies under the thing, 0..1."""
    box = mount.box
    scale = min(1.0, 400 / max(box.w, box.h, 1))
    size = (max(1, round(box.h * scale)), max(1, round(box.w * scale)))
    under, over = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    for mask, polygon in ((under, mount.polygon), (over, thing.polygon)):
        cv2.fillPoly(mask, [np.round((polygon - (box.x, box.y)) * scale).astype(np.int32)], 1)
    return float((under & over).sum() / max(int(under.sum()), 1))
