"""From values to places on paper; ticks at round values and at round local times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 28 * 1440, 56 * 1440)
)
"""Between two times on an axis."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`low` stands at `start`, `high` at `end`; all four in the caller's units."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 4) -> tuple[float, ...]:
    """Round values (1, 2 or 5 times a power of ten apart) within low..high, about so many."""
    if not high > low:
        return (low,)
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = power * next(factor for factor in (1, 2, 5, 10) if raw <= factor * power * 1.0001)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def times(since: datetime, until: datetime, zone: tzinfo | None, about: int = 8) -> tuple[tuple[datetime, str], ...]:
    """(moment, text) at round local times: clock times within a few days, else days."""
    step = next((s for s in STEPS if (until - since) / s <= about), STEPS[-1])
    local = since.astimezone(zone)
    at = local.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while at <= until:
        if at >= since:
            midnight = at.hour == at.minute == 0
            days = step >= timedelta(days=1) or (midnight and until - since > timedelta(days=1))
            found.append((at, f"{at.day}.{at.month}." if days else f"{at:%H:%M}"))
        at += step
    return tuple(found)


def decimals(values: tuple[float, ...]) -> int:
    """Digits after the point that tell these ticks apart."""
    if len(values) < 2:
        return 1
    return max(0, -math.floor(math.log10(values[1] - values[0]) + 1e-9))
