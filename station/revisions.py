"""The versions of station.yaml: changed from the page exactly as `station check-config` allows, never lost.

Each version lies as a file in the state folder, `settings/0007.yaml`, beside it who wrote it, when and why. What was
changed by hand in between becomes a version of its own before it is replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from station import config as configuration
from station.config import Config
from station.errors import ConfigError
from station.located import Located, read
from station.settings import Settings
from station.types import Revision, Setting, Source
from station.yaml_edit import with_value

BY_HAND = "by hand"
LONGEST = 200_000
"""Characters of a configuration."""
PROBLEM_KEPT_S = 5.0
"""Reading a configuration takes 0.07 s of a core: a wall that asks every second gets the answer of a moment ago."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """`path`: station.yaml; None when the station runs with defaults, which cannot be changed. `folder`: versions."""

    path: Path | None
    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _problem: list[tuple[float, str]] = field(default_factory=list)

    def text(self, number: int | None = None) -> str:
        """What stands in the file, or stood in a version. Raises ConfigError."""
        return _text(self._file() if number is None else self.folder / f"{number:04}.yaml")

    def base(self) -> str:
        """SHA-256 of the file's text. Raises ConfigError."""
        return digest(self.text())

    def problem(self) -> str:
        """Why the file as it stood a moment ago is no configuration; empty when it is one."""
        now = time.monotonic()
        if not self._problem or now - self._problem[-1][0] > PROBLEM_KEPT_S:
            try:
                configuration.load(self.path)
                said = ""
            except ConfigError as error:
                said = error.whole
            self._problem[:] = [(now, said)]
        return self._problem[-1][1]

    def settings(self) -> tuple[Setting, ...]:
        """Every key of every check that judges. Raises ConfigError when the file is no configuration."""
        config = configuration.load(self.path)
        own = Located(Path("station.yaml"), "", {}, {}) if self.path is None else read(self.path)
        return tuple(_settings(config, own))

    def sources(self) -> tuple[Source, ...]:
        """The files that the configuration is made of. Raises ConfigError when it is none."""
        config = configuration.load(self.path)
        kinds = ("station", "profile", "rig")[-len(config.files) :]
        return tuple(Source(kind, str(path), _text(path)) for kind, path in zip(kinds, config.files, strict=True))

    def history(self) -> tuple[Revision, ...]:
        """Every version, newest first."""
        found = sorted(self.folder.glob("[0-9]*.json"), reverse=True)
        return tuple(_revision(path) for path in found)

    def with_values(self, changes: dict[tuple[str, str], str]) -> str:
        """The file's text with (check, key) -> value in YAML's words. Raises ConfigError."""
        text = self.text()
        for (check, key), written in changes.items():
            try:
                value = yaml.safe_load(written)
            except yaml.YAMLError as error:
                raise ConfigError(f"{check}.{key}: '{written}' is no value.", "Write a number, or a word.") from error
            text = with_value(text, ("checks", check, key), value)
        return text

    def save(self, text: str, *, who: str, why: str, base: str) -> Revision:
        """Replace the file, once `check-config` has nothing against it. `base`: sha256 of the text that was changed;
        when the file is another one by now, nothing is done. Raises ConfigError."""
        with self._lock:
            path, before = self._file(), self.text()
            if digest(before) != base:
                raise ConfigError("Somebody else has changed the file in the meantime.", "Look again, then change it.")
            if len(text) > LONGEST:
                raise ConfigError("This is too long for a configuration.", "Shorten it.")
            text = "\n".join(text.splitlines()) + "\n"
            _accepted(path, text)
            history = self.history()
            if not history or history[0].sha256 != digest(before):
                self._keep(before, BY_HAND, "")
            kept = self._keep(text, who, why)
            _written(path, text)
            self._problem.clear()
            return kept

    def back_to(self, number: int, *, who: str, why: str, base: str) -> Revision:
        """An earlier version as the newest one. Raises ConfigError, also when it is no configuration any more."""
        return self.save(self.text(number), who=who, why=why, base=base)

    def _file(self) -> Path:
        if self.path is None:
            raise ConfigError(
                "The station runs without a configuration file.", "Start it with `--config station.yaml`."
            )
        return self.path

    def _keep(self, text: str, who: str, why: str) -> Revision:
        number = max((one.number for one in self.history()), default=0) + 1
        made = Revision(number, datetime.now(UTC), who, why, digest(text))
        _written(self.folder / f"{number:04}.yaml", text)
        about = {"number": number, "at": made.at.isoformat(), "who": who, "why": why, "sha256": made.sha256}
        _written(self.folder / f"{number:04}.json", json.dumps(about, ensure_ascii=False))
        return made


def digest(text: str) -> str:
    """Of a text, to tell whether it is still the same."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _accepted(path: Path, text: str) -> None:
    """Read as station.yaml would be, from the same folder, under a name of its own. Raises ConfigError."""
    trial = path.with_name(f".{path.stem}.{os.getpid()}.trial.yaml")
    try:
        _written(trial, text)
        configuration.load(trial)
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(trial), path.name), error.remedy) from error
    finally:
        trial.unlink(missing_ok=True)


def _settings(config: Config, own: Located) -> Iterator[Setting]:
    lines = {where: line for where, line in own.lines.items() if where[:1] == ("checks",)}
    for check, values in config.checks:
        table = type(values)()
        for key, about in type(values).model_fields.items():
            value, default = getattr(values, key), getattr(table, key)
            line = lines.get(("checks", check, key))
            origin = f"{own.path.name}:{line}" if line else ("" if value == default else config.profile.name)
            yield Setting(
                check, key, _written_out(values, key), _written_out(table, key), about.description or "", origin
            )


def _written_out(table: Settings, key: str) -> str:
    plain: Any = table.model_dump(mode="json")[key]
    return yaml.safe_dump(plain, default_flow_style=True, width=10**6).removesuffix("\n").removesuffix("\n...")


def _revision(path: Path) -> Revision:
    held = json.loads(_text(path))
    return Revision(held["number"], datetime.fromisoformat(held["at"]), held["who"], held["why"], held["sha256"])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "Check its name and its rights.") from error


def _written(path: Path, text: str) -> None:
    """Whole or not at all, with the rights of the file it replaces."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            partial.chmod(path.stat().st_mode & 0o777)
        partial.replace(path)
    except (OSError, UnicodeError) as error:
        with suppress(OSError):
            partial.unlink()
        remedy = "Give the station's user the right to write there (systemd: ReadWritePaths=/etc/capture-station)."
        raise ConfigError(f"{path} cannot be written: {error}.", remedy) from error
