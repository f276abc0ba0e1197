"""Plays back maps that were recorded before: for demonstrations, for tests, and to judge here what another machine saw.

A recording is a folder with one file for each image, named by the image's SHA-256. While the folder is not there, or an
image is not in it, the engine says so, like a GPU that is not there; a folder that comes back is found again.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from station.errors import EngineError, Trouble
from station.settings import Settings as Table
from station.types import Image, Maps, Model

ABOUT = "recorded.json"
"""In the folder: what made the maps."""
MAPS = ("class_map", "confidence", "core", "upright", "sides")


class Settings(Table):
    """Table `segment.recorded`."""

    folder: Path = Field(default=Path("recorded"), description="The recording; in the state folder, or a path.")


class Recorded:
    """A Backend without a network; `precision` and `version` tell what made the maps."""

    name = "recorded"

    def __init__(self, folder: Path, about: dict[str, str]) -> None:
        self.precision, self.version = about["precision"], f"{about['name']} {about['version']}"
        self._folder: Path | None = folder

    def infer(self, images: Sequence[Image]) -> Maps:
        """See contracts.Backend."""
        if len({image.shape for image in images}) != 1:
            raise EngineError(f"{len(images)} images must be at least one, all of one size.", "Report this.")
        found = [_read(self._there() / file_name(image)) for image in images]
        return Maps(*(np.concatenate([maps[i] for maps in found]) for i in range(len(MAPS))))

    def _there(self) -> Path:
        if self._folder is None:
            raise EngineError("The engine was closed.", "Restart the station.")
        if not self._folder.is_dir():
            raise _missing(self._folder)
        return self._folder

    def ping(self) -> None:
        self._there()

    def close(self) -> None:
        self._folder = None


def build(model: Model, settings: Settings, state: Path) -> Recorded:
    """Open a recording of this model. Raises EngineError when there is none, or when it is another model's."""
    folder = state / settings.folder
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        made, ours = Recorded(folder, about), about["model_sha256"] == model.sha256
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _missing(folder) from error
    if not ours:
        raise EngineError(f"{folder} is a recording of another model.", "Record this model's maps.")
    return made


def record(folder: Path, about: dict[str, str], images: Sequence[Image], maps: Maps) -> None:
    """Add images of one size and their maps. `about`: name, precision, version and model_sha256 of what made them."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(images):
        named = {name: getattr(maps, name)[i : i + 1] for name in MAPS}
        np.savez_compressed(folder / file_name(image), **named)
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def file_name(image: Image) -> str:
    """Of the maps of an image."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest() + ".npz"


def _read(path: Path) -> list[Any]:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            return [held[name] for name in MAPS]
    except FileNotFoundError as error:
        raise EngineError("This image was not recorded.", "Record it with the engine that made the others.") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise EngineError(f"The recording {path.name} is damaged: {error}", "Record it again.") from error


def _missing(folder: Path) -> EngineError:
    return EngineError(f"There is no recording in {folder}.", "Record one, or name another folder.", Trouble.NO_DEVICE)
