"""Who may import whom; the contracts themselves stand in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, modules, tree

AT_HOME = {
    "argon2": "station/people/passwords.py",
    "gphoto2": "station/camera.py",
    "onnxruntime": "station/backends/onnxruntime.py",
    "pycuda": "station/gpu/buffers.py",
    "pyarrow": "station/reports/tables.py",
    "rawpy": "station/codecs/raw.py",
    "reportlab": "station/reports/pdf.py",
    "sdnotify": "station/systemd.py",
    "simplejpeg": "station/codecs/jpeg.py",
    "tensorrt": "station/gpu/flavour.py",
    "tifffile": "station/codecs/tiff.py",
    "torch": "",
    "uvicorn": "station/page/app.py",
    "watchdog": "station/inbox/wakes.py",
    "zxingcpp": "station/identify.py",
}
"""Library -> the one file of station/ that may import it ("": none)."""
OPTIONAL = ("gphoto2", "pyarrow", "pycuda", "reportlab", "tensorrt", "torch")
"""What may be missing on a station, or must be imported late."""


def imports(node: ast.AST) -> Iterator[str]:
    """The top packages that a tree imports."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and not child.level:
            yield (child.module or "").partition(".")[0]


def test_imports_go_downwards_only() -> None:
    """import-linter keeps every contract: layers, independent drawers, the line's ignorance."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("library", AT_HOME)
def test_a_heavy_library_has_one_home(library: str) -> None:
    """Its errors are translated in one file, and it can be exchanged by changing one file."""
    users = [str(path) for path in modules() if path.parts[0] == "station" and library in imports(tree(path))]
    assert set(users) <= {AT_HOME[library]}


@pytest.mark.parametrize("library", OPTIONAL)
def test_an_optional_library_is_imported_inside_a_function(library: str) -> None:
    """A station without it starts, and says what is missing only where it is asked for."""
    at_the_top = [
        str(path)
        for path in modules()
        if path.parts[0] == "station"
        for statement in tree(path).body
        if isinstance(statement, ast.Import | ast.ImportFrom) and library in imports(statement)
    ]
    assert at_the_top == []


def test_only_one_place_catches_everything() -> None:
    """A check that breaks becomes UNKNOWN in line.py; everywhere else only what is expected is caught."""
    broad = [
        f"{path}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node.type)
    ]
    assert [place.partition(":")[0] for place in broad] == ["station/line.py"]


def catches_everything(caught: ast.expr | None) -> bool:
    """Whether it is `except:`, or one of Exception and BaseException."""
    names = {node.id for node in ast.walk(caught) if isinstance(node, ast.Name)} if caught else {"Exception"}
    return bool(names & {"Exception", "BaseException"})
