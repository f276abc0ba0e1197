"""The line: a capture comes in, a verdict goes out. READ THIS FIRST.

    photo     = decode(capture)                 CaptureError -> one FAIL finding of the check `file`
    segmented = segment(photo, model, backend)  EngineError  -> kept; checks that ask for it answer UNKNOWN
    scene     = Scene(photo, rig, what identify read, segmented)   of several slides, each is a scene of its own too
    verdict   = Verdict(capture, every check's findings, ...)

The line knows contracts and nouns; it knows no configuration, no store, no alert.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from station import trays
from station.contracts import Check
from station.errors import CaptureError, EngineError
from station.settings import Settings
from station.types import (
    Barcode,
    Box,
    Capture,
    Finding,
    Measure,
    Outcome,
    Photo,
    Pictures,
    Policy,
    Profile,
    Region,
    Rig,
    Scene,
    Segmentation,
    Verdict,
    worst,
)

log = logging.getLogger(__name__)
T = TypeVar("T")
LISTS = ("labels", "charts", "slides")
"""Measures of which a photograph may have several; the others hold one value."""


@dataclass(frozen=True, slots=True)
class Line:
    """Everything a judgement needs, opened by kit.py. `checks`: (name, check, its settings), in the order asked.
    `recent`: the verdicts before, newest last. `picture` makes the copies that screens show, on a second core while the
    checks work; None where nobody looks. `each`: those of the checks that are asked of every slide where a photograph
    shows several."""

    decode: Callable[[Capture], Photo]
    segment: Callable[[Photo], Segmentation]
    find: Callable[[Segmentation, Photo], tuple[Region, ...]]
    identify: Callable[[Photo, tuple[Region, ...]], tuple[Barcode, ...]]
    specimen: Callable[[tuple[Barcode, ...]], tuple[str, ...]]
    checks: tuple[tuple[str, Check, Settings], ...]
    profile: Profile
    rig: Rig
    config_digest: str
    software: str
    recent: Callable[[], tuple[Verdict, ...]] = tuple
    picture: Callable[[Photo], Pictures] | None = None
    each: frozenset[str] = frozenset()


@dataclass(slots=True)
class Judged:
    """A verdict and what it was made from, while the pixels are still in memory (the preview needs them)."""

    verdict: Verdict
    photo: Photo | None
    pictures: Future[Pictures] | None = None


@dataclass(slots=True)
class _Clock:
    """Seconds per stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)


def judge(capture: Capture, line: Line) -> Judged:
    """Judge one capture; never raises for anything that a photograph, an engine or a check may do."""
    clock, pictures = _Clock(), None
    beside = ThreadPoolExecutor(1, "beside")
    with clock.stage("total"):
        try:
            with clock.stage("decode"):
                photo = line.decode(capture)
            with clock.stage("segment"):
                segmented = segment(photo, line, beside)
                pictures = None if line.picture is None else beside.submit(line.picture, photo)
                scene = look(photo, capture, segmented, line)
            with clock.stage("checks"):
                findings, measures = ask(scene, line)
        except CaptureError as error:
            bad = Finding("file", error.code, Outcome.FAIL, _sentence(str(error)), error.remedy)
            photo, scene, findings, measures = None, None, [bad], {}
    beside.shutdown(wait=False)
    return Judged(_verdict(capture, line, photo, scene, findings, measures, clock.seconds), photo, pictures)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def segment(photo: Photo, line: Line, beside: ThreadPoolExecutor) -> Segmentation | EngineError:
    """The engine works on a reduced image; all pixels, which the checks want, are decoded `beside` it. What is wrong
    with them is raised when a check asks for them."""
    beside.submit(photo.region, Box(0, 0, 1, 1))
    return attempt("the engine", lambda: line.segment(photo))


def look(photo: Photo, capture: Capture, segmented: Segmentation | EngineError, line: Line) -> Scene:
    """Find and identify. What the engine could not do is kept in the scene and raised when asked for."""
    found = segmented if isinstance(segmented, EngineError) else attempt("regions", lambda: line.find(segmented, photo))
    first = () if isinstance(found, EngineError) else found
    closer = attempt("looking at each slide", lambda: trays.look(photo, first, line.segment, line.find))
    sights = () if isinstance(closer, EngineError) else closer
    if not isinstance(found, EngineError):
        found = closer if isinstance(closer, EngineError) else trays.joined(found, sights) if sights else found
    regions = () if isinstance(found, EngineError) else found
    barcodes = attempt("reading barcodes", lambda: line.identify(photo, regions))
    scene = Scene(capture, photo, line.profile, line.rig, barcodes, segmented, found, line.recent())
    return replace(scene, parts=trays.parts(scene, sights))


def attempt(part: str, work: Callable[[], T]) -> T | EngineError:
    """What `work` answers, or why it could not. A fault in one part costs its answers, never the line."""
    try:
        return work()
    except CaptureError:
        raise
    except EngineError as error:
        log.error("%s %s", error, error.remedy)
        return error
    except Exception as error:
        log.exception("%s broke", part)
        said = f"{part[:1].upper()}{part[1:]} broke ({type(error).__name__})."
        return EngineError(said, "Look at the sheet yourself; report the log.")


def ask(scene: Scene, line: Line) -> tuple[list[Finding], dict[str, object]]:
    """Put the scene to every check. A check that breaks is UNKNOWN, never PASS, and never stops the others."""
    findings: list[Finding] = []
    measures: dict[str, object] = {}
    for name, check, settings in line.checks:
        if scene.parts and name in line.each:
            answers = trays.told(name, [(p, _asked(name, check, p.scene, settings)) for p in scene.parts])
        else:
            answers = _asked(name, check, scene, settings)
        scene = replace(scene, said=(*scene.said, *answers))
        findings.extend(a for a in answers if isinstance(a, Finding))
        for answer in answers:
            if isinstance(answer, Measure):
                _note(measures, answer)
    return findings, measures


def _asked(name: str, check: Check, scene: Scene, settings: Settings) -> list[Finding | Measure]:
    """One check's answers to one scene, at least one finding among them."""
    answers = attempt(f"the check {name}", partial(_answers, check, scene, settings))
    if isinstance(answers, EngineError):
        return [Finding(name, "not_judged", Outcome.UNKNOWN, f"Not judged: {answers}", answers.remedy)]
    if not any(isinstance(a, Finding) for a in answers):
        answers.append(Finding(name, "not_judged", Outcome.UNKNOWN, f"The check {name} gave no answer."))
    return answers


def _answers(check: Check, scene: Scene, settings: Settings) -> list[Finding | Measure]:
    return list(check(scene, settings))


def _note(measures: dict[str, object], measure: Measure) -> None:
    if measure.name not in LISTS:
        measures[measure.name] = measure.value
        return
    several = measures.setdefault(measure.name, [])
    assert isinstance(several, list)
    several.append(measure.value)


def _verdict(
    capture: Capture,
    line: Line,
    photo: Photo | None,
    scene: Scene | None,
    findings: list[Finding],
    measures: Mapping[str, object],
    seconds: Mapping[str, float],
) -> Verdict:
    barcodes = scene.barcodes if scene is not None and not isinstance(scene.barcodes, EngineError) else ()
    found = scene.found if scene is not None and not isinstance(scene.found, EngineError) else ()
    segmented = None if scene is None or isinstance(scene.segmented, EngineError) else scene.segmented
    return Verdict(
        capture=capture,
        profile=line.profile.name,
        rig=line.rig.name,
        size_px=photo.size_px if photo is not None else None,
        specimen=line.specimen(barcodes),
        findings=tuple(findings),
        measures=measures,
        regions=found,
        engine=segmented.engine if segmented is not None else None,
        config_digest=line.config_digest,
        software=line.software,
        seconds=seconds,
        policy=line.profile.policies.get(worst(findings), Policy.INFORM),
    )
