"""The whole story with nothing replaced but the camera: the real daemon, drawn photographs, the page, a browser."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import httpx
import yaml
from playwright.sync_api import expect

from engines.synthesise import Defect, draw_sheet
from station.children import running
from tests.station.page.desk import free_port
from tests.station.page.screen import SOON_MS, Open, start_session

SEED = 8003
LATENCY_S = 2.0
"""The alert must land before the next sheet is placed."""
SLOW = 4.0
"""A machine that runs tests beside it is no imaging station: the story is told when it took at most so many times."""


def lay(inbox: Path, name: str, defect: Defect) -> float:
    """Put a photograph of the one specimen into the inbox as a camera does; the moment its file was whole."""
    sheet = draw_sheet(SEED, long_side_px=2400, defect=defect, plain=True)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    (inbox / f".{name}").write_bytes(data.tobytes())
    (inbox / f".{name}").rename(inbox / name)
    return time.monotonic()


def test_bad_sheet_retake_good_sheet_sign_off_and_death(tmp_path: Path, open_page: Open) -> None:
    """Red in time, on the list, superseded, signed off; and when the daemon is killed, NO LIVE DATA."""
    inbox, config, port = tmp_path / "inbox", tmp_path / "station.yaml", free_port()
    inbox.mkdir()
    config.write_text(yaml.safe_dump({"station": "story", "inbox": "inbox", "page": {"port": port}}))
    with running("run", config) as daemon, running("page", config):
        assert answers(port)
        page = open_page(f"http://127.0.0.1:{port}/")
        expect(page.locator("#word")).to_have_text("WAITING", timeout=60_000)
        start_session(page)
        laid = lay(inbox, "one.jpg", Defect.SKEWED)
        expect(page.locator("#word")).to_have_text("RETAKE", timeout=30_000)
        assert time.monotonic() - laid < SLOW * LATENCY_S
        expect(page.locator("#owed h2 b")).to_have_text("1")
        expect(page.locator("#reasons")).to_contain_text("Sheet askew")
        page.keyboard.press("f")
        page.keyboard.press("Enter")
        expect(page.locator("#sign-off .said")).to_contain_text("Open retakes: 1")
        page.keyboard.press("Escape")
        lay(inbox, "two.jpg", Defect.NONE)
        expect(page.locator("#owed h2 b")).to_have_text("0", timeout=30_000)
        expect(page.locator("#do")).to_contain_text("The retake is")
        expect(page.locator("#kicker")).to_contain_text("attempt 2")
        page.keyboard.press("f")
        page.keyboard.press("Enter")
        expect(page.locator("#hint")).to_have_text("The session is signed off.")
        daemon.kill()
        expect(page.locator("#word")).to_have_text("NO LIVE DATA", timeout=SOON_MS)


def answers(port: int) -> bool:
    """Wait for the page's process; False when it does not come."""
    for _ in range(600):
        try:
            return httpx.get(f"http://127.0.0.1:{port}/livez").is_success
        except httpx.HTTPError:
            time.sleep(0.1)
    return False
