"""The copy stand: a frame in millimetres, a sheet lying in it, and the ways of putting things on both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict, Unpack

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engines.drawing.canvas import SHIFT, Array, Canvas, Colour, Pixels, Thing, fixed, moved, rectangle, through
from engines.drawing.carrier import Carrier
from engines.drawing.paper import aged, textured
from engines.drawing.plant import Blade

Matrix = NDArray[np.float64]


class How(TypedDict, total=False):
    """The options of Canvas.paste."""

    text: str
    alpha: Pixels | None
    outline: Array | None
    lift_mm: float
    blur_px: float
    ink: bool


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

    def put(self, tile: Pixels, name: str, x: float, y: float, turn_deg: float = 0.0, **how: Unpack[How]) -> None:
        """Paste a tile on the sheet with its centre at (x, y) mm and remember the place."""
        self.canvas.paste(tile, self.sheet @ moved(x, y, turn_deg), name, **how)
        h, w = tile.shape[0] / self.k, tile.shape[1] / self.k
        self.taken.append((x, y, h, w) if 45 < abs(turn_deg) % 180 < 135 else (x, y, w, h))

    def put_carrier(self, carrier: Carrier, pose: Matrix) -> None:
        """A carrier's rows from top to bottom, its middle on the pose, its card behind."""
        k, gap = self.k, carrier.gap_mm
        w, h = carrier.size_mm(k)
        if carrier.colour is not None:
            card = through(pose, rectangle(w + 4, h + 3))
            self.canvas.shade(card, 0.6, 0.35)
            self.canvas.fill(card, carrier.colour, None)
        y = -h / 2
        for row in carrier.rows:
            high = max(piece.tile.shape[0] for piece in row) / k
            x = -w / 2
            for tile, name in row:
                wide = tile.shape[1] / k
                self.canvas.paste(
                    tile, pose @ moved(x + wide / 2, y + high / 2), name, lift_mm=0.0 if carrier.colour else 0.6
                )
                x += wide + gap
            y += high + gap

    def lay_sheet(self, colour: Colour, strength: float, *, old: bool = False) -> None:
        """The mounting sheet with its shadow and grain; an old one may be stained."""
        corners = through(self.sheet, rectangle(*self.sheet_mm))
        canvas = self.canvas
        canvas.shade(corners, 2.0, 0.5)
        at = canvas.window(corners)
        if at is not None:
            sheet = textured(at[0].stop - at[0].start, at[1].stop - at[1].start, colour, self.rng, strength)
            canvas.blend(at, canvas.coverage([corners], at), aged(sheet, self.rng) if old else sheet, "sheet")
        canvas.things.append(Thing("sheet", corners))

    def tape_down(self, x: float, y: float) -> None:
        """A strip of gummed paper or clear tape over the plant at (x, y) mm."""
        rng = self.rng
        strip = through(
            self.sheet @ moved(x, y, float(rng.uniform(0, 180))), rectangle(rng.uniform(12, 45), rng.uniform(2, 6))
        )
        at = self.canvas.window(strip)
        if at is None:
            return
        clear = rng.random() < 0.3
        cover = self.canvas.coverage([strip], at)
        on_sheet = np.where(self.canvas.class_map[at] > 0, cover, 0).astype(np.uint8)
        light = float(rng.uniform(190, 250))
        self.canvas.blend(
            at, on_sheet // 4 if clear else on_sheet, (light, light * 0.98, light * 0.9), None if clear else "sheet"
        )

    def press(self, blades: list[Blade], pose: Matrix, join_mm: float = 2.0) -> None:
        """Lay a plant on the sheet: shadow first, then the blades, then mottling over all of it. Pieces within
        `join_mm` count as one."""
        canvas, rng = self.canvas, self.rng
        lengths = np.cumsum([len(blade.outline) for blade in blades])[:-1]
        every = through(pose, np.concatenate([blade.outline for blade in blades]))
        at = canvas.window(every, 3 * canvas.px_per_mm + 4)
        if at is None:
            return
        origin = np.array([at[1].start, at[0].start], np.float32)
        outlines = np.split(fixed(every - origin), lengths)
        cover = np.zeros(canvas.class_map[at].shape, np.uint8)
        for outline in outlines:
            cv2.fillPoly(cover, [outline], (255,), cv2.LINE_AA, SHIFT)
        canvas.darken(at, cover, float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.2, 0.5)))
        picture = canvas.image[at].copy()
        for blade, outline in zip(blades, outlines, strict=True):
            dye(picture, outline, blade)
        mottle = textured(picture.shape[0], picture.shape[1], (225, 225, 225), rng, float(rng.uniform(6, 16)))
        picture = cv2.multiply(picture, mottle, scale=1 / 225)
        canvas.blend(at, cover, np.asarray(picture, np.uint8), "specimen")
        self._note_specimens(cover, origin, join_mm)

    def _note_specimens(self, cover: Pixels, origin: Array, join_mm: float) -> None:
        """One thing for each connected piece of plant (pieces within `join_mm` count as one), but no crumbs."""
        scale = min(1.0, 600 / max(cover.shape))
        radius = max(1, round(join_mm / 2 * self.canvas.px_per_mm * scale))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
        small = cv2.resize(cover, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = cv2.copyMakeBorder(small, *(radius + 1,) * 4, cv2.BORDER_CONSTANT, value=0)
        grown = cv2.dilate((small > 20).astype(np.uint8), kernel)
        contours, _ = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            if cv2.contourArea(contour) > 30 * radius * radius or len(contours) == 1:
                points = (contour.reshape(-1, 2).astype(np.float32) - (radius + 1)) / scale + origin
                self.canvas.things.append(Thing("specimen", points))


def dye(picture: Pixels, outline: NDArray[np.int32], blade: Blade) -> None:
    """Fill one blade (fixed-point pixels), thinned by its opacity."""
    if blade.opacity >= 1:
        cv2.fillPoly(picture, [outline], blade.colour, cv2.LINE_AA, SHIFT)
        return
    low = np.maximum((outline.min(axis=0) >> SHIFT) - 1, 0)
    high = (outline.max(axis=0) >> SHIFT) + 2
    part = picture[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
    if part.size == 0:
        return
    wet = part.copy()
    cv2.fillPoly(wet, [outline - (low << SHIFT).astype(np.int32)], blade.colour, cv2.LINE_AA, SHIFT)
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
