"""Do all the objects that this kind of photograph must show lie in the frame?

Measure: the number of objects found per class (objects). Default limit: the least number that the rig or else the
profile requires (Meise, BDJ 8:e47051: scale bar, barcode, labels and the institution's name on each sheet). The colour
chart and the carrier itself are the business of `colour_chart` and `sheet_alignment`, which look closer; they are left
out here so that one fault rings once. A barcode that was read counts even where the engine did not outline it.
Where the rig knows in which zone a required object lies (`station calibrate rig`), none of its kind with its middle in
there is WARN.

UNKNOWN: the engine did not answer, its model does not know the class, or the number is reached only with objects the
engine is not sure of (confidence below `min_confidence`): half-seen objects prove neither presence nor absence, so
they are neither PASS (the alarm would be asleep) nor FAIL (the alarm would be called a liar).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from station.errors import EngineError
from station.settings import Settings as Base
from station.types import Finding, Measure, Outcome, Scene

NAME = "required_objects"
EACH = True
ELSEWHERE = frozenset({"colour_chart", "sheet", "slide"})


Severity = Literal["fail", "warn", "off"]
OUTCOMES = {"fail": Outcome.FAIL, "warn": Outcome.WARN}


class Settings(Base):
    wrong_zone: Severity = Field(
        default="warn", description="What an object outside its zone of the rig file means (ours)."
    )
    min_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Objects below this confidence of the engine are not counted as certain (ours).",
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding a class that is missing or uncertain; else one PASS. Raises EngineError."""
    known = scene.segmentation.classes
    required = {name: least for name, least in scene.required.items() if name not in ELSEWHERE and least > 0}
    findings = [
        _judge(scene, name, least, settings) if name in known else _not_known(name) for name, least in required.items()
    ]
    findings += [finding for name in required if name in known for finding in _elsewhere(scene, name, settings)]
    alarms = [finding for finding in findings if finding.outcome is not Outcome.PASS]
    yield from alarms
    if not alarms:
        names = ", ".join(_plain(name) for name in required) or "nothing"
        yield Finding(
            NAME,
            "ok",
            Outcome.PASS,
            f"All required objects are there ({names}).",
            "",
            len(required),
            len(required),
            "",
        )


def _judge(scene: Scene, name: str, least: int, settings: Settings) -> Finding:
    regions = scene.of(name)
    certain = sum(region.confidence >= settings.min_confidence for region in regions)
    if name == "barcode" and not isinstance(scene.barcodes, EngineError):
        certain = max(certain, len(scene.barcodes))
    plain = _plain(name)
    if certain >= least:
        return Finding(NAME, "ok", Outcome.PASS, f"{plain}: {certain} found.", "", certain, least, "objects")
    if len(regions) >= least:
        doubtful = next(region for region in regions if region.confidence < settings.min_confidence)
        return Finding(
            NAME,
            "not_judged",
            Outcome.UNKNOWN,
            f"There may be a {plain} here, but the engine is not sure (confidence {doubtful.confidence:.2f}).",
            f"Look whether the {plain} lies in the frame and is uncovered.",
            certain,
            least,
            "objects",
            doubtful.box,
        )
    few = f"No {plain} was found" if not certain else f"Only {certain} of {least} {plain}s were found"
    return Finding(
        NAME,
        "missing",
        Outcome.FAIL,
        f"{few}.",
        f"Lay the {plain} in the frame, uncovered, and take it again.",
        certain,
        least,
        "objects",
    )


def _elsewhere(scene: Scene, name: str, settings: Settings) -> Iterator[Finding]:
    """A finding when objects of this class are there, but none with its middle in the rig's zone."""
    zone, (width, height) = scene.rig.zones.get(name), scene.photo.size_px
    found = [region for region in scene.of(name) if region.confidence >= settings.min_confidence]
    if zone is None or not found or settings.wrong_zone == "off":
        return
    middles = ((r.box.x + r.box.w / 2, r.box.y + r.box.h / 2) for r in found)
    if any(0 <= x / width - zone.x <= zone.w and 0 <= y / height - zone.y <= zone.h for x, y in middles):
        return
    yield Finding(
        NAME,
        "wrong_zone",
        OUTCOMES[settings.wrong_zone],
        f"The {_plain(name)} does not lie where it usually lies at this stand.",
        "Look whether the right one is there; if the place has changed, calibrate the rig anew.",
        where=found[0].box,
    )


def _not_known(name: str) -> Finding:
    plain = _plain(name)
    return Finding(
        NAME,
        "not_judged",
        Outcome.UNKNOWN,
        f"The engine's model does not know a {plain}, so it cannot be looked for.",
        f"Choose a model that knows it, or take {name} out of the required objects.",
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")
