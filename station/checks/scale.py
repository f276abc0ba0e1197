"""Does the photograph have the resolution that this stand is meant to have?

Measure: `ppi`, pixels per inch (number), from the marks of rulers and scale bars: all graduations of one (millimetres,
centimetres, fractions of an inch) have to agree on one resolution near the rig's `ppi` or, where that is not known,
near what a sheet of 43 cm gives. Of 171 scales of training sheets 150 are read; frames of one scanner agree within a
standard deviation of 0.1 to 0.3 %. Where no mark is read, from how far apart the patches of a colour chart lie whose
file gives its `width_mm`, if that is near the same (25 training photographs of one such chart agree with the rulers
beside it within a standard deviation of 0.13 %).
Default limits, against the rig's `ppi`: 2 % WARN, 5 % FAIL `wrong_ppi` (FADGI 2023: 1, 2, 3, 5 % from four stars to
one; Metamorfoze: 2 %; indicative). A required scale of which none is seen is FAIL `missing`, told once: by
`required_objects` where that is asked before this check. A rig without `ppi` has nothing to compare with: PASS.

UNKNOWN: the engine did not answer, or a rig with `ppi` has a scale in the frame of which the marks cannot be read, or
two that disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station.measure import ticks
from station.settings import Settings as Base
from station.types import Box, Finding, Measure, Outcome, Photo, Region, Scene

NAME = "scale"
SHEET_MM = 430.0
"""Long side of a herbarium sheet: 42 cm (Europe, A3), 41.9 cm (16.5 inches), 44 to 48 cm (Paris, Leiden)."""
LEAD = 1.0
"""Evidence by which a resolution must exceed any other (measure/ticks.py): answers that were wrong had less (ours)."""
REACH = 0.25
"""Farther from what is expected, as share, it is a chart of another size (as for rulers, measure/ticks.py)."""
MOST = 2
"""Scales of one frame that are looked at."""


class Settings(Base):
    warn_per_cent: float = Field(
        default=2.0, ge=0, description="Farther from the rig's ppi is WARN, % (FADGI three stars, Metamorfoze)."
    )
    fail_per_cent: float = Field(
        default=5.0, ge=0, description="Farther from the rig's ppi is FAIL, % (FADGI one star)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="A scale below this confidence of the engine is not read (ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding, and the measure `ppi` where it is known. Raises EngineError when the engine did not answer."""
    scales = [region for region in scene.of("scale_bar") if region.confidence >= settings.min_confidence]
    expected = _expected_ppi(scene)
    read = sorted(_read(scene.photo, scales[:MOST], expected), key=lambda found: -found[1].lead) if expected else []
    sure = [(region.box, found.px_per_mm * ticks.MM_PER_INCH) for region, found in read if found.lead >= LEAD]
    missing = not scales and scene.required.get("scale_bar", 0)
    if not sure and expected and not missing:
        sure = list(_by_charts(scene, expected))
    if sure:
        yield Measure("ppi", round(sure[0][1], 1))
    yield _judge(scene, scales[0].box if scales else None, sure, settings) if scales or sure else _none(scene)


def _by_charts(scene: Scene, expected_ppi: float) -> Iterator[tuple[Box, float]]:
    """Resolution as the colour charts tell it, measured by the check that came before."""
    for told in scene.said:
        if isinstance(told, Measure) and told.name == "charts" and isinstance(told.value, dict):
            ppi = told.value.get("ppi")
            if ppi is not None and abs(ppi / expected_ppi - 1) <= REACH:
                yield Box(*told.value["bbox"]), ppi


def _none(scene: Scene) -> Finding:
    if not scene.required.get("scale_bar", 0):
        return Finding(NAME, "ok", Outcome.PASS, "No scale is required and none was found.")
    if any(isinstance(said, Finding) and said.check == "required_objects" for said in scene.said):
        return Finding(NAME, "ok", Outcome.PASS, "Nothing to measure; required_objects tells of it.")
    remedy = "Lay the scale in the frame, uncovered, and take it again."
    return Finding(NAME, "missing", Outcome.FAIL, "There is no scale in the frame.", remedy, 0, 1, "objects")


def _expected_ppi(scene: Scene) -> float | None:
    """The rig's resolution, or what the sheet's outline gives roughly."""
    if scene.rig.ppi is not None:
        return scene.rig.ppi
    sheets = [region for region in scene.of("sheet") if len(region.polygon) == 4]
    if not sheets:
        return None
    return float(max(cv2.minAreaRect(sheets[0].polygon)[1])) / SHEET_MM * ticks.MM_PER_INCH


def _read(photo: Photo, scales: list[Region], expected_ppi: float) -> Iterator[tuple[Region, ticks.Scale]]:
    for region in scales:
        found = ticks.scale(_strip(photo, region), expected_ppi / ticks.MM_PER_INCH)
        if found is not None:
            yield region, found


def _strip(photo: Photo, region: Region) -> NDArray[np.uint8]:
    """The scale in grey, its long side from left to right, at native resolution."""
    box = region.box
    grey = cv2.cvtColor(photo.region(box), cv2.COLOR_RGB2GRAY)
    (x, y), (w, h), deg = cv2.minAreaRect(region.polygon - np.array([max(0, box.x), max(0, box.y)], np.float32))
    if w < h:
        w, h, deg = h, w, deg + 90
    turn = cv2.getRotationMatrix2D((x, y), deg, 1.0)
    turn[:, 2] += (w / 2 - x, h / 2 - y)
    size = max(1, round(w)), max(1, round(h))
    return np.asarray(
        cv2.warpAffine(grey, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _judge(scene: Scene, first: Box | None, sure: list[tuple[Box, float]], settings: Settings) -> Finding:
    meant = scene.rig.ppi
    if meant is None:
        said = f"The scale or chart says {sure[0][1]:.0f} ppi" if sure else "A scale lies in the frame"
        return Finding(NAME, "ok", Outcome.PASS, f"{said}; the rig has no ppi to compare with.", "",
                       sure[0][1] if sure else None, None, "ppi")  # fmt: skip
    if not sure:
        said, remedy = "The marks of the scale could not be read.", "Look whether the scale is uncovered and sharp."
        return Finding(NAME, "not_judged", Outcome.UNKNOWN, said, remedy, where=first)
    place, ppi = sure[0]
    if len(sure) > 1 and abs(sure[1][1] / ppi - 1) * 100 > settings.warn_per_cent:
        said = f"Two scales in the frame disagree: {ppi:.0f} and {sure[1][1]:.0f} ppi."
        remedy = "Look whether both lie flat, in the plane of the sheet."
        return Finding(NAME, "not_judged", Outcome.UNKNOWN, said, remedy, sure[1][1], ppi, "ppi", sure[1][0])
    off = (ppi / meant - 1) * 100
    if abs(off) <= settings.warn_per_cent:
        said = f"The resolution is as it should be: {ppi:.0f} ppi ({off:+.1f} %)."
        return Finding(NAME, "ok", Outcome.PASS, said, "", ppi, meant, "ppi")
    outcome = Outcome.FAIL if abs(off) > settings.fail_per_cent else Outcome.WARN
    said = f"The resolution is {ppi:.0f} ppi, {abs(off):.1f} % {'more' if off > 0 else 'less'} than at this stand."
    remedy = "Look whether camera, column or zoom were moved, and whether the scale lies in the plane of the sheet."
    return Finding(NAME, "wrong_ppi", outcome, said, remedy, ppi, meant, "ppi", place)
