"""What was counted on photographs whose truth is known, and the figures that follow from the counts.

A Tally of one photograph is added to others': an institution's and the total's are sums. Figures are rounded to four
places; a figure that could not be judged, because nothing of its kind occurred, is None.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines import matching
from engines.matching import Rates
from station.measure import shares

MAPS = ("class_map", "regions")
"""Two answers to "which class is this pixel?": the network's class map, and the regions painted over each other."""
OBJECTS = (
    "label", "barcode", "colour_chart", "scale_bar", "stamp", "packet", "sheet", "slide", "type_marker", "coverslip",
)  # fmt: skip
"""Classes counted as objects where a model has them; plants and foreign objects have no agreed number of pieces."""
PRESENCE = ("colour_chart", "barcode", "scale_bar")
"""Classes whose absence is a decision of its own."""
IN_THE_MEAN = (
    "sheet", "slide", "label", "barcode", "colour_chart", "scale_bar", "packet", "coverslip", "stamp", "type_marker",
    "specimen",
)  # fmt: skip
"""Classes of the mean IoU, of those that a model has."""
LEAST_IOU = (0.5, 0.75)
"""Overlap from which a found object is the true one."""
UPRIGHT = ("right", "wrong", "not_said")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over some photographs, C classes.

    pixels int (2, C, C): [MAPS][true class][found class]; objects int (OBJECTS, 2): annotated, found; overlaps: for
    each of OBJECTS the IoU of every matched pair; decisions int (PRESENCE, 2, 2): [truly there][said to be there];
    upright int (3,) as in UPRIGHT; corners: (farthest, mean) error of each sheet's corners, per cent of the
    photograph's long side; sheets_missed: sheets with four annotated corners that were not found.
    """

    photographs: int
    pixels: NDArray[np.int64]
    objects: NDArray[np.int64]
    overlaps: tuple[tuple[float, ...], ...]
    decisions: NDArray[np.int64]
    upright: NDArray[np.int64]
    corners: tuple[tuple[float, float], ...]
    sheets_missed: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.photographs + other.photographs,
            self.pixels + other.pixels,
            self.objects + other.objects,
            tuple(a + b for a, b in zip(self.overlaps, other.overlaps, strict=True)),
            self.decisions + other.decisions,
            self.upright + other.upright,
            self.corners + other.corners,
            self.sheets_missed + other.sheets_missed,
        )

    def hits(self, name: str, least: float) -> Rates:
        """How many objects of one of OBJECTS were found with at least this IoU."""
        i = OBJECTS.index(name)
        return Rates(sum(v >= least for v in self.overlaps[i]), int(self.objects[i, 0]), int(self.objects[i, 1]))


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of at least one."""
    return functools.reduce(operator.add, tallies)


def figures(tally: Tally, classes: Sequence[str]) -> dict[str, Any]:
    """Everything that metrics.json says of one group of photographs; keys in the order of importance."""
    ious = {kind: matching.class_iou(tally.pixels[i]) for i, kind in enumerate(MAPS)}
    iou = {name: {kind: _round(ious[kind][i]) for kind in MAPS} for i, name in enumerate(classes)}
    judged = [name for name in IN_THE_MEAN if name in iou and iou[name]["class_map"] is not None]
    return {
        "photographs": tally.photographs,
        "mean_iou": {kind: _round(matching.mean([iou[n][kind] for n in judged])) for kind in MAPS},
        "mean_iou_classes": judged,
        "iou": iou,
        "objects": {name: _objects(tally, name) for name in OBJECTS if name in classes},
        "presence": {name: _presence(tally.decisions[i]) for i, name in enumerate(PRESENCE)},
        "upright": _upright(tally.upright),
        "corners": _corners(tally),
    }


def _objects(tally: Tally, name: str) -> dict[str, Any]:
    counts = tally.hits(name, 0)
    facts: dict[str, Any] = {"annotated": counts.true, "found": counts.found}
    for least in LEAST_IOU:
        rates = tally.hits(name, least)
        facts[f"at_{least:g}"] = {
            "hits": rates.hits,
            "precision": _round(rates.precision),
            "precision_95": _interval(rates.hits, rates.found),
            "recall": _round(rates.recall),
            "recall_95": _interval(rates.hits, rates.true),
            "f1": _round(rates.f1),
        }
    right = [v for v in tally.overlaps[OBJECTS.index(name)] if v >= LEAST_IOU[0]]
    return facts | {"mean_iou_of_hits": _round(matching.mean(right))}


def _presence(decisions: NDArray[np.int64]) -> dict[str, Any]:
    (quiet, false), (missed, seen) = decisions.tolist()
    return {
        "there": missed + seen,
        "there_found": seen,
        "there_found_95": _interval(seen, missed + seen),
        "absent": quiet + false,
        "absent_not_found": quiet,
        "absent_not_found_95": _interval(quiet, quiet + false),
        "balanced_accuracy": _round(matching.balanced_accuracy(decisions)),
    }


def _upright(counts: NDArray[np.int64]) -> dict[str, Any]:
    """A direction that is not said is not right; `accuracy_of_said` leaves those out."""
    right, wrong, _ = counts.tolist()
    return {
        **dict(zip(UPRIGHT, counts.tolist(), strict=True)),
        "accuracy": _round(right / counts.sum()) if counts.sum() else None,
        "accuracy_95": _interval(right, int(counts.sum())),
        "accuracy_of_said": _round(right / (right + wrong)) if right + wrong else None,
    }


def _corners(tally: Tally) -> dict[str, Any]:
    """Per cent of the long side over the sheets found; the missed ones are counted beside."""
    facts: dict[str, Any] = {"sheets": len(tally.corners), "missed": tally.sheets_missed}
    for i, kind in enumerate(("farthest", "mean")):
        for name, at in (("median", 50), ("p90", 90), ("largest", 100)):
            errors = [corner[i] for corner in tally.corners]
            facts[f"{kind}_{name}"] = _round(float(np.percentile(errors, at))) if errors else None
    return facts


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _interval(hits: int, of: int) -> list[float] | None:
    interval = shares.wilson(hits, of)
    return None if interval is None else [round(v, 4) for v in interval]
