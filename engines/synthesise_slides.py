"""Drawn photographs of microscope slides with exact truth: for training, for the demonstration, and for tests.

Every picture follows from its seed and from the fonts installed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from engines.drawing import camera, slide, tray
from engines.drawing.bench import Bench, camera_over
from engines.drawing.canvas import SLIDE_CLASSES, Canvas, Pixels, Thing
from engines.drawing.paper import textured
from engines.drawing.tray import Place


@dataclass(frozen=True, slots=True)
class DrawnSlides:
    """A picture and its truth, as engines.synthesise.Drawn. `places` in reading order; `kind` of scene."""

    image: Pixels
    things: tuple[Thing, ...]
    class_map: Pixels
    upright_deg: int
    places: tuple[Place, ...]
    kind: str
    seed: int


def draw_slides(seed: int, *, long_side_px: int = 1024) -> DrawnSlides:
    """Draw one scene of any kind."""
    rng = np.random.default_rng(seed)
    number = f"01{int(rng.integers(1_000_000, 9_999_999)):07}"
    habit = slide.any_habit(rng)
    layout = tray.any_layout(habit, rng)
    upright = int(rng.choice([0, 90, 180, 270], p=[0.7, 0.1, 0.1, 0.1]))
    tilt = (rng.normal(0, 0.006, (4, 2)) * (rng.random() < 0.3)).astype(np.float32)
    to_px, (w, h), k = camera_over(layout.frame_mm, long_side_px, upright, tilt)
    floor = np.clip(np.array(tray.FLOORS[int(rng.integers(len(tray.FLOORS)))]) * rng.uniform(0.85, 1.08), 0, 255)
    ground = textured(h, w, tuple(floor.tolist()), rng, float(rng.uniform(0.5, 5)))
    canvas = Canvas(ground, np.zeros((h, w), np.uint8), k, classes=SLIDE_CLASSES)
    bench = Bench(canvas, rng, to_px, to_px, layout.frame_mm, habit.size_mm)
    tray.arrange(bench, layout, habit, number)
    image = coarse(camera.wild(canvas.image, rng), layout.kind, rng)
    return DrawnSlides(image, tuple(canvas.things), canvas.class_map, upright, tuple(layout.places), layout.kind, seed)


def coarse(image: Pixels, kind: str, rng: Generator) -> Pixels:
    """Some close pictures are crops of a photograph of a whole drawer: few pixels, enlarged."""
    if kind != "close" or rng.random() < 0.5:
        return image
    scale = float(rng.uniform(130, 500)) / max(image.shape[:2])
    if scale >= 1:
        return image
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))])
        small = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    how = cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(small, image.shape[1::-1], interpolation=how), np.uint8)
