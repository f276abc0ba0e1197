"""The README holds what it promises: its two commands, and a table for every table of the configuration.

A table stands behind a line `<!-- settings: station.checks.file -->`. When one is wrong, the test prints it right.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import typer
import yaml
from pydantic.fields import FieldInfo

from station.cli import app
from station.config import load
from tests.house.source import ROOT, tables

README = (ROOT / "README.md").read_text(encoding="utf-8")
MARKED = re.compile(r"<!-- settings: (\S+) -->\n+((?:\|.*\n?)*)")


def commands() -> list[str]:
    """The shell blocks of the README, in order."""
    return re.findall(r"```(?:sh|bash|console)\n(.*?)```", README, re.DOTALL)


def default(field: FieldInfo) -> str:
    """As it would be written in station.yaml."""
    if field.is_required():
        return "must be given"
    if field.default_factory not in (None, dict, list, tuple):
        return "found out"
    value = field.get_default(call_default_factory=True)
    plain = yaml.safe_load(yaml.safe_dump(value if isinstance(value, bool | int | float | None) else str(value)))
    if isinstance(value, dict | list | tuple):
        plain = list(value) if isinstance(value, tuple) else value
    return f"`{yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix('...' + chr(10)).strip()}`"


def table(name: str) -> str:
    """The Markdown table of one Settings class."""
    rows = [
        f"| `{key}` | {default(field)} | {(field.description or '').replace('|', chr(92) + '|')} |"
        for key, field in tables()[name].model_fields.items()
    ]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows]) + "\n"


def test_the_first_command_shows_the_station_at_work() -> None:
    """From an empty folder to the demo in one command."""
    assert "station demo" in commands()[0]


def test_the_second_command_is_the_test_command() -> None:
    """It exists, can be started, and is what the build server calls."""
    assert ".ci/test" in commands()[1]
    assert os.access(ROOT / ".ci" / "test", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_table_of_the_configuration_stands_in_the_readme() -> None:
    """No key without a place where it can be read."""
    assert sorted(name for name, _ in MARKED.findall(README)) == sorted(tables())


@pytest.mark.parametrize(("name", "written"), MARKED.findall(README), ids=lambda value: value.split("\n")[0][:60])
def test_a_table_says_what_the_code_says(name: str, written: str) -> None:
    """Keys, defaults and descriptions are those of the Settings class."""
    assert written.strip() == table(name).strip(), f"Write this:\n\n<!-- settings: {name} -->\n{table(name)}"


def test_the_configuration_by_example_is_one(tmp_path: Path) -> None:
    """It is read without an error and does what its comments say."""
    example, wall = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "station.yaml").write_text(example)
    config = load(tmp_path / "station.yaml")
    assert str(config.inbox) == "/srv/capture/inbox"
    assert "barcode" not in dict(config.checks)
    (tmp_path / "station.yaml").write_text(wall)
    assert load(tmp_path / "station.yaml").store[0] == "postgresql"


def test_every_command_in_the_readme_exists_and_every_command_is_in_it() -> None:
    """`station NAME` in the table of commands, and what `station --help` lists."""
    written = set(re.findall(r"^\| `station ([a-z-]+)", README, re.MULTILINE))
    assert written == set(typer.main.get_group(app).commands)


def test_every_place_in_the_readme_is_there() -> None:
    """Each path of "Where do I change ...?" exists; NAME stands for any file."""
    section = README.split("## Where do I change")[1].split("\n## ")[0]
    for path in re.findall(r"`((?:station|engines|calibration|systemd)/[\w./-]*)`", section):
        assert list(ROOT.glob(path.replace("NAME", "*"))), path
