"""The copy stand: a frame in millimetres, a sheet lying in it, and the ways of putting things on both."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.canvas import Array, Canvas, Colour, Pixels, Thing, moved, rectangle, through
from engines.drawing.chart import Piece
from engines.drawing.paper import textured
from engines.drawing.plant import Blade

Matrix = NDArray[np.float64]


@dataclass(slots=True)
class Bench:
    """`bench` and `sheet` are poses: bench (or sheet) millimetres, origin in the middle, to photo pixels."""

    canvas: Canvas
    rng: Generator
    bench: Matrix
    sheet: Matrix
    frame_mm: tuple[float, float]
    sheet_mm: tuple[float, float]
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    @property
    def k(self) -> float:
        """Tile pixels per millimetre."""
        return self.canvas.tile_px_per_mm

    def free(self, x: float, y: float, w: float, h: float) -> bool:
        """Is this place on the sheet (centre and size, mm) clear of what was put there before?"""
        return not any(abs(x - a) < (w + c) / 2 - 0.5 and abs(y - b) < (h + d) / 2 - 0.5 for a, b, c, d in self.taken)

    def put(self, tile: Pixels, name: str, x: float, y: float, turn_deg: float = 0.0, **how: object) -> None:
        """Paste a tile on the sheet with its centre at (x, y) mm and remember the place."""
        self.canvas.paste(tile, self.sheet @ moved(x, y, turn_deg), name, **how)  # type: ignore[arg-type]
        h, w = tile.shape[0] / self.k, tile.shape[1] / self.k
        self.taken.append((x, y, h, w) if abs(turn_deg) % 180 > 45 else (x, y, w, h))

    def put_row(self, pieces: list[Piece], pose: Matrix, carrier: Colour | None) -> None:
        """Pieces side by side along x, centred on the pose; a carrier of its own colour behind them if wanted."""
        widths = [piece.tile.shape[1] / self.k for piece in pieces]
        high = max(piece.tile.shape[0] / self.k for piece in pieces)
        if carrier is not None:
            self.canvas.fill(through(pose, rectangle(sum(widths) + 4, high + 4)), carrier, None)
        x = -sum(widths) / 2
        for piece, width in zip(pieces, widths, strict=True):
            self.canvas.paste(piece.tile, pose @ moved(x + width / 2, 0), piece.name, lift_mm=0.6)
            x += width

    def lay_sheet(self, colour: Colour, strength: float) -> None:
        """The mounting sheet with its shadow and grain."""
        corners = through(self.sheet, rectangle(*self.sheet_mm))
        canvas = self.canvas
        canvas.shade([corners], 2.0, 0.5)
        at = canvas.window(corners)
        if at is None:
            return
        paper = textured(at[0].stop - at[0].start, at[1].stop - at[1].start, colour, self.rng, strength)
        canvas.blend(at, canvas.coverage([corners], at), paper, "sheet")
        canvas.things.append(Thing("sheet", corners))

    def press(self, blades: list[Blade], pose: Matrix) -> None:
        """Lay a plant on the sheet: shadow first, then the blades, then mottling over all of it."""
        canvas = self.canvas
        outlines = [through(pose, blade.outline) for blade in blades]
        every = np.concatenate(outlines)
        at = canvas.window(every, 0.02 * len(canvas.image))
        if at is None:
            return
        canvas.shade(outlines, float(self.rng.uniform(0.4, 1.0)), float(self.rng.uniform(0.2, 0.5)))
        cover = canvas.coverage(outlines, at)
        origin = np.array([at[1].start, at[0].start], np.float32)
        picture = canvas.image[at].copy()
        for blade, outline in zip(blades, outlines, strict=True):
            dye(picture, outline - origin, blade)
        mottle = textured(picture.shape[0], picture.shape[1], (225, 225, 225), self.rng, 14)
        picture = cv2.multiply(picture, mottle, scale=1 / 225)
        canvas.blend(at, cover, np.asarray(picture, np.uint8), "specimen")
        self._note_specimens(cover, origin)

    def _note_specimens(self, cover: Pixels, origin: Array) -> None:
        """One thing for each connected piece of plant (pieces within 2 mm count as one), smallest crumbs left out."""
        scale = min(1.0, 600 / max(cover.shape))
        radius = max(1, round(self.canvas.px_per_mm * scale))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
        small = cv2.resize(cover, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = cv2.copyMakeBorder(small, *(radius + 1,) * 4, cv2.BORDER_CONSTANT, value=0)
        grown = cv2.dilate((small > 20).astype(np.uint8), kernel)
        contours, _ = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            if cv2.contourArea(contour) > 30 * radius * radius or len(contours) == 1:
                points = (contour.reshape(-1, 2).astype(np.float32) - (radius + 1)) / scale + origin
                self.canvas.things.append(Thing("specimen", points))


def dye(picture: Pixels, outline: Array, blade: Blade) -> None:
    """Fill one blade, thinned by its opacity."""
    points = np.round(outline * 16).astype(np.int32)
    if blade.opacity >= 1:
        cv2.fillPoly(picture, [points], blade.colour, cv2.LINE_AA, 4)
        return
    low = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 1, 0)
    high = np.ceil(outline.max(axis=0)).astype(int) + 2
    part = picture[low[1] : high[1], low[0] : high[0]]
    if part.size == 0:
        return
    wet = part.copy()
    cv2.fillPoly(wet, [points - (low * 16).astype(np.int32)], blade.colour, cv2.LINE_AA, 4)
    part[:] = cv2.addWeighted(wet, blade.opacity, part, 1 - blade.opacity, 0)


def camera_over(
    frame_mm: tuple[float, float], long_side_px: int, upright_deg: int, tilt: Array
) -> tuple[Matrix, tuple[int, int], float]:
    """(bench mm -> photo px, photo (width, height), px per mm). `tilt` (4, 2): shifts of the frame's corners, px of
    a frame 1 px wide, for perspective."""
    k = long_side_px / max(frame_mm)
    w, h = (max(16, round(side * k)) for side in frame_mm)
    to_px = np.array([[k, 0, (w - 1) / 2], [0, k, (h - 1) / 2], [0, 0, 1]])
    if tilt.any():
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        to_px = cv2.getPerspectiveTransform(corners, (corners + tilt * w).astype(np.float32)) @ to_px
    turn = {
        0: np.eye(3),
        90: np.array([[0, 1, 0], [-1, 0, w - 1], [0, 0, 1]]),
        180: np.array([[-1, 0, w - 1], [0, -1, h - 1], [0, 0, 1]]),
        270: np.array([[0, -1, h - 1], [1, 0, 0], [0, 0, 1]]),
    }[upright_deg]
    return turn @ to_px, ((h, w) if upright_deg % 180 else (w, h)), k
