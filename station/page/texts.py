"""Every text on the screens, from one catalogue a language: `en.json`, key -> text with `{places}`.

The browser gets the same catalogue with the page, so that a text is written once. What the checks say of a photograph
is English; what stands there instead in the other languages is in findings.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "nl": "Nederlands", "cs": "Čeština"}
"""Code -> its own name. A further language is a further catalogue and its line here."""


def catalogue(language: str) -> Mapping[str, str]:
    """Key -> text. Raises FileNotFoundError for a language that has no catalogue."""
    texts: dict[str, str] = json.loads(Path(__file__).with_name(f"{language}.json").read_text("utf-8"))
    return texts


def wished(accepted: str, default: str) -> str:
    """The first language of an Accept-Language header that there is, in the browser's order; else `default`."""
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return default


TEXTS = catalogue("en")
