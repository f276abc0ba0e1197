"""Nothing grows until nobody reads it: 300 lines a file, 40 lines a function."""

from __future__ import annotations

from tests.house.source import ROOT, functions, modules, suite, tracked

FILE_LINES = 300
FUNCTION_LINES = 40
TEXTS = {".css", ".html", ".js", ".service", ".sh", ".yaml"}


def test_no_file_is_too_long() -> None:
    """Code, tests, scripts of the page, styles and units; data and the README may be longer."""
    texts = [path for path in tracked() if path.suffix in TEXTS]
    lines = {str(path): len((ROOT / path).read_text().splitlines()) for path in {*modules(), *suite(), *texts}}
    long = [f"{path}: {count}" for path, count in lines.items() if count > FILE_LINES]
    assert not long, "\n".join(long)


def test_no_function_is_too_long() -> None:
    """From its `def` to its end, docstring included."""
    lines = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in modules()
        for node in functions(path)
    }
    long = [f"{where}: {count}" for where, count in lines.items() if count > FUNCTION_LINES]
    assert not long, "\n".join(long)
