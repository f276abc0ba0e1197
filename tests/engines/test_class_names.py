"""What people call the classes."""

from __future__ import annotations

import pytest

from engines.class_names import KNOWN, class_called
from engines.truth import DOUBTFUL, HERBARIUM


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("color chart", "colour_chart"),
        ("colour-chart", "colour_chart"),
        ("ColorChecker", "colour_chart"),
        ("GRAY_SCALE", "colour_chart"),
        ("Ruler", "scale_bar"),
        ("scale bars", "scale_bar"),
        ("Determination Label", "label"),
        ("Labels", "label"),
        ("envelope", "packet"),
        ("QR code", "barcode"),
        ("Bar-code", "barcode"),
        ("herbarium_sheet", "sheet"),
        ("__ignore__", DOUBTFUL),
    ],
)
def test_usual_spellings_are_understood(written: str, wanted: str) -> None:
    """British and American, plural, with hyphens, capitals or nothing between the words."""
    assert class_called(written) == wanted


def test_every_class_is_called_by_its_own_name() -> None:
    """And nothing else than a class is ever answered."""
    assert [class_called(name) for name in HERBARIUM[1:]] == list(HERBARIUM[1:])
    assert set(KNOWN.values()) == {*HERBARIUM[1:], DOUBTFUL}


@pytest.mark.parametrize("written", ["", "_background_", "leaf", "butterfly", "s", "-"])
def test_what_is_none_of_the_classes_is_said_to_be_none(written: str) -> None:
    """Better an error than a wrong guess."""
    assert class_called(written) is None
