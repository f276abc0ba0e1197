"""Glass under the camera: slides, coverslips with their mounting medium, bubbles and cracks.

Glass is seen by its edges, its shadow and a faint veil; what lies under it shines through.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.canvas import SHIFT, Array, Canvas, Colour, Thing, fixed, rectangle, through
from engines.drawing.leaf import blob, smooth, wander
from engines.drawing.paper import textured

Matrix = NDArray[np.float64]
MEDIA: tuple[Colour, ...] = (
    (238, 236, 222), (236, 226, 178), (226, 196, 110), (196, 146, 60), (150, 100, 46), (214, 208, 190), (190, 200, 196),
)  # fmt: skip
"""Mounting media from clear over aged balsam to burnt sugar."""
SEALS: tuple[Colour, ...] = (
    (24, 22, 22), (96, 66, 34), (180, 140, 60), (225, 222, 214), (120, 30, 28), (60, 60, 64), (205, 180, 120),
)  # fmt: skip
"""Varnish rings."""


@dataclass(frozen=True, slots=True)
class Pane:
    """How a slide's glass looks: `veil` 0..1 of `tint` over what lies below; edges `edge_mm` wide, lighter or darker by
    `light` and `dark` (opacity 0..1)."""

    tint: Colour
    veil: float
    edge_mm: float
    light: float
    dark: float
    lift_mm: float


def any_pane(rng: Generator) -> Pane:
    """From window glass on a light table to thick greenish or yellowed glass."""
    tint = np.clip(np.array([226, 232, 228]) + rng.normal(0, 10, 3), 0, 255)
    if rng.random() < 0.25:
        tint = tint * np.array([1.0, 0.93, 0.72])
    veil = float(
        rng.choice([rng.uniform(0.0, 0.12), rng.uniform(0.1, 0.4), rng.uniform(0.4, 0.85)], p=[0.45, 0.35, 0.2])
    )
    r, g, b = (float(v) for v in tint)
    edge, light, dark = rng.uniform(0.25, 1.1), rng.uniform(0.1, 0.8), rng.uniform(0.1, 0.7)
    return Pane((r, g, b), veil, float(edge), float(light), float(dark), float(rng.uniform(0.2, 1.2)))


def line(canvas: Canvas, points: Array, width_mm: float, colour: Colour, opacity: float, *, closed: bool) -> None:
    """A line (photo px) over the picture; thinner than a pixel it only gets fainter. The class map stays."""
    wide = width_mm * canvas.px_per_mm
    at = canvas.window(points, wide + 2)
    if at is None:
        return
    mask = np.zeros(canvas.class_map[at].shape, np.uint8)
    origin = np.array([at[1].start, at[0].start], np.float32)
    cv2.polylines(mask, [fixed(points - origin)], closed, (255,), max(1, round(wide)), cv2.LINE_AA, SHIFT)
    canvas.blend(at, (mask * np.float32(min(1.0, opacity * min(1.0, wide)))).astype(np.uint8), colour, None)


def slide(canvas: Canvas, pose: Matrix, size_mm: tuple[float, float], pane: Pane, rng: Generator) -> Array:
    """A bare slide: shadow, veil, ground edges, perhaps a chipped corner. Answers its corners, photo px."""
    corners = through(pose, rectangle(*size_mm))
    canvas.shade(corners, pane.lift_mm, float(rng.uniform(0.1, 0.5)))
    at = canvas.window(corners)
    if at is not None:
        cover = canvas.coverage([corners], at)
        veil = textured(cover.shape[0], cover.shape[1], pane.tint, rng, float(rng.uniform(0.5, 2.5)))
        canvas.blend(at, (cover * np.float32(pane.veil)).astype(np.uint8), veil, None)
        canvas.class_map[at][cover > 127] = canvas.classes.index("slide")
    inner = through(pose, rectangle(size_mm[0] - pane.edge_mm, size_mm[1] - pane.edge_mm))
    turned = int(rng.integers(4))
    for n in range(4):
        side = np.stack([inner[n], inner[(n + 1) % 4]])
        bright = (n - turned) % 4 < 2
        colour: Colour = (248, 250, 248) if bright else (44, 52, 50)
        line(canvas, side, pane.edge_mm, colour, pane.light if bright else pane.dark, closed=False)
    canvas.things.append(Thing("slide", corners))
    return corners


def frosted(canvas: Canvas, corners: Array, colour: Colour, opacity: float, rng: Generator) -> None:
    """A ground or painted end of the slide, photo px; it is part of the glass."""
    at = canvas.window(corners)
    if at is not None:
        cover = canvas.coverage([corners], at)
        paint = textured(cover.shape[0], cover.shape[1], colour, rng, float(rng.uniform(1, 4)))
        canvas.blend(at, (cover * np.float32(opacity)).astype(np.uint8), paint, None)


def ellipse(w_mm: float, h_mm: float) -> Array:
    """Forty points round the origin."""
    a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([np.cos(a) * w_mm / 2, np.sin(a) * h_mm / 2], axis=1).astype(np.float32)


def coverslip(canvas: Canvas, pose: Matrix, outline: Array, rng: Generator) -> None:
    """Medium, seal and edge of a coverslip with this outline (mm); the specimen is laid on it, not under it. A label
    under it is still a label to the eye: so the truth says, as people annotate it."""
    polygon = through(pose, outline)
    at = canvas.window(polygon)
    if at is not None:
        medium = MEDIA[int(rng.integers(len(MEDIA)))]
        strength = float(rng.uniform(0.03, 0.25) if rng.random() < 0.5 else rng.uniform(0.25, 0.9))
        cover = canvas.coverage([polygon], at)
        spread = cover
        if rng.random() < 0.35:  # the medium has not run everywhere, or has run out
            reach = 0.5 * float(np.abs(outline).max()) * rng.uniform(1.2, 2.2)
            spread = canvas.coverage([through(pose, smooth(blob(np.zeros(2, np.float32), float(reach), rng, 14)))], at)
        paint = textured(cover.shape[0], cover.shape[1], medium, rng, float(rng.uniform(0.5, 4)))
        canvas.blend(at, (spread * np.float32(strength)).astype(np.uint8), paint, None)
        bare = canvas.class_map[at] != canvas.classes.index("label")
        canvas.class_map[at][(cover > 127) & bare] = canvas.classes.index("coverslip")
    seals = int(rng.choice([0, 1, 2, 3], p=[0.45, 0.3, 0.15, 0.1]))
    inset = 0.0
    for _ in range(seals):
        wide = float(rng.uniform(0.3, 2.4))
        inset += wide / 2
        ring = through(pose, outline * np.float32(max(0.2, 1 - inset / max(float(np.abs(outline).max()), 1))))
        line(canvas, ring, wide, SEALS[int(rng.integers(len(SEALS)))], float(rng.uniform(0.25, 1)), closed=True)
        inset += wide / 2 + float(rng.uniform(0, 1.5))
    grey = float(rng.choice([35, 90, 250]))
    line(canvas, polygon, float(rng.uniform(0.1, 0.4)), (grey, grey, grey), float(rng.uniform(0.15, 0.9)), closed=True)
    labels = [n for n, thing in enumerate(canvas.things) if thing.name == "label"]
    under = [n for n in labels if cv2.intersectConvexConvex(cv2.convexHull(canvas.things[n].polygon), polygon)[0] > 0]
    canvas.things.insert(min(under, default=len(canvas.things)), Thing("coverslip", polygon))


def bubbles(canvas: Canvas, pose: Matrix, room_mm: float, count: int, rng: Generator) -> None:
    """Air under the coverslip: dark rims round a lighter middle."""
    for _ in range(count):
        x, y = rng.uniform(-0.45, 0.45, 2) * room_mm
        size = float(np.exp(rng.normal(np.log(0.06 * room_mm), 0.6)))
        rim = through(pose, ellipse(size, size * float(rng.uniform(0.8, 1.2))) + np.array([x, y], np.float32))
        at = canvas.window(rim)
        if at is not None:
            cover = canvas.coverage([rim], at)
            canvas.blend(at, (cover * np.float32(0.4)).astype(np.uint8), (240, 240, 236), None)
        line(canvas, rim, 0.12 * size, (40, 36, 30), float(rng.uniform(0.4, 1)), closed=True)


def crack(canvas: Canvas, pose: Matrix, size_mm: tuple[float, float], rng: Generator) -> Array:
    """A crack from side to side, white with a dark lip. Answers its line, photo px (n, 2)."""
    w, h = size_mm
    across = w <= h
    start = np.array([-w / 2, rng.uniform(-0.4, 0.4) * h] if across else [rng.uniform(-0.4, 0.4) * w, h / 2])
    heading = (90.0 if across else 0.0) + rng.normal(0, 18)
    length = (w if across else h) * float(rng.uniform(0.6, 1.1))
    points = through(pose, wander(start.astype(np.float32), float(heading), length, rng, 14, 7))
    opacity = float(rng.uniform(0.5, 1))
    line(canvas, points + np.float32(0.2 * canvas.px_per_mm), 0.25, (60, 58, 54), opacity * 0.7, closed=False)
    line(canvas, points, float(rng.uniform(0.15, 0.6)), (246, 246, 240), opacity, closed=False)
    return points
