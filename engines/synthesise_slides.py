"""Drawn photographs of microscope slides with exact truth: for training, for the demonstration, and for tests.

Every picture follows from its seed and from the fonts installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing import camera, slide, slide_stand, tray
from engines.drawing.bench import Bench, camera_over
from engines.drawing.canvas import SLIDE_CLASSES, Canvas, Pixels, Thing, moved
from engines.drawing.paper import textured
from engines.drawing.tray import Place


class Defect(Enum):
    """What is wrong with a calm picture on purpose."""

    NONE = "none"
    SKEWED = "skewed"
    LABEL_BLURRED = "label blurred"
    LABEL_MISSING = "label missing"
    NO_BARCODE = "no barcode"
    CLIPPED = "clipped"
    CRACKED = "cracked"
    LABEL_COVERED = "label under the coverslip"
    FINGER = "finger in the frame"
    UPSIDE_DOWN = "upside down"
    EMPTY_PLACE = "tray with an empty place"


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


def draw_slide(
    seed: int, *, long_side_px: int = 2000, defect: Defect = Defect.NONE, rows: int = 1, columns: int = 1
) -> DrawnSlides:
    """Draw one slide of a well kept collection, or a tray of rows x columns (2 x 6 at least, with an empty place). From
    2000 px on a single slide's labels are legible and its DataMatrix is readable."""
    rng = np.random.default_rng(seed)
    number = f"01{int(rng.integers(1_000_000, 9_999_999)):07}"
    if defect is Defect.EMPTY_PLACE:
        rows, columns = max(rows, 2), max(columns, 6)
    several = rows * columns > 1
    w, h = slide_stand.SLOT_MM if several else slide_stand.SLIDE_MM
    frame = (columns * w + 2 * slide_stand.MARGIN_MM, rows * h + 2 * slide_stand.MARGIN_MM)
    to_px, (width, height), k = camera_over(frame, long_side_px, 0, np.zeros((4, 2), np.float32))
    ground = textured(height, width, (52, 54, 58), rng, 1.0)
    canvas = Canvas(ground, np.zeros((height, width), np.uint8), k, classes=SLIDE_CLASSES)
    bench = Bench(canvas, rng, to_px, to_px @ lying(rng, defect), frame, slide_stand.SLIDE_MM)
    if several:
        empty = {int(rng.integers(1, columns - 1))} if defect is Defect.EMPTY_PLACE else set()
        places = slide_stand.tray(bench, number, rows, columns, empty)
    else:
        corners = slide_stand.one(
            bench,
            number,
            with_label=defect is not Defect.LABEL_MISSING,
            with_code=defect is not Defect.NO_BARCODE,
            blur_mm=float(rng.uniform(0.3, 0.45)) if defect is Defect.LABEL_BLURRED else 0.0,
            cracked=defect is Defect.CRACKED,
            covered=defect is Defect.LABEL_COVERED,
        )
        places = [Place(0, 0, corners)]
    if defect is Defect.FINGER:
        slide_stand.finger(bench)
    image = camera.calm(canvas.image, rng)
    upright = 180 if defect is Defect.UPSIDE_DOWN else 0
    return DrawnSlides(image, tuple(canvas.things), canvas.class_map, upright, tuple(places), "calm", seed)


def lying(rng: Generator, defect: Defect) -> NDArray[np.float64]:
    """How a single slide lies on the stand."""
    if defect is Defect.SKEWED:
        return moved(0, 0, float(rng.choice([-1, 1]) * rng.uniform(6, 8)))
    if defect is Defect.CLIPPED:
        return moved(0, slide_stand.MARGIN_MM + 6)
    return moved(0, 0, float(rng.normal(180 if defect is Defect.UPSIDE_DOWN else 0, 0.3)))
