"""What went wrong and what to do about it, told together."""

from __future__ import annotations

import pytest

from station.errors import StationError


@pytest.mark.parametrize(
    ("message", "told"),
    [("The inbox is away.", "The inbox is away. Mount it."), ("unknown key 'x'", "unknown key 'x'. Mount it.")],
)
def test_message_and_remedy_are_sentences(message: str, told: str) -> None:
    """A message that is no sentence yet gets its full stop; one that is keeps its own."""
    assert StationError(message, "Mount it.").whole == told
