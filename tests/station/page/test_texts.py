"""The catalogue and those who use it."""

from __future__ import annotations

import re
from pathlib import Path

import station.page
from station.page.operator import shell
from station.page.texts import TEXTS

HERE = Path(station.page.__file__).parent
SOURCES = {path.name: path.read_text("utf-8") for path in HERE.iterdir() if path.suffix in {".js", ".py"}}


def test_every_text_that_is_asked_for_is_there() -> None:
    """`say("key")` in the scripts, `TEXTS["key"]` and `$key` in the shell."""
    asked = {key for source in SOURCES.values() for key in re.findall(r'(?:\bsay\(|TEXTS\[)"([^"]+)"', source)}
    assert asked
    assert asked <= TEXTS.keys()
    shell("title", TEXTS, "/assets/x", 3)


def test_no_text_is_dead() -> None:
    """Every key stands somewhere: whole, or by its beginning where the end is made of an outcome, action or class."""
    everything = "\n".join(SOURCES.values())
    beginnings = tuple(re.findall(r"say\(`([a-z_]+_)\$\{", everything))
    endings = tuple(re.findall(r"\}(_[a-z_]+)`", everything))
    calls = " ".join(re.findall(r"(?:\bsay|\bblank|TEXTS)[(\[]([^)\]]*)", everything))
    whole = {*re.findall(r'"([\w ]+)"', calls), *re.findall(r"\$([a-z_A-Z]+)", everything), "set aside"}
    dead = {key for key in TEXTS.keys() - whole if not (key.startswith(beginnings) or key.endswith(endings))}
    assert dead == set()


def test_texts_cannot_end_the_place_they_stand_in() -> None:
    """A text with markup is escaped in the page and in the script's copy."""
    html = shell("<b>", dict.fromkeys(TEXTS, "</script><b>"), "/assets/x", 3)
    assert "<b>&lt;" not in html.replace("<b>&lt;/script&gt;", "")
    assert html.count("</script>") == 2
