"""What a training photograph may look like instead: another view, other light, another camera, other objects.

All functions are pure in their `Generator`; images uint8 (h, w, 3) RGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.compose import composed
from engines.truth import Sample
from station.types import Image

View = tuple[Image, NDArray[np.uint8], NDArray[np.uint8], int, NDArray[np.uint16]]
"""image, class map, core map, upright (0..3 or -1), owner map"""


def view(sample: Sample, size: tuple[int, int], rng: Generator, *, whole: bool = False, near: float = 0.0) -> View:
    """One training view of `size` (h, w): the whole photograph (surely, if `whole`) or a part of it, turned, tilted
    and scaled; a share `near` of the views are parts at about the scale at which the station looks."""
    image, upright = sample.image, sample.upright
    maps: list[NDArray[Any]] = [sample.class_map, sample.core, sample.owner]
    h, w = size
    close = rng.random() < near and not whole
    whole = (bool(rng.random() < 0.45) or whole) and not close
    # The view's long side decides; a landscape view takes a portrait photograph turned, or a part of it.
    turn = int(rng.integers(4)) if rng.random() < 0.4 else 0
    if whole and (image.shape[0] > image.shape[1]) != (h > w) and turn % 2 == 0:
        turn = int(rng.choice([1, 3]))
    image, *maps = (np.rot90(a, -turn) for a in (image, *maps))
    upright = (upright - turn) % 4 if upright >= 0 else -1
    fit = min(h / image.shape[0], w / image.shape[1])
    scale = fit * rng.uniform(0.85, 1.12) if whole else rng.uniform(0.8 if close else 0.5, 1.15)
    if scale < 0.75:  # reduce by area first, or fine print turns into aliasing
        image = cv2.resize(np.ascontiguousarray(image), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        maps = [cv2.resize(np.ascontiguousarray(a), image.shape[1::-1], interpolation=cv2.INTER_NEAREST) for a in maps]
        scale = 1.0
    matrix = _placement(image.shape[:2], size, scale, whole, rng)
    fill = rng.integers(0, 256, 3).tolist() if rng.random() < 0.5 else _edge_colour(image)
    seen = cv2.warpPerspective(np.ascontiguousarray(image), matrix, (w, h), flags=cv2.INTER_LINEAR, borderValue=fill)
    maps = [cv2.warpPerspective(np.ascontiguousarray(a), matrix, (w, h), flags=cv2.INTER_NEAREST) for a in maps]
    if not whole:
        upright = upright if scale * image.shape[0] < 1.6 * h else -1
    return seen, maps[0], maps[1], upright, maps[2]


def _placement(
    shape: tuple[int, int], size: tuple[int, int], scale: float, whole: bool, rng: Generator
) -> NDArray[np.float64]:
    """Photo pixels -> view pixels: scale, a small turn, some perspective, a place."""
    angle = np.deg2rad(rng.normal(0, 3.0) if rng.random() < 0.7 else rng.uniform(-12, 12))
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    centre = np.array([shape[1], shape[0]]) / 2
    slack = np.maximum(np.array([shape[1], shape[0]]) * scale - np.array([size[1], size[0]]), 0)
    shift = rng.uniform(-0.5, 0.5, 2) * (slack + 0.08 * np.array([size[1], size[0]]) * (1 if whole else 2))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    to_centre = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, 1]])
    tilt = np.eye(3)
    tilt[2, :2] = rng.normal(0, 1.5e-5, 2)
    back = np.array([[1, 0, size[1] / 2 + shift[0]], [0, 1, size[0] / 2 + shift[1]], [0, 0, 1]])
    return np.asarray(back @ tilt @ turn @ to_centre)


def _edge_colour(image: Image) -> list[int]:
    return [int(v) for v in np.median(image[:, :3].reshape(-1, 3), axis=0)]


def relight(image: Image, rng: Generator) -> Image:
    """Another exposure, white balance, light fall-off, shadow; then another lens, sensor and JPEG."""
    x = image.astype(np.float32) / 255
    h, w = x.shape[:2]
    x **= np.float32(np.exp(rng.normal(0, 0.25)))
    x *= np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.05, 3)).astype(np.float32)
    if rng.random() < 0.3:
        x = x.mean(2, keepdims=True) * (f := np.float32(rng.uniform(0, 1))) + x * (1 - f)
    if rng.random() < 0.4:
        gx, gy = rng.normal(0, 0.12, 2)
        across, down = np.linspace(-1, 1, w)[None], np.linspace(-1, 1, h)[:, None]
        x *= (1 + gx * across + gy * down)[..., None].astype(np.float32)
    if rng.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.3, 1.6)))
    if rng.random() < 0.5:
        x += rng.normal(0, rng.uniform(0.003, 0.03), (*x.shape[:2], 1)).astype(np.float32)
    seen = np.clip(x * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        seen = np.asarray(cv2.imdecode(cv2.imencode(".jpg", seen, quality)[1], cv2.IMREAD_COLOR), np.uint8)
    return seen


def training_view(
    sample: Sample,
    bank: Sequence[Sample],
    size: tuple[int, int],
    rng: Generator,
    *,
    whole: bool = False,
    near: float = 0.0,
) -> View:
    """Everything above in its order; what the training loop asks for."""
    if len(bank) and rng.random() < 0.5:
        sample = composed(sample, bank, rng)
    image, class_map, core, upright, owner = view(sample, size, rng, whole=whole, near=near)
    return relight(image, rng), class_map, core, upright, owner
