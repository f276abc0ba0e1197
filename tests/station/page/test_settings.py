"""The table `page`."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from station.page.settings import Settings


def test_the_page_is_for_this_computer_alone_by_default() -> None:
    """Nobody else is let in unasked."""
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize("wrong", [{"port": 0}, {"port": 65536}, {"max_pulse_age_seconds": 0}, {"colour": "red"}])
def test_wrong_values_are_errors(wrong: dict[str, object]) -> None:
    """Out of range, or no such key."""
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
