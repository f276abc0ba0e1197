"""What a finding says, in every language."""

from __future__ import annotations

import pytest

from station import atlas
from station.page.findings import faults, title
from station.page.texts import LANGUAGES
from station.page.words import words_of
from station.types import Finding, Outcome
from tests.station.page.desk import finding

BLURRED = finding(Outcome.FAIL)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_another_language_takes_the_atlas(language: str) -> None:
    """Its title and its remedy, for every code that it knows."""
    said = atlas.entry("label_sharpness", "blurred", language)
    assert said is not None
    assert title(BLURRED, words_of(language)) == said.title
    assert faults(language)["label_sharpness_blurred"] == {"title": said.title, "remedy": said.remedy}
    assert len(faults(language)) == len(atlas.entries(language))


def test_english_needs_no_atlas() -> None:
    """The check's own sentence stands there; above it the short name."""
    assert faults("en") == {}
    assert title(BLURRED, words_of("en")) == "Label blurred"


@pytest.mark.parametrize(
    ("check", "code", "language", "said"),
    [
        ("third_party", "odd_thing", "de", "third party: odd thing"),
        ("colour_chart", "not_judged", "de", "Farbtafel: nicht beurteilt"),
        ("colour_chart", "not_judged", "en", "Colour chart: not judged"),
    ],
)
def test_what_the_atlas_does_not_name_has_the_name_of_its_check(
    check: str, code: str, language: str, said: str
) -> None:
    """A third party's code; and "not judged", which says nothing without the check."""
    assert title(Finding(check, code, Outcome.WARN, "x"), words_of(language)) == said
    assert not faults("de")["any_not_judged"]["title"]
