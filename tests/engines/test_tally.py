"""Counts add up, and figures follow from them."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engines.matching import Rates
from engines.tally import IN_THE_MEAN, MAPS, OBJECTS, PRESENCE, UPRIGHT, Tally, figures, total
from engines.truth import HERBARIUM


def random_tally(seed: int) -> Tally:
    """The counts of one photograph that never was."""
    rng = np.random.default_rng(seed)
    objects = rng.integers(0, 5, (len(OBJECTS), 2))
    return Tally(
        photographs=1,
        pixels=rng.integers(0, 100, (len(MAPS), len(HERBARIUM), len(HERBARIUM))),
        objects=objects,
        overlaps=tuple(tuple(rng.random(min(pair)).tolist()) for pair in objects),
        decisions=rng.integers(0, 2, (len(PRESENCE), 2, 2)),
        upright=rng.integers(0, 2, len(UPRIGHT)),
        corners=((float(rng.random() * 3), float(rng.random())),) * int(rng.integers(0, 2)),
        sheets_missed=int(rng.integers(0, 2)),
    )


def nothing() -> Tally:
    """A photograph of which nothing is known and on which nothing was found."""
    blank = random_tally(0)
    counts = (np.zeros_like(a) for a in (blank.pixels, blank.objects, blank.decisions, blank.upright))
    pixels, objects, decisions, upright = counts
    return Tally(1, pixels, objects, ((),) * len(OBJECTS), decisions, upright, (), 0)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6))
def test_the_order_of_photographs_does_not_matter(seeds: list[int]) -> None:
    """Any order and any grouping give the same figures."""
    tallies = [random_tally(seed) for seed in seeds]
    half = len(tallies) // 2
    parts = [total(part) for part in (tallies[half:], tallies[:half]) if part]
    assert figures(total(parts), HERBARIUM) == figures(total(tallies), HERBARIUM)


@given(st.integers(0, 10_000))
def test_every_figure_is_a_share_and_can_be_written(seed: int) -> None:
    """No NaN, nothing outside 0..1 where a share is told, hits never more than objects."""
    facts = figures(random_tally(seed), HERBARIUM)
    json.dumps(facts, allow_nan=False)
    shares = [v for pair in facts["iou"].values() for v in pair.values() if v is not None]
    for objects in facts["objects"].values():
        for at in ("at_0.5", "at_0.75"):
            assert objects[at]["hits"] <= min(objects["annotated"], objects["found"])
            shares += [objects[at][rate] for rate in ("precision", "recall", "f1") if objects[at][rate] is not None]
        assert objects["at_0.75"]["hits"] <= objects["at_0.5"]["hits"]
    assert all(0 <= share <= 1 for share in shares)


def test_hits_are_counted_at_a_limit() -> None:
    """Three pairs of which two overlap by half at least: 2 hits of 4 objects."""
    blank = nothing()
    blank.objects[OBJECTS.index("label")] = (4, 3)
    overlaps = tuple((0.9, 0.5, 0.3) if name == "label" else () for name in OBJECTS)
    tally = Tally(1, blank.pixels, blank.objects, overlaps, blank.decisions, blank.upright, ((1.0, 0.5),), 0)
    assert tally.hits("label", 0.5) == Rates(2, 4, 3)
    facts = figures(tally, HERBARIUM)
    assert facts["objects"]["label"]["at_0.5"]["f1"] == round(4 / 7, 4)
    assert facts["objects"]["label"]["mean_iou_of_hits"] == 0.7
    assert (facts["corners"]["farthest_median"], facts["corners"]["mean_largest"]) == (1.0, 0.5)


def test_nothing_is_not_judged() -> None:
    """Without truth and answer every share is None, and the mean leaves absent classes out."""
    facts = figures(nothing(), HERBARIUM)
    assert facts["mean_iou"] == dict.fromkeys(MAPS)
    assert facts["mean_iou_classes"] == []
    assert facts["upright"]["accuracy"] is None
    assert {p["balanced_accuracy"] for p in facts["presence"].values()} == {None}
    assert {o["at_0.5"]["f1"] for o in facts["objects"].values()} == {None}
    assert {name for name in IN_THE_MEAN if name in HERBARIUM} <= set(facts["iou"])


def test_a_direction_not_said_is_not_right() -> None:
    """7 right, 1 wrong, 2 not said: 70 % of all, 87.5 % of those said."""
    blank = nothing()
    blank.upright[:] = (7, 1, 2)
    facts = figures(blank, HERBARIUM)["upright"]
    assert (facts["accuracy"], facts["accuracy_of_said"]) == (0.7, 0.875)
