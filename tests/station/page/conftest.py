"""Fixtures of the page's tests: a station of real records, and Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.station.page.desk import Station, page_process, running_station

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--mute-audio")


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A station of this test's own."""
    with running_station(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, str]]:
    """One station with its page process for all tests of a file; each adds captures of its own."""
    root = tmp_path_factory.mktemp("station")
    with running_station(root) as made, page_process(root) as (_, address):
        yield made, address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a head; not longer than a file's tests, because it holds an event loop of its own open."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: `apt install chromium`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """address -> a page in a browser that remembers nothing; a script error fails the test."""
    errors: list[str] = []
    contexts = []

    def open_at(address: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, as the package axe-playwright-python brings it."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python")
    return Path(spec.origin).with_name("axe.min.js").read_text("utf-8")
