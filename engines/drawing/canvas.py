"""The painter's ground: whatever is painted on the picture is written into the class map by the same stroke.

Objects are placed in millimetres. A 3x3 matrix ("pose") takes an object's own millimetres to photo pixels; straight
objects come as a tile (a small RGB picture of the object, SUPERSAMPLE times finer than the photo), plants as polygons.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES = (
    "background",
    "sheet",
    "specimen",
    "label",
    "barcode",
    "colour_chart",
    "scale_bar",
    "stamp",
    "packet",
    "foreign_object",
)
"""The classes of the profile herbarium-sheet; the index is the id in a class map."""
SLIDE_CLASSES = (
    "background",
    "slide",
    "specimen",
    "label",
    "barcode",
    "colour_chart",
    "scale_bar",
    "type_marker",
    "coverslip",
    "foreign_object",
)
"""The classes of the profile microscope-slide."""

SUPERSAMPLE = 2
SHIFT = 4
Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Thing:
    """One drawn object. `polygon` float32 (n, 2), photo px, the whole object even where others cover it or the frame
    cuts it. `text` is what is written on it. `blur_px` is the standard deviation of blur put on this object alone."""

    name: str
    polygon: Array
    text: str = ""
    blur_px: float = 0.0


def moved(x: float, y: float, turn_deg: float = 0.0) -> NDArray[np.float64]:
    """3x3: turn clockwise (y points down) by `turn_deg`, then move to (x, y)."""
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    return np.array([[c, -s, x], [s, c, y], [0, 0, 1]])


def through(matrix: NDArray[np.float64], points: NDArray[np.floating]) -> Array:
    """Points (n, 2) through a 3x3 projective matrix."""
    flat = np.asarray(points, np.float64).reshape(-1, 2) @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(flat[:, :2] / flat[:, 2:], np.float32)


def rectangle(w: float, h: float) -> Array:
    """The four corners of a rectangle round the origin, clockwise from the top-left."""
    return np.array([[-w, -h], [w, -h], [w, h], [-w, h]], np.float32) * np.float32(0.5)


@dataclass(slots=True)
class Canvas:
    """Picture uint8 (h, w, 3) RGB, class map uint8 (h, w) and the things painted so far, in painting order."""

    image: Pixels
    class_map: Pixels
    px_per_mm: float
    light: tuple[float, float] = (0.6, 0.8)
    things: list[Thing] = field(default_factory=list)
    classes: tuple[str, ...] = CLASSES

    @property
    def tile_px_per_mm(self) -> float:
        """How finely tiles must be drawn."""
        return self.px_per_mm * SUPERSAMPLE

    def window(self, points: Array, spread: float = 2.0) -> tuple[slice, slice] | None:
        """The part of the picture that holds `points` and `spread` pixels round them; None when all are outside."""
        height, width = self.class_map.shape
        x0, y0 = np.maximum(np.floor(points.min(axis=0) - spread), 0).astype(int)
        x1, y1 = np.ceil(points.max(axis=0) + spread).astype(int) + 1
        x1, y1 = min(int(x1), width), min(int(y1), height)
        return None if x1 - x0 < 1 or y1 - y0 < 1 else (slice(int(y0), y1), slice(int(x0), x1))

    def coverage(self, polygons: list[Array], at: tuple[slice, slice]) -> Pixels:
        """How far each pixel of the window is covered by the union of the polygons: uint8, 255 = whole."""
        alpha = np.zeros((at[0].stop - at[0].start, at[1].stop - at[1].start), np.uint8)
        origin = np.array([at[1].start, at[0].start], np.float32)
        for polygon in polygons:
            cv2.fillPoly(alpha, [fixed(polygon - origin)], (255,), cv2.LINE_AA, SHIFT)
        return alpha

    def shade(self, polygon: Array, height_mm: float, depth: float) -> None:
        """The soft shadow of a thing with this outline lying `height_mm` above the paper; `depth` 0..1."""
        at = self.window(polygon, 4 * height_mm * self.px_per_mm + 4)
        if at is not None:
            self.darken(at, self.coverage([polygon], at), height_mm, depth)

    def darken(self, at: tuple[slice, slice], cover: Pixels, height_mm: float, depth: float) -> None:
        """The shadow of what covers the window. It is blurred at a quarter of the size where it is wide."""
        dx, dy = (side * height_mm * self.px_per_mm for side in self.light)
        sigma = max(0.4, height_mm * self.px_per_mm * 0.8)
        size = cover.shape[::-1]
        step = 4 if sigma > 6 else 1
        small = cover if step == 1 else cv2.resize(cover, (max(1, size[0] // step), max(1, size[1] // step)))
        small = cv2.GaussianBlur(small, (0, 0), sigma / step)
        shift = np.array([[size[0] / small.shape[1], 0, dx], [0, size[1] / small.shape[0], dy]], np.float32)
        keep = 255 - (cv2.warpAffine(small, shift, size) * np.float32(depth)).astype(np.uint8)
        self.image[at] = cv2.multiply(self.image[at], cv2.merge([keep, keep, keep]), scale=1 / 255)

    def blend(self, at: tuple[slice, slice], alpha: Pixels, paint: Pixels | Colour, name: str | None) -> None:
        """Lay paint over the window as far as `alpha` says; pixels more than half covered get the class `name`."""
        under = self.image[at]
        over = paint if isinstance(paint, np.ndarray) else np.full_like(under, np.array(paint).astype(np.uint8))
        a = cv2.merge([alpha, alpha, alpha])
        mixed = cv2.add(cv2.multiply(over, a, scale=1 / 255), cv2.multiply(under, 255 - a, scale=1 / 255))
        self.image[at] = mixed
        if name is not None:
            self.class_map[at][alpha > 127] = self.classes.index(name)

    def fill(self, polygon: Array, colour: Colour, name: str | None, *, record: bool = True) -> None:
        """A flat polygon (photo px); `record` also notes it as a thing."""
        at = self.window(polygon)
        if at is not None:
            self.blend(at, self.coverage([polygon], at), colour, name)
        if name is not None and record:
            self.things.append(Thing(name, polygon))

    def paste(
        self,
        tile: Pixels,
        pose: NDArray[np.float64],
        name: str | None,
        *,
        text: str = "",
        alpha: Pixels | None = None,
        outline: Array | None = None,
        lift_mm: float = 0.0,
        blur_px: float = 0.0,
        ink: bool = False,
    ) -> None:
        """Lay a tile (drawn at `tile_px_per_mm`, centre = origin of the pose) on the picture.

        `alpha` uint8 (h, w) of the tile thins the paint; `outline` (mm round the centre) cuts it to another shape than
        its rectangle; `ink` multiplies, as printing does, instead of covering; `lift_mm` gives a shadow.
        """
        h, w = tile.shape[:2]
        shape = rectangle(w, h) / self.tile_px_per_mm if outline is None else outline
        polygon = through(pose, shape)
        if lift_mm > 0:
            self.shade(polygon, lift_mm, 0.35)
        at = self.window(polygon, 2 + 3 * blur_px)
        if at is not None:
            self._lay(tile, pose, at, polygon, alpha, name, blur_px, ink)
        if name is not None:
            self.things.append(Thing(name, polygon, text, blur_px))

    def _lay(
        self,
        tile: Pixels,
        pose: NDArray[np.float64],
        at: tuple[slice, slice],
        polygon: Array,
        alpha: Pixels | None,
        name: str | None,
        blur_px: float,
        ink: bool,
    ) -> None:
        h, w = tile.shape[:2]
        k, s = self.tile_px_per_mm, SUPERSAMPLE
        to_mm = np.array([[1 / k, 0, (0.5 - w / 2) / k], [0, 1 / k, (0.5 - h / 2) / k], [0, 0, 1]])
        to_window = np.array([[s, 0, s * (0.5 - at[1].start) - 0.5], [0, s, s * (0.5 - at[0].start) - 0.5], [0, 0, 1]])
        size = ((at[1].stop - at[1].start) * s, (at[0].stop - at[0].start) * s)
        matrix = to_window @ pose @ to_mm
        half = (size[0] // s, size[1] // s)
        paint = cv2.warpPerspective(tile, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        paint = cv2.resize(paint, half, interpolation=cv2.INTER_AREA)
        cover = self.coverage([polygon], at)
        shown = cover
        if alpha is not None:
            thin = cv2.resize(cv2.warpPerspective(alpha, matrix, size), half, interpolation=cv2.INTER_AREA)
            shown = cv2.multiply(cover, thin, scale=1 / 255)
        if blur_px > 0:
            paint = cv2.GaussianBlur(paint, (0, 0), blur_px)
        if ink:
            paint = cv2.multiply(self.image[at], paint, scale=1 / 255)
        self.blend(at, shown, paint, None)
        if name is not None:
            self.class_map[at][cover > 127] = self.classes.index(name)


def fixed(points: Array) -> NDArray[np.int32]:
    """Pixel coordinates as OpenCV's fixed-point numbers with SHIFT fraction bits."""
    return np.round(points * (1 << SHIFT)).astype(np.int32)
