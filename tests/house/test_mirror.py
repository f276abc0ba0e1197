"""tests/ mirrors the code: station/decode.py is tried by tests/station/test_decode.py."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.source import ROOT, modules, suite, tree

EXEMPT = {
    "station/diagrams/picture.py": "only the marks; test_plots.py makes them, test_svg.py draws them",
    "station/reports/document.py": "only the parts of a report; test_pdf.py and test_reports.py make whole ones",
    "station/records/log.py": "every store of ours is one; the contract suite of the stores tries it",
    "station/contracts.py": "only protocols; each drawer's contract suite tries them",
    "station/settings.py": "one line of configuration; test_config.py tries what it forbids",
}


def has_code(path: Path) -> bool:
    """Whether a file does more than explain, import and name constants' types."""
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in tree(path).body)


def mirrored(path: Path) -> bool:
    """A folder below the packages may be tried as one: engines/drawing/leaf.py by tests/engines/test_drawing.py."""
    there = path.parent if path.name == "__init__.py" else path
    return tried(there) or (len(there.parts) > 2 and tried(there.parent))


def tried(there: Path) -> bool:
    """One subject may have several files: test_decode.py, test_decode_raw.py; but test_user_commands.py is of
    user_commands.py and not of user.py."""
    folder, name = ROOT / "tests" / there.parent, f"test_{there.stem}"
    others = {f"test_{path.stem}" for path in (ROOT / there.parent).glob("*.py") if path.stem != there.stem}
    return any(
        found.stem == name or (found.stem.startswith(f"{name}_") and found.stem not in others)
        for found in folder.glob("*.py")
    )


def test_every_file_with_code_has_its_mirror() -> None:
    """Whoever changes a file knows where it is tried."""
    missing = [str(path) for path in modules() if has_code(path) and str(path) not in EXEMPT and not mirrored(path)]
    assert not missing, "\n".join(missing)


def test_every_exemption_is_still_needed() -> None:
    """The list of exceptions shrinks by itself."""
    assert [path for path in EXEMPT if not (ROOT / path).exists() or mirrored(Path(path))] == []


def test_no_test_file_is_without_tests() -> None:
    """A file called test_... holds at least one test."""
    named = [path for path in suite() if path.name.startswith("test_")]
    empty = [p for p in named if not any(getattr(node, "name", "").startswith("test_") for node in ast.walk(tree(p)))]
    assert [str(path) for path in empty] == []
