"""YAML that remembers where each value stands, so that an error can name file and line."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from station.errors import ConfigError
from station.settings import Settings

Table = TypeVar("Table", bound=Settings)
REMEDY = "Correct the line; `station check-config FILE` looks again without starting anything."


@dataclass(frozen=True, slots=True)
class Located:
    """A YAML file: its values and the line of each key."""

    path: Path
    text: str
    data: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]

    def error(self, where: Sequence[str | int], message: str, remedy: str = REMEDY) -> ConfigError:
        """A ConfigError that begins with file:line of the deepest part of `where` that stands in the file."""
        key = tuple(where)
        while key and key not in self.lines:
            key = key[:-1]
        return ConfigError(f"{self.path}:{self.lines.get(key, 1)}: {message}", remedy)

    def table(self, where: tuple[str, ...], settings: type[Table]) -> Table:
        """The table at `where`, checked by its Settings class; absent means defaults. Raises ConfigError."""
        value: Any = self.data
        for key in where:
            value = (value or {}).get(key)
        try:
            return settings.model_validate({} if value is None else value)
        except ValidationError as error:
            raise self.explained(where, error, settings) from error

    def explained(self, where: tuple[str, ...], error: ValidationError, settings: type[Settings]) -> ConfigError:
        """Every fault of a pydantic error in words, one a line, with a did-you-mean for unknown keys."""
        faults = [self._fault(where, fault, settings) for fault in error.errors()]
        if len(faults) == 1:
            return faults[0]
        said = (fault.whole if fault.remedy != REMEDY else str(fault) for fault in faults)
        return ConfigError("\n".join(said), REMEDY.replace("the line", "these lines"))

    def _fault(self, where: tuple[str, ...], fault: ErrorDetails, settings: type[Settings]) -> ConfigError:
        at = (*where, *fault["loc"])
        name = ".".join(str(k) for k in at)
        if fault["type"] == "extra_forbidden":
            known = list(settings.model_fields)
            near = difflib.get_close_matches(str(at[-1]), known, 1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known keys: {', '.join(known)}."
            return self.error(at, f"unknown key '{name}'", hint)
        if fault["type"] == "missing":
            return self.error(at, f"'{name}' is missing", f"Add `{at[-1]}:`.")
        text = fault["msg"].removeprefix("Value error, ")
        return self.error(at, f"{name}: {text} (it says {fault['input']!r})")


def read(path: Path) -> Located:
    """Raises ConfigError for a file that cannot be read, is no YAML, is no table or names a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "Check its name and its rights.") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        problem = getattr(error, "problem", None) or "is no YAML"
        raise ConfigError(f"{path}:{line}: {problem}", "Correct it; tabs and missing colons are usual.") from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}:1: this must be a table of `key: value` lines", "See the example in the README.")
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        if root is not None:
            _walk(path, root, (), lines)
    except RecursionError as error:
        raise ConfigError(f"{path}:1: an alias contains itself", "Write the value out instead.") from error
    return Located(path, text, data, lines)


def _walk(path: Path, node: yaml.Node, at: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*at, str(key.value))
            if place in lines:
                raise ConfigError(f"{path}:{key.start_mark.line + 1}: '{key.value}' stands twice", "Keep one of them.")
            lines[place] = key.start_mark.line + 1
            _walk(path, value, place, lines)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            lines[(*at, i)] = value.start_mark.line + 1
            _walk(path, value, (*at, i), lines)
