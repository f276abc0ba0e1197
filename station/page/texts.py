"""Every text on the screens, from one catalogue a language: `en.json`, key -> text with `{places}`.

The browser gets the same catalogue with the page, so that a text is written once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path


def catalogue(language: str) -> Mapping[str, str]:
    """Key -> text. Raises FileNotFoundError for a language that has no catalogue."""
    texts: dict[str, str] = json.loads(Path(__file__).with_name(f"{language}.json").read_text("utf-8"))
    return texts


TEXTS = catalogue("en")
