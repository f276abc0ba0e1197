"""Patience with a server that is away: only one call in a while waits for nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from station.errors import AwayError

log = logging.getLogger(__name__)
LONG_S = 3600.0
"""No single try lasts longer."""


class Away:
    """Remembers that nobody answered. After an AwayError every call is refused at once with the same words, but for
    one in `retry_s`, which tries for all; the first that is answered ends it. Beginning and end are logged, with what
    the driver said (the error's notes)."""

    def __init__(self, retry_s: float) -> None:
        self._retry_s = retry_s
        self._gate = threading.Lock()
        self._trouble: AwayError | None = None
        self._again = 0.0

    @contextmanager
    def tried(self) -> Iterator[None]:
        """Around a call. Raises AwayError."""
        with self._gate:
            if self._trouble is not None and time.monotonic() < self._again:
                raise AwayError(str(self._trouble), self._trouble.remedy)
            self._again = time.monotonic() + LONG_S  # while this one tries nobody else does
        trouble: AwayError | None = None
        try:
            yield
        except AwayError as error:
            trouble = error
            raise
        finally:
            with self._gate:
                before, self._trouble, self._again = self._trouble, trouble, time.monotonic() + self._retry_s
            if trouble is not None and before is None:
                log.warning("%s %s", trouble, " ".join(getattr(trouble, "__notes__", ())))
            elif before is not None and trouble is None:
                log.info("The records answer again.")
