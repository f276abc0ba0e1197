"""`station bench`."""

from __future__ import annotations

import re

from typer.testing import CliRunner

from station.cli import app
from tests.house.source import ROOT


def test_every_benchmark_is_in_the_readme() -> None:
    """What can be measured is told where people look for it."""
    listed = set(re.findall(r"^\W+([a-z]+) ", CliRunner().invoke(app, ["bench", "--help"]).output, re.MULTILINE))
    (written,) = re.findall(r"^\| `station bench ([^`]+)`", (ROOT / "README.md").read_text(), re.MULTILINE)[:1]
    assert {name for name in listed if name in written.replace("\\|", " ").split()} >= {"latency", "kills", "page"}
