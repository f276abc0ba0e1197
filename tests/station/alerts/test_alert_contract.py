"""What every alert of the drawer must do, whatever it is made of."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station import parts
from station.contracts import Alert
from station.errors import AlertError
from station.types import Capture, Finding, Outcome, Record, Stamp, Verdict

STAMP = Stamp(device=1, inode=2, bytes=3, mtime_ns=4)
ODD_NAMES = ["DSC_0001.JPG", "two\nlines.jpg", "odd \udcff byte.jpg", "‮rtl.jpg", "-", "a" * 200]


def record(name: str = "DSC_0001.JPG", findings: tuple[Finding, ...] = ()) -> Record:
    """A verdict on a photograph of that name, as the daemon hands it over."""
    capture = Capture("0123456789abcdef", Path(name), "0" * 64, datetime.now(UTC), 3, STAMP)
    verdict = Verdict(capture, "herbarium-sheet", "stand-1", None, (), findings, {}, (), None, "digest", "test")
    return Record(1, datetime.now(UTC), "station-1", verdict)


@pytest.fixture(params=parts.names("alerts"))
def alert(request: pytest.FixtureRequest) -> Iterator[Alert]:
    """Each alert of the drawer, opened with its defaults."""
    module = parts.part("alerts", request.param)
    opened: Alert = module.build(module.Settings())
    yield opened
    opened.close()


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_can_be_told(alert: Alert, outcome: Outcome) -> None:
    """Telling ends quietly or with an AlertError, for whatever outcome."""
    finding = Finding("label_sharpness", "blurred", outcome, "The label is blurred.", "Refocus.", 4.0, 2.5, "px")
    only_alert_error(lambda: alert.tell(record(findings=(finding,))))


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_file_name_breaks_it(alert: Alert, name: str) -> None:
    """A name may hold line breaks, bytes that are no text, or turn the writing direction."""
    only_alert_error(lambda: alert.tell(record(name)))


def test_it_says_whether_it_could_tell_now(alert: Alert) -> None:
    """`ping` answers quietly or with an AlertError, and changes nothing."""
    only_alert_error(alert.ping)
    only_alert_error(alert.ping)


def test_closing_twice_is_allowed(alert: Alert) -> None:
    """The kit may close what failed half-way."""
    alert.close()
    alert.close()


def only_alert_error(action: Callable[[], None]) -> None:
    """Nothing but an AlertError may come out of an alert; without a broker or a speaker, that is what is right."""
    with contextlib.suppress(AlertError):
        action()
