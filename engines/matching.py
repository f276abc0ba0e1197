"""Found objects against true ones: how much they overlap, which belongs to which, and what rates follow.

Pure functions on arrays. A rate of nothing is None, never 0 or 1: it was not judged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engines.truth import filled


class Match(NamedTuple):
    """The true object `true` and the found object `found` (their places in their lists) are one thing."""

    true: int
    found: int
    iou: float


class Rates(NamedTuple):
    """`hits` of `found` answers are right, and of `true` objects found. Each rate 0..1, or None of nothing."""

    hits: int
    true: int
    found: int

    @property
    def precision(self) -> float | None:
        return self.hits / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, 2 hits / (true + found): 0 where all is missed or all is false."""
        return 2 * self.hits / (self.true + self.found) if self.true + self.found else None


def rastered(polygons: Sequence[NDArray[np.float32]], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Polygons (n, 2) in raster pixels -> bool (n, h, w); what lies outside the raster is cut off."""
    return np.stack([filled(p, shape) for p in polygons]) if len(polygons) else np.zeros((0, *shape), bool)


def overlaps(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Intersection over union of every mask of `first` bool (n, h, w) with every one of `second` (m, h, w), as
    float (n, m) in 0..1; 0 for two empty masks."""
    a, b = (m.reshape(len(m), math.prod(m.shape[1:])).astype(np.float32) for m in (first, second))
    both = (a @ b.T).astype(np.float64)
    either = a.sum(1, dtype=np.float64)[:, None] + b.sum(1, dtype=np.float64)[None] - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0))


def matched(iou: NDArray[np.float64], least: float = 0.0) -> list[Match]:
    """One-to-one, greedily: the pair (true, found) that overlaps most comes first, down to those of `least`.

    iou float (n true, m found). Pairs without overlap never match. Above an IoU of 0.5 objects that do not overlap
    each other can match in one way only (Kirillov et al. 2019, "Panoptic Segmentation", theorem 1).
    """
    free_rows, free_columns = set(range(iou.shape[0])), set(range(iou.shape[1]))
    matches: list[Match] = []
    for flat in np.argsort(-iou, axis=None, kind="stable"):
        row, column = divmod(int(flat), iou.shape[1])
        if iou[row, column] <= 0 or iou[row, column] < least:
            break
        if row in free_rows and column in free_columns:
            free_rows.remove(row)
            free_columns.remove(column)
            matches.append(Match(row, column, float(iou[row, column])))
    return matches


def class_iou(confusion: NDArray[np.int64]) -> list[float | None]:
    """IoU of each class from pixel counts (true class, found class); None where the truth has no pixel of it."""
    hits, true, found = np.diag(confusion), confusion.sum(1), confusion.sum(0)
    return [float(h / (t + f - h)) if t else None for h, t, f in zip(hits, true, found, strict=True)]


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of those that were judged; None where none was."""
    judged = [v for v in values if v is not None]
    return sum(judged) / len(judged) if judged else None


def balanced_accuracy(decisions: NDArray[np.int64]) -> float | None:
    """Mean of the shares of yes and of no that were decided rightly; None where only one of them occurs.

    decisions int (2, 2): how often [truly there: no, yes][said to be there: no, yes].
    """
    cases = decisions.sum(1)
    return float((np.diag(decisions) / cases).mean()) if cases.all() else None
