"""The log line: calm, complete, one line."""

from __future__ import annotations

import dataclasses
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import atlas
from station.alerts.log import Settings, build, sentence
from station.types import Capture, Finding, Outcome, Record, Stamp, Verdict

BLURRED = Finding("label_sharpness", "blurred", Outcome.FAIL, "The label is blurred.", "Refocus and retake.")
TURNED = Finding("sheet_alignment", "skewed", Outcome.WARN, "The sheet is turned by 0.7 deg.", "Straighten it.")
FINE = Finding("file", "whole", Outcome.PASS, "The file is whole.")
UNJUDGED = Finding("barcode", "not_judged", Outcome.UNKNOWN, "The engine did not answer.", "Restart it.")


def verdict(*findings: Finding, name: str = "DSC_0042.JPG", specimen: tuple[str, ...] = ("E00012345",)) -> Verdict:
    """A verdict with these findings."""
    capture = Capture("0123456789abcdef", Path(name), "0" * 64, datetime.now(UTC), 3, Stamp(1, 2, 3, 4))
    return Verdict(capture, "herbarium-sheet", "stand-1", None, specimen, findings, {}, (), None, "digest", "test")


def cause(finding: Finding) -> str:
    """What the defect atlas says of it."""
    known = atlas.entry(finding.check, finding.code)
    assert known is not None
    return f"Likely cause: {known.cause}"


@pytest.mark.parametrize(
    ("judged", "line"),
    [
        (verdict(FINE), "PASS E00012345 DSC_0042.JPG"),
        (verdict(), "NOT JUDGED E00012345 DSC_0042.JPG"),
        (verdict(FINE, specimen=()), "PASS no number DSC_0042.JPG"),
        (
            verdict(FINE, TURNED),
            f"WARN E00012345 DSC_0042.JPG: The sheet is turned by 0.7 deg. {cause(TURNED)} Straighten it.",
        ),
        (
            verdict(TURNED, BLURRED, UNJUDGED),
            f"FAIL E00012345 DSC_0042.JPG: The label is blurred. {cause(BLURRED)} Refocus and retake. (and 2 more)",
        ),
    ],
)
def test_the_line_says_what_is_worst_and_what_to_do(judged: Verdict, line: str) -> None:
    """Outcome, specimen, file; the worst finding's message, likely cause and remedy; how many more there are."""
    assert sentence(judged) == line


@given(st.text(min_size=1).filter(lambda name: "\0" not in name), st.text())
def test_it_is_one_line_of_plain_text_whatever_comes(name: str, number: str) -> None:
    """No name and no barcode can begin a second line or send a terminal its control codes."""
    line = sentence(verdict(BLURRED, name=name, specimen=(number,)))
    assert line.isprintable()
    assert line.encode()


@pytest.mark.parametrize(
    ("finding", "level"),
    [(FINE, logging.INFO), (TURNED, logging.INFO), (UNJUDGED, logging.WARNING), (BLURRED, logging.WARNING)],
)
def test_what_needs_a_person_is_a_warning(caplog: pytest.LogCaptureFixture, finding: Finding, level: int) -> None:
    """A log level of warning shows what failed and what was not judged, and nothing else."""
    with caplog.at_level(logging.INFO):
        build(Settings()).tell(Record(1, datetime.now(UTC), "station-1", verdict(finding)))
    assert [entry.levelno for entry in caplog.records] == [level]


def test_a_pass_can_be_kept_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """With `quiet_on_pass` only photographs that need a word get one."""
    alert = build(Settings(quiet_on_pass=True))
    passed = Record(1, datetime.now(UTC), "station-1", verdict(FINE))
    with caplog.at_level(logging.INFO):
        alert.tell(passed)
        alert.tell(dataclasses.replace(passed, verdict=verdict(UNJUDGED)))
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]
