"""Annotation files as the tools write them -> what is annotated, still in the words of who annotated it.

COCO as CVAT ("COCO 1.0") and labelme2coco write it, and LabelMe's own files, one JSON a photograph.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from station.errors import ConfigError

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
"""Photographs that annotation tools show."""
Rings = list[NDArray[np.float64]]
"""The polygons of one object, each (n, 2) in pixels of the annotated picture."""
Id = int | str


@dataclass(slots=True)
class Annotated:
    """One photograph as annotated. `names`: where it may lie, the likeliest first; `size` (width, height) in px;
    `things`: (category as written, polygons; empty for points and lines; None for a mask)."""

    names: list[str]
    size: tuple[int, int] | None
    institution: str | None = None
    upright: int | None = None
    things: list[tuple[str, Rings | None]] = field(default_factory=list)


class _Form(BaseModel):
    """A part of a foreign file: what is not named here is not looked at."""

    model_config = ConfigDict(allow_inf_nan=False)


class _Image(_Form):
    id: Id
    file_name: str
    width: int | None = None
    height: int | None = None
    institution: str | None = None
    upright: Literal[0, 90, 180, 270] | None = None


class _Note(_Form):
    image_id: Id
    category_id: Id
    segmentation: list[list[float]] | list[float] | dict[str, Any] | None = None
    bbox: list[float] | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)


class _Category(_Form):
    id: Id
    name: str


class _Coco(_Form):
    images: list[_Image]
    annotations: list[_Note]
    categories: list[_Category]


class _Shape(_Form):
    label: str
    points: list[tuple[float, float]]
    shape_type: str = "polygon"


class _LabelMe(_Form):
    shapes: list[_Shape]
    image: str = Field(alias="imagePath")
    width: int | None = Field(None, alias="imageWidth")
    height: int | None = Field(None, alias="imageHeight")


Form = TypeVar("Form", bound=_Form)


def photographs(path: Path) -> list[Annotated]:
    """All that `path` speaks of: a COCO file, a folder of LabelMe files, or an unpacked CVAT export. Raises
    ConfigError."""
    if not path.is_dir():
        return from_coco(path)
    loaded = [(file, parsed(file)) for file in sorted(path.rglob("*.json"))]
    shapes = [(file, data) for file, data in loaded if isinstance(data, dict) and "shapes" in data]
    if shapes:
        return [from_labelme(file.relative_to(path), checked(_LabelMe, data, file)) for file, data in shapes]
    coco = [file for file, data in loaded if isinstance(data, dict) and "annotations" in data]
    if len(coco) == 1:
        return from_coco(coco[0])
    raise ConfigError(
        f"{path} holds {'several COCO files' if coco else 'neither LabelMe files nor a COCO file'}.",
        "Name one COCO file, or a folder with one LabelMe file a photograph.",
    )


def parsed(path: Path) -> object:
    """What stands in a JSON file. Raises ConfigError."""
    try:
        data: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "Name a COCO file or a folder.") from error
    except ValueError as error:
        raise ConfigError(
            f"{path} is no JSON: {error}", "Export the annotations again; unpack a .zip first."
        ) from error
    return data


def checked(form: type[Form], data: object, path: Path) -> Form:
    """`data` in the form that it claims to have. Raises ConfigError with the first places that differ."""
    try:
        return form.model_validate(data)
    except ValidationError as error:
        places = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3]]
        more = f" (and {error.error_count() - 3} more)" if error.error_count() > 3 else ""
        raise ConfigError(
            f"{path} is neither COCO nor LabelMe: {'; '.join(places)}{more}",
            "Export as COCO 1.0 (CVAT), or name the folder with the LabelMe files.",
        ) from error


def from_coco(path: Path) -> list[Annotated]:
    """The photographs of a COCO file, annotated or not. Raises ConfigError."""
    coco = checked(_Coco, parsed(path), path)
    names = {category.id: category.name for category in coco.categories}
    found = {i.id: Annotated([i.file_name], _size(i.width, i.height), i.institution, i.upright) for i in coco.images}
    for note in coco.annotations:
        if note.image_id in found:
            written = names.get(note.category_id, f"number {note.category_id}")
            found[note.image_id].things.append((written, outlines(note)))
    return list(found.values())


def outlines(note: _Note) -> Rings | None:
    """The polygons of one COCO annotation, its box where it has none or is turned (CVAT's `attributes.rotation`,
    degrees clockwise about the centre); None for a mask."""
    if isinstance(note.segmentation, dict):
        return None
    written = note.segmentation or []
    nested = [ring for ring in written if isinstance(ring, list)] or [[v for v in written if isinstance(v, float)]]
    rings = [np.asarray(ring[: len(ring) // 2 * 2]).reshape(-1, 2) for ring in nested if len(ring) >= 6]
    rotation = note.attributes.get("rotation")
    degrees = float(rotation) if isinstance(rotation, int | float) else 0.0
    if (degrees or not rings) and note.bbox is not None and len(note.bbox) >= 4:
        x, y, w, h = note.bbox[:4]
        return [turned(np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]), degrees)]
    return rings


def turned(corners: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Corners (n, 2) turned clockwise as seen (y points down) about their middle."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    middle = corners.mean(axis=0)
    return np.asarray((corners - middle) @ np.array([[c, s], [-s, c]]) + middle)


def from_labelme(path: Path, data: _LabelMe) -> Annotated:
    """One LabelMe file; `path` from the folder given. A photograph of its own name is looked for where `imagePath`
    leads nowhere. The copy of the photograph inside the file (`imageData`) is not looked at."""
    named = os.path.normpath(path.parent.as_posix() + "/" + data.image.replace("\\", "/"))
    names = [named, *(path.with_suffix(suffix).as_posix() for suffix in SUFFIXES)]
    things = [(shape.label, drawn(shape)) for shape in data.shapes]
    return Annotated(names, _size(data.width, data.height), things=things)


def drawn(shape: _Shape) -> Rings | None:
    """The polygon of one LabelMe shape; empty for points and lines, None for a mask."""
    points = np.asarray(shape.points, np.float64).reshape(-1, 2)
    if shape.shape_type == "mask":
        return None
    if shape.shape_type == "rectangle" and len(points) == 2:
        (x0, y0), (x1, y1) = points
        return [np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])]
    if shape.shape_type == "circle" and len(points) == 2:
        angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
        radius = np.hypot(*(points[1] - points[0]))
        return [points[0] + radius * np.column_stack((np.cos(angles), np.sin(angles)))]
    outlined = shape.shape_type in ("polygon", "rectangle", "oriented_rectangle") and len(points) >= 3
    return [points] if outlined else []


def _size(width: int | None, height: int | None) -> tuple[int, int] | None:
    return (width, height) if width and height else None
