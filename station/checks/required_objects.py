"""Do all the objects that this kind of photograph must show lie in the frame?

Measure: the number of objects found per class (objects). Default limit: the least number that the rig or else the
profile requires (Meise, BDJ 8:e47051: scale bar, barcode, labels and the institution's name on each sheet). The colour
chart and the carrier itself are the business of `colour_chart` and `sheet_alignment`, which look closer; they are left
out here so that one fault rings once. A barcode that was read counts even where the engine did not outline it.

UNKNOWN: the engine did not answer, its model does not know the class, or the number is reached only with objects the
engine is not sure of (confidence below `min_confidence`): half-seen objects prove neither presence nor absence, so
they are neither PASS (the alarm would be asleep) nor FAIL (the alarm would be called a liar).
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from station.errors import EngineError
from station.settings import Settings as Base
from station.types import Finding, Measure, Outcome, Scene

NAME = "required_objects"
EACH = True
ELSEWHERE = frozenset({"colour_chart", "sheet", "slide"})


class Settings(Base):
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
