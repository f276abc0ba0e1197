"""What is installed is whole: no file that the code reads is left behind in the checkout."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.house.source import ROOT

ONLY_IN_THE_CHECKOUT = {"station/page/operator.jpg": "the picture in README.md"}


def test_every_data_file_is_packed() -> None:
    """Models, profiles, rigs, charts, pages: each file beside the code matches a pattern of package-data."""
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    matched = {
        p for package, patterns in packed.items() for pattern in patterns for p in (ROOT / package).glob(pattern)
    }
    there = {p for package in packed for p in (ROOT / package).rglob("*") if p.is_file() and data(p)}
    left = {str(p.relative_to(ROOT)) for p in there - matched} - set(ONLY_IN_THE_CHECKOUT)
    assert left == set()


def data(path: Path) -> bool:
    """Neither code nor what Python left there."""
    return path.suffix not in (".py", ".pyc", ".pyi") and "__pycache__" not in path.parts
