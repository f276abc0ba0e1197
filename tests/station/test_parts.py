"""The name in the config is the name of the file in the drawer."""

from __future__ import annotations

import pytest

from station import parts
from station.errors import ConfigError


@pytest.mark.parametrize(
    ("drawer", "name"),
    [("backends", "onnxruntime"), ("checks", "colour_chart"), ("alerts", "log"), ("stores", "sqlite")],
)
def test_a_name_is_its_file(drawer: str, name: str) -> None:
    """The module comes from the drawer's folder and is listed there."""
    assert parts.part(drawer, name).__name__ == f"station.{drawer}.{name}"
    assert name in parts.names(drawer)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """A typing error is met with the right word."""
    with pytest.raises(ConfigError) as caught:
        parts.part("checks", "colour_card")
    assert "colour_chart" in caught.value.remedy
