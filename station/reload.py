"""The configuration while the daemon runs: read again when one of its files changes, kept when that is no good."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from station import config as configuration
from station.config import Config
from station.errors import ConfigError, StationError

log = logging.getLogger(__name__)
EVERY_S = 1.0
"""So often the files are looked at."""
Stamps = tuple[tuple[int, int, int] | None, ...]


@dataclass(slots=True)
class Reload:
    """`trouble`: why the files as they stand are not what judges; None when they are."""

    config: Config
    trouble: str | None = None
    _refused: bool = False
    _seen: Stamps = ()
    _looked: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._seen = _stamps(self.config.files)

    def look(self) -> Config | None:
        """The new configuration, once after each change that is one."""
        if time.monotonic() - self._looked < EVERY_S:
            return None
        self._looked = time.monotonic()
        stamps = _stamps(self.config.files)
        # A refused file is read every time: what it lacks may lie in a file that is not known yet.
        if (stamps == self._seen and not self._refused) or self.config.source is None:
            return None
        self._seen = stamps
        try:
            found = configuration.load(self.config.source)
        except ConfigError as error:
            self._refused = True
            self._told(f"The settings are wrong; the station goes on with those before. {error.whole}")
            return None
        before, self.config, self._seen = self.config, found, _stamps(found.files)
        self._refused = False
        self._told(None)
        if found == before:
            return None
        log.info("The settings were read again.")
        return found

    def refuse(self, before: Config, error: StationError) -> None:
        """The configuration just read could not be used; `before` judges on. It is tried again when a file changes."""
        self.config = replace(before, files=self.config.files)
        self._told(f"The settings could not be used; the station goes on with those before. {error.whole}")

    def _told(self, trouble: str | None) -> None:
        if trouble and trouble != self.trouble:
            log.error("%s", trouble)
        elif self.trouble and not trouble:
            log.info("The settings can be used again.")
        self.trouble = trouble


def _stamps(files: tuple[Path, ...]) -> Stamps:
    return tuple(_stamp(path) for path in files)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:  # being replaced, or gone: both are a change
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
