"""Trays put together from photographs of single slides, with exact truth: what a drawn tray lacks is the look of real
glass, paper and rock, and what a real tray lacks is an annotation. A Sample goes in, another comes out.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.canvas import SLIDE_CLASSES
from engines.truth import Sample, paint
from station.types import Image

Thing = tuple[str, NDArray[np.float32]]
FLOORS = ((60, 34, 30), (120, 80, 60), (150, 100, 70), (40, 42, 46), (90, 60, 45), (200, 180, 150), (232, 234, 236))
"""Wood, card, velvet, plastic."""
LEAST = 0.85
"""A slide of which less lies inside its frame, or whose outline is not known, is not taken."""


def trays(bank: Sequence[Sample], count: int, long_side_px: int, seed: int) -> list[Sample]:
    """`count` trays of the slides in `bank`, `long_side_px` long; slides of one institution lie together, for they are
    of one size. None where the bank has no photograph of one whole slide."""
    whole: dict[str, list[Sample]] = {}
    for sample in bank:
        if sum(name == "slide" for name, _ in sample.things) == 1 and _share(sample) > LEAST:
            whole.setdefault(sample.institution, []).append(sample)
    kinds = [whole[name] for name in sorted(whole)]
    rngs = (np.random.default_rng([seed, n]) for n in range(count if kinds else 0))
    return [tray(kinds[int(rng.integers(len(kinds)))], long_side_px, rng) for rng in rngs]


def tray(slides: Sequence[Sample], long_side_px: int, rng: Generator) -> Sample:
    """One tray of slides of one kind in rows, some places empty, all written the same way up."""
    columns, rows = int(rng.integers(3, 16)), int(rng.integers(1, 7))
    tall, wide = np.median([s.image.shape[:2] for s in slides], axis=0)
    gap = rng.uniform([-0.04 * wide, 0.0], [0.14 * wide, 0.08 * wide + 0.03 * tall])
    edge = rng.uniform(0.0, 0.5) * wide
    size = np.array([columns * (wide + gap[0]), rows * (tall + gap[1])]) + 2 * edge
    scale = long_side_px / size.max()
    w, h = (max(32, round(float(side * scale))) for side in size)
    floor = np.array(FLOORS[int(rng.integers(len(FLOORS)))]) * rng.uniform(0.8, 1.2)
    image: Image = np.clip(floor + rng.normal(0, 4, (h, w, 1)), 0, 255).astype(np.uint8)
    things: list[Thing] = []
    for place in range(columns * rows):
        if rng.random() < 0.06:
            continue
        middle = edge + (np.array([place % columns, place // columns]) + 0.5) * (np.array([wide, tall]) + gap)
        at = scale * (middle + rng.normal(0, 0.02, 2) * wide)
        things += lay(image, slides[int(rng.integers(len(slides)))], at, scale, rng)
    painted = paint(image, things, SLIDE_CLASSES, in_order=True)
    return Sample("tray", "pasted", image, *painted, int(slides[0].upright), tuple(things))


def lay(image: Image, slide: Sample, at: NDArray[np.float64], scale: float, rng: Generator) -> list[Thing]:
    """Paste a photograph of one slide, its middle at `at`, a little lighter or darker; answers what now lies there."""
    small = cv2.resize(slide.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    gain = np.exp(rng.normal(0, 0.06) + rng.normal(0, 0.02, 3))
    small = np.clip(small * gain, 0, 255).astype(np.uint8)
    left, top = (round(float(v)) for v in at - np.array(small.shape[1::-1]) / 2)
    x, y = max(left, 0), max(top, 0)
    part = small[y - top : image.shape[0] - top, x - left : image.shape[1] - left]
    image[y : y + part.shape[0], x : x + part.shape[1]] = part
    factor = np.array(small.shape[1::-1]) / np.array(slide.image.shape[1::-1])
    shift = np.array([left, top])
    return [(name, (polygon * factor + shift).astype(np.float32)) for name, polygon in slide.things]


def _share(sample: Sample) -> float:
    """How much of the photograph its slide fills, by its outline."""
    outline = next(polygon for name, polygon in sample.things if name == "slide")
    return float(cv2.contourArea(outline) / (sample.image.shape[0] * sample.image.shape[1]))
