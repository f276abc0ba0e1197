"""Signs of life: which station's daemon lives? Told without trusting the clock of another computer: once a sign was
seen to follow another, what counts is how long ago the newest one came, by this computer's own steady clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from station.types import Pulse

GAP_S = 0.5
"""At most so much is added for the time between two looks."""


@dataclass(frozen=True, slots=True)
class Sign:
    """The newest pulse of a station; `since`: when it came, as far as was seen here (monotonic seconds); `followed`:
    another one was seen here before it."""

    pulse: Pulse
    since: float
    followed: bool

    @property
    def age_s(self) -> float:
        """Seconds since the station gave it. Of the first one ever seen its own clock tells, too: it may be of
        yesterday, and a clock that goes ahead must not make it younger."""
        seen = time.monotonic() - self.since
        return seen if self.followed else max(seen, clock_age_s(self.pulse))


def seen(before: Mapping[str, Sign], pulses: Iterable[Pulse], now: float, last: float) -> dict[str, Sign]:
    """By station: what a look into the records at `now` (monotonic seconds) adds to what was seen before. What is new
    came since the look before it, at `last`; it is taken for as old as it may be."""
    came = max(last, now - GAP_S)
    return {pulse.station: _next(before.get(pulse.station), pulse, came) for pulse in pulses}


def clock_age_s(pulse: Pulse) -> float:
    """Seconds since a pulse by the clocks of both computers."""
    return (datetime.now(UTC) - pulse.at).total_seconds()


def _next(before: Sign | None, pulse: Pulse, came: float) -> Sign:
    if before is not None and before.pulse.at == pulse.at:
        return before
    return Sign(pulse, came, followed=before is not None)
