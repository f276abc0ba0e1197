"""The demo is the product: same tether, daemon, page; only the camera is virtual."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from station import demo, kit
from station.config import load
from station.types import Outcome, Record


def test_the_demo_leaves_a_configuration_a_user_could_have_written(tmp_path: Path) -> None:
    """It is read like any other and changes no check."""
    import yaml

    path = tmp_path / "station.yaml"
    path.write_text(yaml.safe_dump(demo.configuration(tmp_path / "inbox", 8321, 4.0)))
    config = load(path)
    assert config.checks == load(None).checks
    assert config.inbox == tmp_path / "inbox"


@pytest.mark.timeout(240)
def test_the_demo_photographs_judges_shows_and_ends(tmp_path: Path) -> None:
    """Three photographs, the third without a chart; the page answers; Ctrl-C ends every process."""
    words = [sys.executable, "-m", "station.cli", "demo", "--folder", str(tmp_path), "--port", "8398"]
    with (tmp_path / "out.txt").open("wb") as out:
        show = subprocess.Popen([*words, "--sheets", "3", "--interval", "2"], stdout=out, stderr=out)
    try:
        records = _wait(tmp_path, 3)
        parts = psutil.Process(show.pid).children(recursive=True)
        assert httpx.get("http://127.0.0.1:8398/livez").status_code == 200
    finally:
        begun = time.monotonic()
        show.send_signal(signal.SIGINT)
        show.wait(timeout=30)
        took = time.monotonic() - begun
    outcomes = [r.verdict.outcome for r in records]
    assert outcomes == [Outcome.PASS, Outcome.PASS, Outcome.FAIL], log_of(tmp_path)
    (failed,) = [f for f in records[2].verdict.findings if f.outcome is Outcome.FAIL]
    assert (failed.check, failed.code) == ("colour_chart", "missing")
    assert len(parts) >= 2  # the tether has ended with the last photograph
    assert not any(p.is_running() for p in parts)
    assert took < 10  # 3 s on a free machine; the promise itself is measured, not tested


def log_of(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("*/run.log"))


def _wait(folder: Path, count: int) -> tuple[Record, ...]:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        for config in folder.glob("*/station.yaml"):
            if (config.parent / "state" / "records.sqlite").exists():
                with closing(kit.open_store(load(config), writer=False)) as store:
                    if store.count() >= count:
                        return store.since(0)
        time.sleep(0.3)
    raise AssertionError("the demo did not judge its photographs: " + (folder / "out.txt").read_text())
