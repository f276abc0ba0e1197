"""The file behind the photograph."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from station.checks.file import Settings, check
from station.types import Capture, Finding, Image, Measure, Outcome, Scene, Stamp, Verdict
from tests.station.scenes import ArrayPhoto, blank, scene


def judge(case: Scene, settings: Settings | None = None) -> list[Finding]:
    """The findings alone."""
    return [answer for answer in check(case, settings or Settings()) if isinstance(answer, Finding)]


def noise(seed: int = 1, width: int = 300, height: int = 400) -> Image:
    """Light paper with grain: no two alike."""
    grain = np.random.default_rng(seed).normal(200, 6, (height, width, 3))
    return np.clip(grain, 0, 255).astype(np.uint8)


def judged_before(photo: ArrayPhoto, capture_id: str = "1" * 16) -> Verdict:
    """The verdict of a photograph, as far as this check tells."""
    capture = Capture(capture_id, Path("before.jpg"), "", datetime(2026, 1, 1, tzinfo=UTC), 1, Stamp(1, 2, 3, 4))
    told = {m.name: m.value for m in check(scene(photo), Settings()) if isinstance(m, Measure)}
    return Verdict(capture, "herbarium-sheet", "drawn", photo.size_px, (), (), told, (), None, "", "")


def at_rig(case: Scene, camera: dict[str, str | float] | None = None, size_px: tuple[int, int] | None = None) -> Scene:
    """The scene at a stand that knows its camera."""
    return dataclasses.replace(case, rig=dataclasses.replace(case.rig, camera=camera or {}, size_px=size_px))


def test_a_sound_file_passes_with_its_size() -> None:
    """The figure is in megapixels."""
    (finding,) = judge(scene(ArrayPhoto(blank(1000, 500))))
    assert (finding.outcome, finding.value, finding.unit) == (Outcome.PASS, 0.5, "megapixels")


def test_notes_of_the_decoder_warn() -> None:
    """Each doubt is one finding, unless switched off; a missing colour profile is one when asked for."""
    case = scene(ArrayPhoto(blank(10, 10), notes=("embedded preview", "no colour profile; taken as sRGB")))
    assert [(f.code, f.outcome) for f in judge(case)] == [("note", Outcome.WARN)] * 2
    assert [f.outcome for f in judge(case, Settings(doubts=False))] == [Outcome.PASS]
    asked = judge(case, Settings(doubts=False, colour_profile="fail"))
    assert [(f.code, f.outcome) for f in asked] == [("colour_profile", Outcome.FAIL)]


def test_a_small_photograph_fails_when_a_size_is_asked_for() -> None:
    """The limit is off by default."""
    (finding,) = judge(scene(ArrayPhoto(blank(1000, 500))), Settings(min_megapixels=17))
    assert (finding.code, finding.outcome, finding.limit) == ("wrong_size", Outcome.FAIL, 17)


def test_another_size_than_the_rigs_fails() -> None:
    """Turned by a quarter it is the same."""
    case = scene(ArrayPhoto(blank(1000, 500)))
    assert [f.code for f in judge(at_rig(case, size_px=(500, 1000)))] == ["ok"]
    assert [(f.code, f.outcome) for f in judge(at_rig(case, size_px=(2000, 1000)))] == [("wrong_size", Outcome.FAIL)]


@pytest.mark.parametrize("axis", [0, 1])
def test_black_lines_fail_where_they_lie(axis: int) -> None:
    """Rows or columns."""
    image = noise()
    (image if axis == 0 else image.swapaxes(0, 1))[120:125] = 0
    (finding,) = judge(scene(ArrayPhoto(image)))
    assert (finding.code, finding.outcome, finding.value) == ("black_lines", Outcome.FAIL, 5)
    assert finding.where is not None
    assert finding.where[1 - axis] == 120


def test_a_picture_that_stops_is_truncated() -> None:
    """The last fifth was never written."""
    image = noise()
    image[320:] = 128
    assert [(f.code, f.value) for f in judge(scene(ArrayPhoto(image)))] == [("truncated", 80)]


def test_the_same_pixels_twice_are_a_stuck_frame() -> None:
    """Another file with the pixels of the one before; not the same file again, not a similar photograph."""
    photo = ArrayPhoto(noise(1))
    case = dataclasses.replace(scene(photo), recent=(judged_before(photo),))
    assert [(f.code, f.outcome) for f in judge(case)] == [("stuck_frame", Outcome.FAIL)]
    same_file = dataclasses.replace(scene(photo), recent=(judged_before(photo, "0" * 16),))
    assert [f.code for f in judge(same_file)] == ["ok"]
    other = dataclasses.replace(scene(ArrayPhoto(noise(2))), recent=(judged_before(photo),))
    assert [f.code for f in judge(other)] == ["ok"]


def test_a_changed_camera_setting_is_drift() -> None:
    """Numbers within rounding are the same, texts letter by letter, what is not told is not judged."""
    photo = ArrayPhoto(noise())
    photo.exif = {"FNumber": "8", "ExposureTime": "1/125", "ISOSpeedRatings": "200", "LensModel": "EF100mm  f/2.8"}
    usual: dict[str, str | float] = {"FNumber": 8.0, "ExposureTime": "0.008", "LensModel": "EF100mm f/2.8"}
    assert [f.code for f in judge(at_rig(scene(photo), usual))] == ["ok"]
    (drift,) = judge(at_rig(scene(photo), {**usual, "ISOSpeedRatings": 100.0}))
    assert (drift.code, drift.outcome) == ("settings_drift", Outcome.WARN)
    assert "ISO speed is 200" in drift.message
    (silent,) = judge(at_rig(scene(photo), {"WhiteBalance": 1.0}))
    assert (silent.code, silent.outcome) == ("not_judged", Outcome.UNKNOWN)
