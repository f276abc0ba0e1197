"""How sure a share is that was counted."""

from __future__ import annotations

import math

Z_95 = 1.959964
"""Standard normal deviate of a two-sided 95 % interval."""


def wilson(hits: int, of: int) -> tuple[float, float] | None:
    """95 % confidence interval of a share (Wilson 1927, JASA 22:209), which stays within 0..1; None of nothing."""
    if not of:
        return None
    share, z2 = hits / of, Z_95**2 / of
    middle, half = share + z2 / 2, Z_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of))
    return max(0.0, (middle - half) / (1 + z2)), min(1.0, (middle + half) / (1 + z2))
