"""Things that do not belong to a sheet: weights, hands, tools, logos, photographs, what else lies on the bench."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.canvas import Array, Canvas, Colour, Pixels, Thing, through
from engines.drawing.leaf import smooth, stroke, wander
from engines.drawing.paper import textured
from engines.drawing.writing import any_face, pick, printed

Matrix = NDArray[np.float64]


def edge_point(frame_mm: tuple[float, float], rng: Generator) -> tuple[Array, float]:
    """A point on the frame's edge and the heading (degrees) straight into the frame."""
    w, h = frame_mm
    side, along = int(rng.integers(4)), rng.uniform(-0.45, 0.45)
    points = ((along * w, h / 2), (-w / 2, along * h), (along * w, -h / 2), (w / 2, along * h))
    return np.array(points[side], np.float32), 90.0 * side


def shape(canvas: Canvas, pose: Matrix, outline: Array, colour: Colour, lift_mm: float, rng: Generator) -> None:
    """A foreign object of one colour, grainy, with a shadow."""
    polygon = through(pose, outline)
    canvas.shade(polygon, lift_mm, 0.5)
    at = canvas.window(polygon)
    if at is not None:
        h, w = canvas.class_map[at].shape
        paint = textured(h, w, colour, rng, float(rng.uniform(1, 16)))
        canvas.blend(at, canvas.coverage([polygon], at), paint, "foreign_object")
    canvas.things.append(Thing("foreign_object", polygon))


def bar(canvas: Canvas, pose: Matrix, frame_mm: tuple[float, float], rng: Generator) -> None:
    """A straight bar or clamp reaching in from the edge: metal, wood or black."""
    start, inward = edge_point(frame_mm, rng)
    line = wander(start, inward + 180, 10, rng, 1, 2)[-1:]
    line = np.concatenate([line, wander(start, inward + rng.normal(0, 35), rng.uniform(15, 90), rng, 2, 4)])
    grey = rng.uniform(15, 190)
    colour = (grey, grey, grey) if rng.random() < 0.7 else (grey, grey * 0.75, grey * 0.5)
    width = rng.uniform(6, 30)
    shape(canvas, pose, stroke(line, width, width), colour, 2.0, rng)


def hand(
    canvas: Canvas, pose: Matrix, frame_mm: tuple[float, float], rng: Generator, glove: Colour | None = None
) -> None:
    """Fingers reaching in from the edge, bare or in a glove of some colour."""
    start, inward = edge_point(frame_mm, rng)
    tone = rng.uniform(0.35, 1.0)
    skin = (225 * tone, 170 * tone, 140 * tone) if glove is None else glove
    for n in range(int(rng.integers(1, 5))):
        beside = np.array([np.cos(np.radians(inward)), np.sin(np.radians(inward))], np.float32) * 19 * n
        line = wander(start + beside, inward + rng.normal(0, 6), rng.uniform(30, 75), rng, 12, 8)
        shape(canvas, pose, smooth(stroke(line, 19, 15)), skin, 2.5, rng)


def tool(canvas: Canvas, pose: Matrix, room_mm: tuple[float, float], rng: Generator) -> None:
    """A pencil, pin, brush or forceps lying about."""
    start = np.array([rng.uniform(-0.45, 0.45) * room_mm[0], rng.uniform(-0.45, 0.45) * room_mm[1]], np.float32)
    line = wander(start, rng.uniform(0, 360), rng.uniform(20, 150), rng, 1, 3)
    r, g, b = rng.uniform(20, 235, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(90, 210))
    width = rng.uniform(1.5, 8)
    shape(canvas, pose, stroke(line, width, width * rng.uniform(0.2, 1)), (float(r), float(g), float(b)), 2.0, rng)


def weight(canvas: Canvas, pose: Matrix, room_mm: tuple[float, float], rng: Generator) -> None:
    """A block or disc of metal, glass or cloth that holds something down."""
    a = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    round_ = np.stack([np.cos(a), np.sin(a)], axis=1)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    outline = (round_ if rng.random() < 0.5 else square) * rng.uniform(8, 30, 2)
    at = np.array([rng.uniform(-0.5, 0.5) * room_mm[0], rng.uniform(-0.5, 0.5) * room_mm[1]])
    r, g, b = rng.uniform(20, 200) * np.exp(rng.normal(0, 0.12, 3))
    colour = (float(min(r, 255)), float(min(g, 255)), float(min(b, 255)))
    shape(canvas, pose, (outline + at).astype(np.float32), colour, 4.0, rng)


def edging(canvas: Canvas, pose: Matrix, frame_mm: tuple[float, float], rng: Generator) -> None:
    """A strip of board, cloth or table that shows along one edge of the frame."""
    w, h = frame_mm
    deep = rng.uniform(3, 14)
    r, g, b = rng.uniform(40, 220, 3)
    x = (w / 2 - deep) * rng.choice([-1.0, 1.0])
    y0, y1 = np.sort(rng.uniform(-0.6, 0.6, 2)) * h
    far = np.sign(x) * w
    outline = np.array([[x, y0], [far, y0], [far, y1], [x + rng.normal(0, 1), y1]], np.float32)
    shape(canvas, pose, outline, (float(r), float(g), float(b)), 0.5, rng)


def logo(k: float, rng: Generator) -> Pixels:
    """A small white card with an emblem and a name."""
    w, h = round(rng.uniform(25, 60) * k), round(rng.uniform(12, 25) * k)
    tile = np.full((h, w, 3), rng.uniform(235, 255), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        r, g, b = rng.uniform(0, 230, 3)
        centre = (round(h * rng.uniform(0.3, 0.7)), round(h * rng.uniform(0.3, 0.7)))
        axes = (round(h * rng.uniform(0.1, 0.3)), round(h * rng.uniform(0.1, 0.3)))
        cv2.ellipse(tile, centre, axes, rng.uniform(0, 180), 0, 360, (r, g, b), -1, cv2.LINE_AA)
    r, g, b = rng.uniform(0, 120, 3)
    word = pick(rng, ["flora", "NATURA", "herbaria", "BioScan", "Museum"])
    printed(tile, [word], any_face(rng), min(0.35 * h, 1.4 * (w - h) / len(word)), (r, g, b), (0.95 * h, 0.3 * h))
    return tile


def snapshot(k: float, rng: Generator) -> Pixels:
    """A photograph glued to the sheet: blotches of green, brown and blue with a white border."""
    w, h = round(rng.uniform(50, 110) * k), round(rng.uniform(50, 110) * k)
    tile = np.zeros((h, w, 3), np.float32)
    for cells, weight_ in ((4, 1.0), (16, 0.6), (60, 0.35)):
        noise = rng.normal(0, 55, (cells, cells, 3)).astype(np.float32)
        tile += cv2.resize(noise, (w, h), interpolation=cv2.INTER_CUBIC) * np.float32(weight_)
    tile += np.array([105, 115, 85], np.float32)
    border = round(rng.uniform(0, 4) * k)
    picture = np.clip(tile, 0, 255).astype(np.uint8)
    return cv2.rectangle(picture, (0, 0), (w - 1, h - 1), (248, 248, 244), 2 * border + 1) if border else picture
