"""The file behind the photograph."""

from __future__ import annotations

from station.checks.file import Settings, check
from station.types import Finding, Outcome, Scene
from tests.station.scenes import ArrayPhoto, blank, scene


def judge(case: Scene, settings: Settings) -> list[Finding]:
    """The findings alone."""
    return [answer for answer in check(case, settings) if isinstance(answer, Finding)]


def test_a_sound_file_passes_with_its_size() -> None:
    """The figure is in megapixels."""
    (finding,) = judge(scene(ArrayPhoto(blank(1000, 500))), Settings())
    assert (finding.outcome, finding.value, finding.unit) == (Outcome.PASS, 0.5, "megapixels")


def test_notes_of_the_decoder_warn() -> None:
    """Each note is one finding, unless switched off."""
    case = scene(ArrayPhoto(blank(10, 10), notes=("embedded preview", "no colour profile")))
    assert [(f.code, f.outcome) for f in judge(case, Settings())] == [("note", Outcome.WARN)] * 2
    assert [f.outcome for f in judge(case, Settings(doubts=False))] == [Outcome.PASS]


def test_a_small_photograph_fails_when_a_size_is_asked_for() -> None:
    """The limit is off by default."""
    (finding,) = judge(scene(ArrayPhoto(blank(1000, 500))), Settings(min_megapixels=17))
    assert (finding.code, finding.outcome, finding.limit) == ("wrong_size", Outcome.FAIL, 17)
