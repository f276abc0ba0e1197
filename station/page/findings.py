"""What a finding says, in the language of whoever looks: title and remedy of the defect atlas.

A check writes English, and its sentence knows more than the code (which side, how far), so in another language it stays
below in small type. In English nothing else is needed.
"""

from __future__ import annotations

from station import atlas
from station.page.boards import defect
from station.page.words import Words
from station.types import Finding


def title(finding: Finding, words: Words) -> str:
    """What is wrong; of a code that the atlas does not know, and of what was not judged, the check and the code."""
    said = atlas.entry(finding.check, finding.code, words["language"])
    if words["language"] == "en" or said is None or said.check == atlas.ANY:
        return defect(finding.check, finding.code, words)
    return said.title


def faults(language: str) -> dict[str, dict[str, str]]:
    """ "CHECK_CODE" -> title and remedy, for the script of the operator's screen; nothing in English. What every check
    may say has no title: the screen names the check."""
    if language == "en":
        return {}
    return {
        f"{said.check}_{said.code}": {"title": said.title if said.check != atlas.ANY else "", "remedy": said.remedy}
        for said in atlas.entries(language)
    }
