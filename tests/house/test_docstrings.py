"""Everything says what it is for: files, tests, checks, public names, every key of the configuration."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.source import functions, modules, suite, tables, tree

EXPLAINED = {"Settings", "check", "build", "main"}
"""Names that mean the same in every file: a drawer's parts (contracts.py tells of them), and a program's start."""


def test_every_file_says_what_it_is() -> None:
    """The first thing in a file is a sentence about it."""
    silent = [str(path) for path in (*modules(), *suite()) if not ast.get_docstring(tree(path)) and tree(path).body]
    assert not silent, "\n".join(silent)


def test_every_test_says_what_it_proves() -> None:
    """A test's docstring is a sentence."""
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path in suite()
        for node in functions(path)
        if node.name.startswith("test_") and not (ast.get_docstring(node) or "").rstrip().endswith((".", "?", "!"))
    ]
    assert not silent, "\n".join(silent)


def test_every_public_class_and_function_says_what_it_does() -> None:
    """What another file may use explains itself; private names and methods need not."""
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and node.name not in EXPLAINED
    ]
    assert not silent, "\n".join(silent)


def test_every_check_says_when_it_cannot_judge() -> None:
    """A check's docstring tells the question, the measure, the limit's source, and when the answer is UNKNOWN."""
    checks = [path for path in modules() if path.parent == Path("station/checks") and path.name != "__init__.py"]
    silent = [str(path) for path in checks if "UNKNOWN" not in (ast.get_docstring(tree(path)) or "")]
    assert not silent, "\n".join(silent)


def test_every_key_of_the_configuration_is_described() -> None:
    """A description for people, and a default, so that an empty table works."""
    bare = [
        f"{name}.{key}"
        for name, table in tables().items()
        for key, field in table.model_fields.items()
        if not (field.description or "").strip()
    ]
    assert not bare, "\n".join(bare)
