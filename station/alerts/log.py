"""One calm line in the log for every verdict: outcome, specimen, file; the worst finding, its likely cause, its remedy.

The lines go to the standard `logging`; under systemd they are read with `journalctl -u capture-station`. What fails or
was not judged is a warning, everything else is information, so a log level shows only what needs a person.
"""

from __future__ import annotations

import logging

from pydantic import Field

import station.settings
from station import atlas
from station.contracts import Alert
from station.types import Outcome, Record, Verdict

_WORDS = {Outcome.PASS: "PASS", Outcome.WARN: "WARN", Outcome.UNKNOWN: "NOT JUDGED", Outcome.FAIL: "FAIL"}


class Settings(station.settings.Settings):
    """Which verdicts are written."""

    quiet_on_pass: bool = Field(default=False, description="Write nothing for a photograph that passed")


class Log:
    """An Alert that cannot fail: a logger always takes its line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = logging.getLogger(__name__)

    def tell(self, record: Record) -> None:
        verdict = record.verdict
        if verdict.outcome is Outcome.PASS and self._settings.quiet_on_pass:
            return
        level = logging.WARNING if verdict.outcome >= Outcome.UNKNOWN else logging.INFO
        self._log.log(level, "%s", sentence(verdict))

    def ping(self) -> None:
        return

    def close(self) -> None:
        return


def build(settings: Settings) -> Alert:
    """The part as the kit opens it."""
    return Log(settings)


def sentence(verdict: Verdict) -> str:
    """The line itself: one line, whatever a file name or a barcode holds."""
    specimen = ", ".join(verdict.specimen) or "no number"
    head = f"{_WORDS[verdict.outcome]} {specimen} {verdict.capture.path.name}"
    worst = max(verdict.findings, key=lambda finding: finding.outcome, default=None)
    if worst is None or worst.outcome is Outcome.PASS:
        return _one_line(head)
    more = sum(finding.outcome > Outcome.PASS for finding in verdict.findings) - 1
    rest = f" (and {more} more)" if more else ""
    known = atlas.entry(worst.check, worst.code)
    cause = f" Likely cause: {known.cause}" if known is not None and known.check != atlas.ANY else ""
    return _one_line(f"{head}: {worst.message}{cause} {worst.remedy}{rest}")


def _one_line(text: str) -> str:
    """Bytes that are no text become escapes; line breaks and other control characters become spaces."""
    text = text.encode(errors="backslashreplace").decode()
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
