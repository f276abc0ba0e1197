"""The limits and their verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from engines.required import LIMITS, MET, NOT_JUDGED, NOT_MET, judged


def metrics(value: float | None) -> dict[str, Any]:
    """A metrics.json in which every required figure is `value`."""
    facts: dict[str, Any] = {}
    for limit in LIMITS:
        place = facts
        for key in limit.at[:-1]:
            place = place.setdefault(key, {})
        if limit.at:
            place[limit.at[-1]] = value
            place.setdefault("regions", 0.5)
    return facts


@pytest.mark.parametrize(("value", "verdict"), [(1.0, MET), (0.0, NOT_MET), (None, NOT_JUDGED)])
def test_every_figure_has_a_verdict(value: float | None, verdict: str) -> None:
    """Reached, missed, or not judged; what an evaluation does not measure is never called met."""
    rows = judged(metrics(value))
    assert len(rows) == len(LIMITS)
    for limit, row in zip(LIMITS, rows, strict=True):
        expected = NOT_JUDGED if not limit.at else MET if limit.at_most and value is not None else verdict
        assert row["verdict"] == expected, limit.measure
        assert row["from_regions"] == (0.5 if limit.at[-1:] == ("class_map",) else None)


def test_a_limit_reached_exactly_is_met() -> None:
    """At least and at most include the limit itself."""
    for limit in LIMITS:
        (row,) = (r for r in judged(metrics(limit.limit)) if r["measure"] == limit.measure)
        assert row["verdict"] == (MET if limit.at else NOT_JUDGED)
