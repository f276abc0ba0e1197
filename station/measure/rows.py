"""Rows that a transfer lost: black lines through a picture, and an end that was never filled.

Pure functions on samples: uint8 (n, k, 3), the pixels of n rows at k columns spread over their whole length (or of n
columns at k rows). What a lens pictures is never as straight as that: an edge that is turned by a twentieth of a
degree crosses five rows of a frame of 6,000 pixels, and is itself two pixels wide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]
BLACK, BRIGHT = 32, 72
"""Nine tenths of a lost row are at most as light as the one (JPEG rings), half of its neighbours at least as the other
(8-bit levels, ours)."""
JUMP = 24
"""Levels by which a row differs from the next where a picture ends (ours)."""
FLAT = 4
"""Levels by which the pixels of a row that was never filled differ at most."""
LEAST_SHARE = 0.005
"""Shorter flat ends are frames and captions, not losses (ours)."""


def black(samples: Samples) -> list[tuple[int, int]]:
    """(first row, number of rows) of every run of black rows with picture right above and right below."""
    level = samples.max(axis=2)
    dark = np.count_nonzero(level > BLACK, axis=1) <= level.shape[1] // 10
    found = []
    for first, count in _runs(dark):
        before, after = first - 2, first + count + 1
        if before < 0 or after >= len(level):
            continue
        if all(_apart(samples, row, inside) for row, inside in ((before, first), (after, first + count - 1))):
            found.append((first, count))
    return found


def _apart(samples: Samples, row: int, inside: int) -> bool:
    """Is half of `row` bright, and does nearly all that is bright go dark at once?"""
    bright = samples[row].max(axis=1) >= BRIGHT
    fallen = samples[inside].max(axis=1) <= BLACK + JUMP
    return bool(bright.mean() >= 0.5 and fallen[bright].mean() >= 0.9)


def missing_end(samples: Samples) -> int:
    """Rows at the end that are one flat colour right after a picture; 0 when there are none."""
    if np.ptp(samples[-1], axis=0).max() > FLAT:
        return 0
    same = np.abs(samples.astype(np.int16) - np.median(samples[-1], axis=0).astype(np.int16)).max(axis=(1, 2)) <= FLAT
    count = int(len(same) if same.all() else np.argmin(same[::-1]))
    first = len(samples) - count
    if count < max(8, LEAST_SHARE * len(samples)) or first == 0:
        return 0
    jump = np.abs(samples[first - 1].astype(np.int16) - samples[first]).max(axis=1)
    return count if (jump >= JUMP).mean() >= 0.9 else 0


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, length) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in edges.reshape(-1, 2)]
