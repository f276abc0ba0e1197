"""The repository as text and as syntax trees, for the tests of the house."""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import station
import station.settings

ROOT = Path(__file__).parents[2]
PACKAGES = ("station", "engines", "calibration")


def modules() -> list[Path]:
    """Every Python file of the product, relative to the repository."""
    return sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def suite() -> list[Path]:
    """Every Python file below tests/, relative to the repository."""
    return sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file of the repository."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones included."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def tracked() -> list[Path]:
    """Every file that git keeps, relative to the repository; none outside a checkout."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    paths = (Path(name) for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if (ROOT / path).is_file()]


@functools.cache
def tables() -> dict[str, type[station.settings.Settings]]:
    """Every table of the configuration: "station.checks.file" or, when it is not called Settings, with its name."""
    for module in pkgutil.walk_packages(station.__path__, "station."):
        importlib.import_module(module.name)
    found: dict[str, type[station.settings.Settings]] = {}
    waiting = station.settings.Settings.__subclasses__()
    while waiting:
        table = waiting.pop()
        waiting += table.__subclasses__()
        if table.__module__.startswith("station."):
            name = table.__module__ if table.__name__ == "Settings" else f"{table.__module__}.{table.__name__}"
            found[name] = table
    return dict(sorted(found.items()))
