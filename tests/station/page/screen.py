"""What the tests of the operator screen do and see, as a person in front of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from station.types import Outcome, Record

Open = Callable[[str], Page]
WORDS = {Outcome.PASS: "PASS", Outcome.WARN: "WARN", Outcome.UNKNOWN: "NOT JUDGED", Outcome.FAIL: "RETAKE"}
SOON_MS = 3500
"""How soon NO LIVE DATA must stand there."""


def painted(page: Page, record: Record) -> None:
    """Wait until this record's picture is on the screen."""
    page.wait_for_function("number => document.body.dataset.sequence === String(number)", arg=record.sequence)


def start_session(page: Page, name: str = "Anna") -> None:
    page.get_by_label("Your name").fill(name)
    page.locator("#session [type=submit]").click()
    expect(page.locator("#actions")).to_be_visible()


def ground(page: Page) -> tuple[int, int, int]:
    """The colour behind the state: red, green, blue."""
    colour = page.locator("#state").evaluate("element => getComputedStyle(element).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return red, green, blue


def complaints(page: Page, axe: str) -> list[str]:
    """Each serious or critical finding in words; that nothing was looked at would be one, too."""
    page.evaluate(axe)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations', 'passes']})")
    assert len(told["passes"]) > 10
    grave = [one for one in told["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html']}" for one in grave for node in one["nodes"]]
