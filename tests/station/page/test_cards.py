"""How long ago something was."""

from __future__ import annotations

import pytest

from station.page.cards import age
from station.page.words import words_of


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "just now"), (59, "59 s ago"), (150, "2 min ago"), (3600 * 5, "5 h ago"), (86400 * 9, "9 days ago")],
)
def test_age_is_told_in_the_unit_that_fits(seconds: float, said: str) -> None:
    """Seconds, minutes, hours, days."""
    assert age(seconds, words_of("en")) == said
