"""`station bench latency`: file closed -> verdict recorded -> page painted, beside `cv2.imread` of the same files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from station import config as configuration
from station import kit
from station.bench.delivery import copies, deliver, until, write_config
from station.children import running
from station.contracts import Store
from station.errors import StationError

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip


def bench(photos: list[Path], count: int, folder: Path, port: int, console: Console) -> None:
    """Deliver `count` photographs one after another, each after the one before was painted. Raises StationError."""
    from playwright.sync_api import sync_playwright

    browser_path = next((p for p in CHROMIUM if Path(p).exists()), None)
    if browser_path is None:
        raise StationError("There is no Chromium to paint the page in.", "apt-get install chromium")
    config = write_config(folder, {"page": {"port": port}})
    files = copies(photos, count + 1, folder / "photos")
    store = kit.open_store(configuration.load(config), writer=False)
    with running("run", config), running("page", config), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            until("the page", lambda: reachable(page, f"http://127.0.0.1:{port}/"), 60)
            until("the daemon", lambda: store.last_pulse() is not None, 60)
            rows = [_one(file, folder / "inbox", store, page) for file in files][1:]
        finally:
            browser.close()
    _print(rows, console)


def reachable(page: Any, address: str) -> bool:
    """Whether the page answers yet."""
    from playwright.sync_api import Error

    try:
        page.goto(address)
    except Error:
        return False
    return True


def _one(file: Path, inbox: Path, store: Store, page: Any) -> tuple[float, float, float]:
    """(imread, recorded, painted) in seconds; the last two from the moment the file was closed."""
    begun = time.perf_counter()
    cv2.imread(str(file))
    read = time.perf_counter() - begun
    known = store.count()
    closed = deliver(file, inbox, file.name)
    page.wait_for_function(
        "n => Number(document.body.dataset.sequence) >= n", arg=known + 1, polling="raf", timeout=60_000
    )
    painted = time.time() - closed
    recorded = store.latest(1)[0].recorded_at.timestamp() - closed
    time.sleep(0.3)
    return read, recorded, painted


def _print(rows: list[tuple[float, float, float]], console: Console) -> None:
    read, recorded, painted = (np.array(column) * 1000 for column in zip(*rows, strict=True))
    table = Table(title=f"{len(rows)} photographs, milliseconds from the closed file")
    for head in ("", "median", "p95", "p99", "largest"):
        table.add_column(head, justify="right" if head else "left")
    named = (("cv2.imread alone", read), ("verdict recorded", recorded), ("page painted", painted))
    for name, values in named:
        table.add_row(name, *(f"{v:.0f}" for v in (*np.percentile(values, [50, 95, 99]), values.max())))
    for name, values in named[1:]:
        table.add_row(f"{name} / imread", *(f"{v:.1f}" for v in np.percentile(values / read, [50, 95, 99, 100])))
    console.print(table)
