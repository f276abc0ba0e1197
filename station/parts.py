"""The name in the config is the name of the file in the drawer.

A drawer is a folder of `station/` (backends, checks, alerts, stores). Other packages add parts by an entry point of the
group `station.<drawer>` whose object is a module of the same shape; a part of our own always wins.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType

from station.errors import ConfigError


def names(drawer: str) -> tuple[str, ...]:
    """Every name that may stand in the config's table of this drawer, sorted."""
    return tuple(sorted(_ours(drawer) | {e.name for e in entry_points(group=f"station.{drawer}")}))


def part(drawer: str, name: str) -> ModuleType:
    """The module of that name. Raises ConfigError with the nearest name when there is none."""
    if name in _ours(drawer):  # asking for the entry points of all that is installed takes 0.02 s
        return importlib.import_module(f"station.{drawer}.{name}")
    known = names(drawer)
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}."
        raise ConfigError(f"unknown name '{name}' in '{drawer}'", hint[0].upper() + hint[1:])
    for entry in entry_points(group=f"station.{drawer}", name=name):
        module = entry.load()
        if isinstance(module, ModuleType):
            return module
    raise ConfigError(f"'{name}' in '{drawer}' is no module", "Ask whoever packed it: its entry point names none.")


def _ours(drawer: str) -> set[str]:
    package = importlib.import_module(f"station.{drawer}")
    return {m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")}
