"""The catalogues of the supervisor's pages, those who use them, and whose language is spoken."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from pathlib import Path

import httpx
import pytest

import station.checks
from station.page.texts import LANGUAGES, TEXTS
from station.page.words import FOLDER, meanings, words_of
from station.people import Book, Role
from tests.station.page.desk import Station, page_process

SOURCES = "\n".join(path.read_text("utf-8") for path in FOLDER.parent.glob("*.py"))
OTHERS = [language for language in LANGUAGES if language != "en"]
SOURCE = re.compile(r"\d+|FADGI|Nelson|Metamorfoze|Tesseract|iDigBio|`\w+`")
"""Figures, and who says so."""
ENGLISH: dict[str, str] = json.loads((FOLDER / "office.en.json").read_text("utf-8"))


def test_every_text_that_is_asked_for_is_there() -> None:
    """Whole keys in the code; those that are made of a beginning and a name are tried where they are used."""
    asked = set(re.findall(r"words\[[\"'](\w+)[\"']\]", SOURCES))
    asked |= set(re.findall(r"""(?:RefusedError\(\d+, |NotDoneError\()["'](\w+)["']""", SOURCES))
    assert len(asked) > 100
    assert asked <= words_of("en").keys()


def test_no_text_is_dead() -> None:
    """Every key of this catalogue stands somewhere, whole or by its beginning."""
    beginnings = tuple(re.findall(r"""words(?:\[|\.get\()f["'](\w+_)\{""", SOURCES))
    endings = tuple(re.findall(r"""words\[f["']\{\w+\}(_[a-z_]+)["']\]""", SOURCES))
    whole = set(re.findall(r"""["']([\w ]+)["']""", SOURCES))
    dead = {key for key in ENGLISH if key not in whole and not (key.startswith(beginnings) or key.endswith(endings))}
    assert dead == set()
    assert not ENGLISH.keys() & TEXTS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_its_places(language: str) -> None:
    """Equal keys, equal {places}, nothing empty, nothing left in English."""
    texts: dict[str, str] = json.loads((FOLDER / f"office.{language}.json").read_text("utf-8"))
    assert set(texts) == set(ENGLISH)
    for key, english in ENGLISH.items():
        assert texts[key].strip(), key
        assert sorted(re.findall(r"\{\w+\}", texts[key])) == sorted(re.findall(r"\{\w+\}", english)), key
    if language != "en":
        assert not {key for key, english in ENGLISH.items() if texts[key] == english and len(english) > 12}


def test_every_catalogue_is_offered() -> None:
    """A file without its line in LANGUAGES would never be seen."""
    wanted = {f"office.{language}.json" for language in LANGUAGES} | {f"settings.{one}.json" for one in OTHERS}
    assert {path.name for path in FOLDER.glob("*.json")} == wanted


@pytest.mark.parametrize("language", OTHERS)
def test_every_setting_of_a_check_is_explained(language: str) -> None:
    """Equal keys; the figures and the sources of the English description stand in every language."""
    english = {
        f"{module.name}.{key}": about.description or ""
        for module in pkgutil.iter_modules(station.checks.__path__)
        for key, about in importlib.import_module(f"station.checks.{module.name}").Settings.model_fields.items()
    }
    told = meanings(language)
    assert list(told) == list(english), "a setting is missing, or is not a setting any more"
    for key, meaning in told.items():
        assert meaning.endswith("."), key
        assert meaning != english[key], key
        assert set(SOURCE.findall(english[key])) <= set(SOURCE.findall(meaning)), key
    assert not meanings("en")


def test_pages_and_refusals_speak_the_visitor_s_language(station: Station, tmp_path: Path) -> None:
    """The address goes before the choice, the choice before the browser; log-in and refusals, too."""
    station.shoot()
    with page_process(tmp_path) as (_, address), httpx.Client(base_url=address, follow_redirects=True) as http:
        german, french = {"accept-language": "de-AT,de;q=0.9"}, words_of("fr")
        for path in ("/wall", "/looks", "/settings", "/people", "/atlas", "/login", "/reports/report.html"):
            assert 'lang="de"' in http.get(path, headers=german).text, path
        assert words_of("de")["tile_yield"] in http.get("/wall", headers=german).text
        assert http.get("/api/captures/00ff", headers=german).json()["detail"] == words_of("de")["no_capture"]
        http.get("/language/fr?next=/wall")
        assert french["tile_yield"] in http.get("/wall", headers=german).text
        assert words_of("cs")["tile_yield"] in http.get("/wall?lang=cs").text
        assert http.get("/language/xx?next=//elsewhere").url.host == "127.0.0.1"
        assert http.get("/api/captures/00ff?lang=nl").json()["detail"] == words_of("nl")["no_capture"]
        foreign = http.post("/api/session", headers={"origin": "http://evil"}, json={})
        assert foreign.text == french["refused_origin"]
        Book(tmp_path / "people.sqlite").add("Ada", Role.ADMIN, "correct horse battery", by="test")
        assert http.get("/api/state").json()["detail"] == french["log_in_first"]
        assert french["login_wrong"] in http.post("/login", data={"name": "Ada", "password": "x"}).text
