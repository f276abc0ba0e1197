"""Words for figures."""

from __future__ import annotations

import pytest

from station.page.boards import defect, duration, percent
from station.page.words import words_of


def test_figures_have_their_units() -> None:
    """Shares in percent with a tenth, times in hours and minutes, nothing as a dash."""
    assert (percent(0.8754), percent(None)) == ("87.5 %", "-")
    assert (duration(59 * 60), duration(3 * 3600 + 65)) == ("59 min", "3 h 01 min")


@pytest.mark.parametrize(
    ("check", "code", "name"),
    [
        ("label_sharpness", "blurred", "Label blurred"),
        ("barcode", "not_judged", "Barcode: not judged"),
        ("mine", "very_odd", "mine: very odd"),
    ],
)
def test_defects_have_names(check: str, code: str, name: str) -> None:
    """Those of the catalogue, and a third party's by what they are called."""
    assert defect(check, code, words_of("en")) == name
