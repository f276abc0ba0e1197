"""Two rigs on one wall with nothing replaced but the cameras: two daemons, one PostgreSQL, the pages, a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import cv2
import httpx
import pytest
import yaml
from playwright.sync_api import Page, expect

from engines.synthesise import Defect, draw_sheet
from station.children import running
from tests.station.page.desk import free_port
from tests.station.page.screen import Open, start_session
from tests.station.page.test_operator_story import answers
from tests.station.postgres import Postgres

DEAD_MS = 5_000
"""Promised within 3 s; two seconds more for a browser on a build server."""
JUDGED_MS = 60_000
RIGS = ("stand-1", "stand-2")


def write_config(root: Path, name: str, server: Postgres, database: str) -> Path:
    """A rig of its own computer: its own inbox, state and page, and the common database."""
    folder = root / name
    (folder / "inbox").mkdir(parents=True)
    store = {"port": server.port, "user": "admin", "database": database}
    store |= {"password_file": str(server.folder / "password")}
    config = {"station": name, "inbox": "inbox", "page": {"port": free_port()}, "store": {"postgresql": store}}
    (folder / "station.yaml").write_text(yaml.safe_dump(config))
    return folder / "station.yaml"


def address(config: Path) -> str:
    port: int = yaml.safe_load(config.read_text())["page"]["port"]
    return f"http://127.0.0.1:{port}"


def lay(config: Path, seed: int, defect: Defect) -> None:
    """A photograph of a sheet into the inbox of a rig, as a camera does; every camera counts from one."""
    sheet = draw_sheet(seed, long_side_px=2000, defect=defect, plain=True)
    inbox = config.parent / "inbox"
    name = f"IMG_{len(list(inbox.iterdir())) + 1:04}.jpg"
    cv2.imwrite(str(inbox.parent / name), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))
    (inbox.parent / name).rename(inbox / name)


@pytest.fixture
def rigs(server: Postgres, tmp_path: Path) -> Iterator[tuple[list[Path], list[Popen[bytes]]]]:
    """Two rigs at work: their configurations, their daemons; each has its page."""
    database = server.database()
    configs = [write_config(tmp_path, name, server, database) for name in RIGS]
    with ExitStack() as life:
        daemons = [life.enter_context(running("run", config)) for config in configs]
        for config in configs:
            life.enter_context(running("page", config))
        for config in configs:
            assert answers(int(address(config).rpartition(":")[2]))
        until_both_live(address(configs[0]))
        yield configs, daemons


def until_both_live(page: str) -> None:
    """Two networks are loaded at once: that takes its time, and a browser's start would come on top."""
    end = time.monotonic() + 120
    while httpx.get(f"{page}/api/stations", timeout=30).json() != dict.fromkeys(RIGS, True):
        assert time.monotonic() < end
        time.sleep(0.2)


def card(wall: Page, name: str) -> tuple[str | None, str]:
    """(health, all that stands on the card) of a rig."""
    found = wall.locator(f'[data-station="{name}"]')
    return found.get_attribute("data-health"), found.inner_text()


@pytest.mark.timeout(400)
def test_two_rigs_on_one_wall_and_one_of_them_dies(
    rigs: tuple[list[Path], list[Popen[bytes]]], open_page: Open
) -> None:
    """Both live on the wall with their last sheet; each operator sees the own rig alone; the daemon that is killed is
    said to be dead, on its card and on its screen, and the other one goes on."""
    (first, second), (_, doomed) = rigs
    screen, wall = open_page(address(first)), open_page(f"{address(first)}/wall")
    expect(screen.locator("#word")).to_have_text("WAITING", timeout=JUDGED_MS)
    start_session(screen)
    for name in RIGS:
        expect(wall.locator(f'[data-station="{name}"]')).to_have_attribute("data-health", "live", timeout=JUDGED_MS)
    lay(first, 8003, Defect.NONE)
    expect(screen.locator("#word")).to_have_text("PASS", timeout=JUDGED_MS)
    lay(second, 8010, Defect.SKEWED)
    dying = wall.locator(f'[data-station="{RIGS[1]}"]')
    expect(dying.locator(".last b")).to_have_text("Fail", timeout=JUDGED_MS)
    expect(dying.locator("img")).to_be_visible(timeout=JUDGED_MS)
    expect(wall.locator(f'[data-station="{RIGS[0]}"] .last b')).to_have_text("Pass", timeout=JUDGED_MS)
    own, other = (httpx.get(f"{address(config)}/api/records").json() for config in (first, second))
    assert [record["station"] for record in own + other] == list(RIGS)
    expect(screen.locator("#word")).to_have_text("PASS", timeout=JUDGED_MS)
    expect(screen.locator("#owed h2 b")).to_have_text("0", timeout=JUDGED_MS)
    theirs = open_page(address(second))
    expect(theirs.locator("#word")).to_have_text("RETAKE", timeout=JUDGED_MS)
    expect(theirs.locator("#owed h2 b")).to_have_text("1", timeout=JUDGED_MS)
    doomed.kill()
    expect(dying.locator(".dead")).to_have_text("NO LIVE DATA", timeout=DEAD_MS)
    expect(theirs.locator("#word")).to_have_text("NO LIVE DATA", timeout=DEAD_MS)
    assert card(wall, RIGS[0])[0] == "live"
    lay(first, 8004, Defect.NO_CHART)
    expect(screen.locator("#word")).to_have_text("RETAKE", timeout=JUDGED_MS)
