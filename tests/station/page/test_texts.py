"""The catalogues and those who use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import station.page
from station import atlas
from station.page.operator import shell
from station.page.settings import REASONS, Settings
from station.page.texts import LANGUAGES, TEXTS, catalogue, wished

HERE = Path(station.page.__file__).parent
SOURCES = {path.name: path.read_text("utf-8") for path in HERE.iterdir() if path.suffix in {".js", ".py", ".html"}}


def test_every_text_that_is_asked_for_is_there() -> None:
    """`say("key")` in the scripts, `TEXTS["key"]` and `$key` in the shell."""
    asked = {key for source in SOURCES.values() for key in re.findall(r'(?:\bsay\(|TEXTS\[)"([^"]+)"', source)}
    assert asked
    assert asked <= TEXTS.keys()
    assert {f"reason_{code}" for code in REASONS} <= TEXTS.keys()
    shell(Settings(), "en", "/assets/x")


def test_no_text_is_dead() -> None:
    """Every key stands somewhere: whole, or by its beginning where the end is made of an outcome, action or class."""
    everything = "\n".join(SOURCES.values())
    beginnings = (*re.findall(r"`([a-z_]+_)\$\{", everything), "code_")
    endings = tuple(re.findall(r"\}(_[a-z_]+)`", everything))
    whole = {*re.findall(r'"([\w ]+)"', everything), *re.findall(r"\$([a-z_A-Z]+)", everything), "set aside"}
    dead = {key for key in TEXTS.keys() - whole if not (key.startswith(beginnings) or key.endswith(endings))}
    assert dead == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_its_places(language: str) -> None:
    """Equal keys, equal {places}, nothing empty that is not empty in English."""
    texts = catalogue(language)
    assert set(texts) == set(TEXTS), "a text is missing in a language, or is not in English"
    assert texts["language"] == language
    for key, english in TEXTS.items():
        assert sorted(re.findall(r"\{\w+\}", texts[key])) == sorted(re.findall(r"\{\w+\}", english)), key
        assert bool(texts[key]) == bool(english), key
    if language != "en":
        same = {key for key, english in TEXTS.items() if texts[key] == english and len(english) > 12}
        assert not same, "not translated"


def test_every_fault_of_the_atlas_has_a_short_name() -> None:
    """For lists where there is no room for a sentence."""
    assert {f"code_{e.check}_{e.code}" for e in atlas.entries() if e.check != atlas.ANY} <= TEXTS.keys()


def test_every_catalogue_is_offered() -> None:
    """A file beside the others without its line in LANGUAGES would never be seen."""
    assert {path.stem for path in HERE.glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,de;q=0.9,en;q=0.8", "de"), ("pl,cs;q=0.5", "cs"), ("", "en"), ("pl", "en"), ("FR", "fr"), (";,;", "en")],
)
def test_the_browser_s_language_is_taken_where_there_is_one(accepted: str, language: str) -> None:
    """In the browser's own order; else the default."""
    assert wished(accepted, "en") == language


def test_texts_cannot_end_the_place_they_stand_in() -> None:
    """A title or a reason with markup is escaped in the page and in the script's copy."""
    html = shell(Settings(title="</title><b>", reasons=("</script><b>",)), "en", "/assets/x")
    assert "<b>&lt;" not in html
    assert "</title><b>" not in html
    assert html.count("</script>") == 4
