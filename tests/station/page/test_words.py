"""The supervisor's catalogue and those who use it."""

from __future__ import annotations

import json
import re

from station.page.words import CATALOGUE, WORDS

FOLDER = CATALOGUE.parents[1]
SOURCES = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))


def test_every_text_that_is_asked_for_is_there() -> None:
    """Whole keys in the code; those that are made of a beginning and a name are tried where they are used."""
    asked = set(re.findall(r"(?:WORDS|words)\[[\"'](\w+)[\"']\]", SOURCES))
    assert asked
    assert asked <= WORDS.keys()


def test_no_text_is_dead() -> None:
    """Every key of this catalogue stands somewhere, whole or by its beginning."""
    beginnings = tuple(re.findall(r"""(?:WORDS|words)(?:\[|\.get\()f["'](\w+_)\{""", SOURCES))
    endings = tuple(re.findall(r"""(?:WORDS|words)\[f["']\{\w+\}(_[a-z_]+)["']\]""", SOURCES))
    whole = set(re.findall(r"""["']([\w ]+)["']""", SOURCES))
    assert {
        key
        for key in json.loads(CATALOGUE.read_text("utf-8"))
        if key not in whole and not (key.startswith(beginnings) or key.endswith(endings))
    } == set()
