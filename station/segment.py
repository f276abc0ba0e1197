"""Photo -> Segmentation. The only place that knows in what form the model wants its image.

The photograph is reduced to the model's long side and both sides are rounded to the model's multiple, so nothing is
padded; the change of aspect is at most half a multiple (16 px in 1024) and is undone by `photo_px_per_map_px`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import yaml

from station.contracts import Backend
from station.errors import EngineError
from station.types import Engine, Image, Model, Photo, Segmentation

UPRIGHT_LEAST = 0.7
"""Probability below which the upright direction is called unknown."""


def read_model(folder: Path) -> Model:
    """`folder/model.yaml` + its ONNX file -> Model; the file's SHA-256 must be the one in the manifest.

    Raises EngineError.
    """
    remedy = "Install the package again; a model must never be edited in place."
    try:
        manifest = yaml.safe_load((folder / "model.yaml").read_text())
        path = folder / manifest["file"]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        model = Model(
            name=manifest["name"],
            path=path,
            sha256=manifest["sha256"],
            version=str(manifest["version"]),
            classes=tuple(manifest["classes"]),
            input_side_px=int(manifest["input_side_px"]),
            multiple_px=int(manifest["multiple_px"]),
            licence=manifest["licence"],
        )
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise EngineError(f"The model in {folder.name} cannot be read: {error}", remedy) from error
    if digest != model.sha256:
        raise EngineError(f"{path.name} is not the file that {folder.name}/model.yaml describes.", remedy)
    return model


def input_image(photo: Photo, model: Model) -> Image:
    """The photograph as the model wants it: uint8 (h, w, 3) RGB, sides multiples of `multiple_px`."""
    small = photo.small(model.input_side_px)
    width, height = photo.size_px
    scale = model.input_side_px / max(width, height)
    fit = [max(1, round(side * scale / model.multiple_px)) * model.multiple_px for side in (width, height)]
    shrinks = fit[0] <= small.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.ascontiguousarray(cv2.resize(small, (fit[0], fit[1]), interpolation=how))


def segment(photo: Photo, model: Model, backend: Backend) -> Segmentation:
    """Run the network on one photograph. Raises EngineError (backend) or DecodeError (photo)."""
    maps = backend.infer([input_image(photo, model)])
    map_h, map_w = maps.class_map.shape[1:]
    best = int(maps.upright[0].argmax())
    return Segmentation(
        class_map=maps.class_map[0],
        confidence=maps.confidence[0],
        core=maps.core[0],
        sides=maps.sides[0],
        classes=model.classes,
        photo_px_per_map_px=(photo.size_px[0] / map_w, photo.size_px[1] / map_h),
        upright_deg=best * 90 if float(maps.upright[0, best]) >= UPRIGHT_LEAST else None,
        engine=Engine(model.name, model.sha256, backend.name, backend.precision, backend.version),
    )
