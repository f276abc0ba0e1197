"""What the station judged last: for checks that look at more than one photograph."""

from __future__ import annotations

import logging
from collections import deque

from station.contracts import Store
from station.errors import StoreError
from station.types import Verdict

log = logging.getLogger(__name__)
HELD = 100
"""Verdicts remembered: half an hour of a line at 18 s a sheet."""


class Recent:
    """The newest HELD verdicts; calling it gives them, newest last."""

    def __init__(self, verdicts: tuple[Verdict, ...] = ()) -> None:
        self._held = deque(verdicts, HELD)

    @classmethod
    def of(cls, store: Store, station: str) -> Recent:
        """As the records of this station tell, so that a restart forgets nothing. Unreadable records are a line in the
        log, no stop."""
        try:
            return cls(tuple(record.verdict for record in reversed(store.latest(HELD, station))))
        except StoreError as error:
            log.error("The captures before this start are not known: %s %s", error, error.remedy)
            return cls()

    def add(self, verdict: Verdict) -> None:
        """Remember one more. A photograph judged again (same capture id) is counted once."""
        if all(held.capture.id != verdict.capture.id for held in self._held):
            self._held.append(verdict)

    def __call__(self) -> tuple[Verdict, ...]:
        return tuple(self._held)
