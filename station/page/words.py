"""The texts of the pages for supervisors and admins: their own catalogue, beside those that every page has.

They are English for now; the operator's screen, which is read with both hands full, has every language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from station.page.texts import TEXTS

CATALOGUE = Path(__file__).parent / "catalogues" / "office.en.json"
WORDS: Mapping[str, str] = {**TEXTS, **json.loads(CATALOGUE.read_text("utf-8"))}
"""Key -> text with `{places}`."""
