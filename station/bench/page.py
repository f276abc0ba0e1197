"""`station bench page`: what the pages cost when the records hold very many verdicts.

Fills a store with a drawn history (history.py), starts the page process on it, and measures in headless Chromium when
each page is painted, and what one new capture costs the page process and the browser that shows it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from station import config as configuration
from station import kit
from station.bench.delivery import until, write_config
from station.bench.history import ENGINE, STANDS, drawn, fill
from station.bench.latency import CHROMIUM, FLAGS, reachable
from station.children import running
from station.contracts import Store
from station.errors import StationError
from station.records import copying
from station.settings import Settings
from station.types import Pulse

PAGES = (
    "/", "/wall", "/wall?window=week", "/wall?window=month", "/wall?window=year", "/settings", "/people",
    "/reports/report.html?window=year",
)  # fmt: skip
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAINT_LIMIT_S, UPDATE_LIMIT_S = 1.0, 0.05
"""What a page may take to paint, and a new capture of one core."""


@dataclass(frozen=True, slots=True)
class Update:
    """Seconds of one core that one new capture costs: the page process, the browser's page."""

    server_s: float
    browser_s: float


def bench(
    verdicts: int, rounds: int, folder: Path, port: int, console: Console, other: tuple[str, Settings] | None = None
) -> bool:
    """True when every page paints and updates within its limit. An already filled folder is used again; `other`
    (the store of a configuration) gets a copy if it is empty, and is measured instead. Raises StationError."""
    from playwright.sync_api import sync_playwright

    browser_path = next((p for p in CHROMIUM if Path(p).exists()), None)
    if browser_path is None:
        raise StationError("There is no Chromium to paint the page in.", "apt-get install chromium")
    config = write_config(folder, {"station": STANDS[0], "page": {"port": port}})
    state = configuration.load(config).state
    if not (state / "records.sqlite").exists():
        console.print(f"Drawing a history of {verdicts:,} verdicts ...")
        fill(state, verdicts, seed=1)
    store = kit.open_store(configuration.load(config), writer=True)
    if other is not None:
        place = {other[0]: other[1].model_dump(mode="json", exclude_defaults=True)}
        config = write_config(folder, {"station": STANDS[0], "page": {"port": port}, "store": place})
        store = _copied(store, kit.open_store(configuration.load(config), writer=True), console)
    with beating(store), running("page", config) as page_process, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            address = f"http://127.0.0.1:{port}"
            until("the page", lambda: reachable(page, f"{address}/"), 60)
            paints = {path: [_painted(page, address + path) for _ in range(rounds)] for path in PAGES}
            update = _updated(page, address, page_process.pid, store, rounds * 4)
        finally:
            browser.close()
    return _print(store.count(), paints, update, console)


def _copied(drawn: Store, store: Store, console: Console) -> Store:
    """`store` with what `drawn` holds, unless it has something."""
    if not store.count():
        console.print("Copying the history into the database ...")
        store.note(lambda there: drawn.ask(lambda here: copying.copy(here, there, lambda _: None)))
    drawn.close()
    return store


@contextmanager
def beating(store: Store) -> Iterator[None]:
    """Every stand is alive, as far as the pages know."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(0.7):
            for name in STANDS:
                store.pulse(Pulse(datetime.now(UTC), name, engine=ENGINE))

    heart = threading.Thread(target=beat)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


def _painted(page: Any, address: str) -> float:
    """Seconds from the request to the first paint of content, as the browser says."""
    page.goto(address, wait_until="load")
    found = page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    return float(found.json_value()) / 1000


def _updated(page: Any, address: str, pid: int, store: Store, many: int) -> Update:
    """With the operator page open: what new captures cost, less what the same time costs without any."""
    page.goto(address)
    page.wait_for_function("() => Number(document.body.dataset.sequence) > 0")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    still = _spent(session, pid, lambda: time.sleep(many * 0.25))

    def shoot() -> None:
        for number in range(many):
            record = store.add(drawn(number + int(time.time() * 1000)), STANDS[0])
            newest = record.sequence if record is not None else 0
            page.wait_for_function("n => Number(document.body.dataset.sequence) >= n", arg=newest, polling="raf")
            time.sleep(0.25)

    busy = _spent(session, pid, shoot)
    return Update(
        *((after - before * busy[2] / still[2]) / many for before, after in zip(still[:2], busy[:2], strict=True))
    )


def _spent(session: Any, pid: int, work: Any) -> tuple[float, float, float]:
    """(CPU seconds of the process, of the browser's page, seconds) while something is done."""
    before, begun = (_cpu(pid), _tasks(session)), time.monotonic()
    work()
    return _cpu(pid) - before[0], _tasks(session) - before[1], time.monotonic() - begun


def _cpu(pid: int) -> float:
    """User and system seconds of a process (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def _tasks(session: Any) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def _print(verdicts: int, paints: dict[str, list[float]], update: Update, console: Console) -> bool:
    table = Table(title=f"{verdicts:,} verdicts; milliseconds to the first paint")
    for head in ("page", "median", "largest", "limit"):
        table.add_column(head, justify="left" if head == "page" else "right")
    for path, seconds in paints.items():
        table.add_row(
            path, f"{median(seconds) * 1000:.0f}", f"{max(seconds) * 1000:.0f}", f"{PAINT_LIMIT_S * 1000:.0f}"
        )
    console.print(table)
    spent = f"page process {update.server_s * 1000:.1f} ms, browser {update.browser_s * 1000:.1f} ms"
    console.print(f"One new capture on the operator page: {spent} (limit {UPDATE_LIMIT_S * 1000:.0f} ms of one core)")
    return all(median(seconds) < PAINT_LIMIT_S for seconds in paints.values()) and update.server_s < UPDATE_LIMIT_S
