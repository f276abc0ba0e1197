"""The line: what may go wrong costs a finding, never the verdict."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.errors import DecodeError, EngineError
from station.line import Line, judge
from station.settings import Settings
from station.types import Capture, Finding, Measure, Outcome, Photo, Pictures, Profile, Rig, Scene, Segmentation, Stamp
from tests.station.scenes import ArrayPhoto, blank, region, segmentation, verdict

CAPTURE = Capture("ab" * 8, Path("IMG_0001.jpg"), "ab" * 32, datetime(2026, 1, 1, tzinfo=UTC), 3, Stamp(1, 2, 3, 4))


def passing(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    yield Measure("skew_deg", 0.1)
    yield Measure("labels", {"bbox": [1, 2, 3, 4]})
    yield Finding("passing", "ok", Outcome.PASS, "well")


def needs_engine(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    yield Finding("needs_engine", "ok", Outcome.PASS, f"{len(scene.regions)} regions")


def asks_all(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    for asked in (scene.segmentation, scene.regions, scene.barcodes):
        if isinstance(asked, EngineError):
            raise asked
    yield Finding("asks_all", "ok", Outcome.PASS, "all there")


def breaking(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    yield Finding("breaking", "ok", Outcome.PASS, "so far so good")
    raise ZeroDivisionError


def silent(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    return []


def line_of(*checks: tuple[str, object], **changes: object) -> Line:
    photo = ArrayPhoto(blank(100, 80))

    def segment(photo: Photo) -> Segmentation:
        return segmentation(photo.size_px)

    made = Line(
        decode=lambda capture: photo,
        segment=segment,
        find=lambda segmented, photo: (region("sheet", 5, 5, 80, 60),),
        identify=lambda photo, regions: (),
        specimen=lambda barcodes: ("E1",),
        checks=tuple((name, check, Settings()) for name, check in checks),  # type: ignore[misc]
        profile=Profile("herbarium-sheet", "drawn", {}),
        rig=Rig("drawn"),
        config_digest="d",
        software="test",
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def test_a_photo_goes_in_and_a_verdict_comes_out() -> None:
    """Findings, measures, regions, specimen, engine and the seconds of every stage stand in the verdict."""
    verdict = judge(CAPTURE, line_of(("passing", passing), ("needs_engine", needs_engine))).verdict
    assert verdict.outcome is Outcome.PASS
    assert verdict.measures == {"skew_deg": 0.1, "labels": [{"bbox": [1, 2, 3, 4]}]}
    assert [r.name for r in verdict.regions] == ["sheet"]
    assert verdict.specimen == ("E1",)
    assert verdict.engine is not None
    assert set(verdict.seconds) == {"decode", "segment", "checks", "total"}


def test_a_check_sees_what_was_said_before_it_and_the_verdicts_before() -> None:
    """The checks are asked in their order: the second sees the first one's answers; `recent` comes from outside."""
    seen: list[Scene] = []

    def looks_back(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
        seen.append(scene)
        yield Finding("looks_back", "ok", Outcome.PASS, "well")

    before = (verdict(1),)
    judge(CAPTURE, line_of(("passing", passing), ("looks_back", looks_back), recent=lambda: before))
    assert seen[0].recent == before
    assert [type(a).__name__ for a in seen[0].said] == ["Measure", "Measure", "Finding"]


def test_the_copies_for_screens_are_made_beside_the_checks() -> None:
    """A check that waits for the pictures gets them; where nobody looks there are none, nor of an unreadable file."""
    started = threading.Event()

    def picture(photo: Photo) -> Pictures:
        started.set()
        return Pictures(b"photo", b"thumb")

    def waits(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
        assert started.wait(10)
        yield Finding("waits", "ok", Outcome.PASS, "both at once")

    judged = judge(CAPTURE, line_of(("waits", waits), picture=picture))
    assert judged.verdict.outcome is Outcome.PASS
    assert judged.pictures is not None
    assert judged.pictures.result(10) == Pictures(b"photo", b"thumb")
    assert judge(CAPTURE, line_of(("passing", passing))).pictures is None


def test_an_unreadable_photo_is_one_failed_finding() -> None:
    """A DecodeError becomes FAIL `file` with its own code and remedy, and there is no photo to preview."""

    def damaged(capture: Capture) -> Photo:
        raise DecodeError("It ends in the middle.", "Take it again.", "truncated")

    judged = judge(CAPTURE, line_of(("passing", passing), decode=damaged))
    (finding,) = judged.verdict.findings
    assert (finding.check, finding.code, finding.outcome) == ("file", "truncated", Outcome.FAIL)
    assert finding.remedy == "Take it again."
    assert judged.photo is None


def test_without_an_engine_checks_that_need_it_are_not_judged() -> None:
    """An EngineError turns only the checks that ask for regions into UNKNOWN; the whole is never PASS."""

    def dead(photo: Photo) -> Segmentation:
        raise EngineError("It is gone.", "Start it.")

    verdict = judge(CAPTURE, line_of(("passing", passing), ("needs_engine", needs_engine), segment=dead)).verdict
    assert [f.outcome for f in verdict.findings] == [Outcome.PASS, Outcome.UNKNOWN]
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.engine is None


@pytest.mark.parametrize("check", [breaking, silent])
def test_a_check_that_breaks_or_says_nothing_is_not_judged(check: object) -> None:
    """Neither an exception nor silence can pass, and the checks after it still answer."""
    verdict = judge(CAPTURE, line_of(("odd", check), ("passing", passing))).verdict
    assert [f.outcome for f in verdict.findings] == [Outcome.UNKNOWN, Outcome.PASS]


def test_a_line_without_checks_judges_nothing() -> None:
    """No finding at all is UNKNOWN, not PASS."""
    assert judge(CAPTURE, line_of()).verdict.outcome is Outcome.UNKNOWN


def test_pixels_that_turn_out_damaged_inside_a_check_fail_the_file() -> None:
    """A scaled decode may succeed where full resolution fails: still one FAIL finding of `file`."""

    def reads_damaged_pixels(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
        raise DecodeError("Row 900 is missing.", "Take it again.", "truncated")

    verdict = judge(CAPTURE, line_of(("passing", passing), ("reads", reads_damaged_pixels))).verdict
    assert [(f.check, f.code) for f in verdict.findings] == [("file", "truncated")]


@pytest.mark.parametrize("part", ["segment", "find", "identify"])
def test_any_part_that_breaks_costs_its_answers_only(part: str) -> None:
    """A fault nobody foresaw in engine, regions or barcode reading: not judged, never an exception."""

    def broken(*_: object) -> object:
        raise ArithmeticError

    verdict = judge(CAPTURE, line_of(("passing", passing), ("barcodes", asks_all), **{part: broken})).verdict
    assert [f.outcome for f in verdict.findings] == [Outcome.PASS, Outcome.UNKNOWN]
    assert "ArithmeticError" in verdict.findings[1].message
