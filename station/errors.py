"""Everything that can go wrong, as one tree; who catches what is drawn here.

    StationError                 says what happened and what to do about it
    |- ConfigError               cli.py       prints file:line and ends with exit status 78
    |- CaptureError              line.py      becomes one FAIL finding "file: unreadable"
    |  `- DecodeError
    |- EngineError               line.py      kept in the Scene; checks that ask for it answer UNKNOWN
    |- StoreError                daemon.py    the verdict is still told, and recorded later
    |  |- AwayError              kit.py       at the start it is waited for; then as any StoreError
    |  `- ReplacedError          page/feed.py every screen begins anew with the new records
    |- AlertError                daemon.py    logged; the other alerts are still told
    `- TetherError               tether.py    shown, then tried again for ever

A foreign exception is translated in the one file that imports its library (`raise ... from error`).
"""

from __future__ import annotations

from enum import Enum


class Trouble(Enum):
    """Why an engine cannot be used, in one word: the label in the metrics, and what decides what is tried next."""

    FAILED = "failed"
    NOT_INSTALLED = "not installed"
    NO_DRIVER = "no driver"
    BROKEN_DRIVER = "broken driver"
    NO_DEVICE = "no device"
    LITTLE_MEMORY = "too little memory"
    CRASHED = "crashed"
    HUNG = "hung"
    NULL = "null engine"
    NOT_BUILT = "not built yet"
    REFUSED = "refused"


class StationError(Exception):
    """Something the imaging room can understand: `str(error)` is what happened, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy

    @property
    def whole(self) -> str:
        """What happened and what to do, as sentences."""
        end = "" if str(self).endswith((".", "!", "?", ":")) else "."
        return f"{self}{end} {self.remedy}"


class ConfigError(StationError):
    """The configuration cannot be used; the message begins with `file:line:` where that is known."""


class CaptureError(StationError):
    """This photograph cannot be judged; the next one can."""

    code = "unreadable"


class DecodeError(CaptureError):
    """The file is there but is no whole photograph: damaged, truncated, too large or of another kind.

    `code` is the finding's code within the check `file`: `unreadable` or `truncated`.
    """

    def __init__(self, message: str, remedy: str, code: str = "unreadable") -> None:
        super().__init__(message, remedy)
        self.code = code


class EngineError(StationError):
    """The segmentation engine cannot be loaded or did not answer; `trouble` is the kind of reason."""

    def __init__(self, message: str, remedy: str, trouble: Trouble = Trouble.FAILED) -> None:
        super().__init__(message, remedy)
        self.trouble = trouble


class StoreError(StationError):
    """The records cannot be read or written."""


class AwayError(StoreError):
    """Nobody answers where the records are kept; a minute later somebody may."""


class ReplacedError(StoreError):
    """The records are another file than before; who only reads finds the new one from the next question on."""


class AlertError(StationError):
    """One way of telling a person did not work."""


class TetherError(StationError):
    """The camera cannot be reached or did not deliver its photograph."""
