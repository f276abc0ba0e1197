"""Faults of known severity put into a photograph. Pure functions: uint8 (h, w, 3) RGB in, a new one of that kind out.

Each raises ValueError where the photograph does not allow it: no background, no chart, a side that is cut already.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.bench.defects.background import filled, mixed, plate
from station.bench.defects.frames import Frame, Polygon
from station.measure import focus
from station.types import Image, Region

SIDES = ("top", "right", "bottom", "left")
CARD = (196, 178, 148)
"""Colour of the card that covers half a chart: brown paper, sRGB."""
LETTERS_PX, LEAST_LETTERS_PX = 512, 10.0
"""Part of a label in which its letters are measured; smaller ones cannot be read anyway."""


def turned(frame: Frame, deg: float) -> Image:
    """The whole scene turned clockwise by `deg` on its own background; the frame grows where the sheet needs it."""
    h, w = frame.image.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), -deg, 1.0)
    ring = frame.objects["sheet"][0]
    moved = ring @ matrix[:, :2].T.astype(np.float32) + matrix[:, 2].astype(np.float32)
    gap = min(float(ring.min()), w - float(ring[:, 0].max()), h - float(ring[:, 1].max()))
    low, high = moved.min(axis=0), moved.max(axis=0)
    pad = np.ceil(np.maximum(0, max(gap, 0) - np.minimum(low, (w, h) - high))).astype(int)
    under = plate(frame.image, frame.outside, (int(pad[0]), int(pad[1])))
    matrix[:, 2] += pad
    size = under.shape[1], under.shape[0]
    over = cv2.warpAffine(frame.image, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpAffine(np.full((h, w), 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    return mixed(under, np.asarray(over, np.uint8), cv2.erode(share, np.ones((5, 5), np.uint8)))


def quarter_turned(frame: Frame, deg: float) -> Image:
    """The photograph turned clockwise by 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(frame.image, -round(deg / 90)))


def cropped(frame: Frame, side: str, share: float) -> Image:
    """The frame cut so that `share` of the sheet's extent is lost at `side`; that side must have been visible."""
    ring, (h, w) = frame.objects["sheet"][0], frame.image.shape[:2]
    (left, top), (right, bottom) = ring.min(axis=0), ring.max(axis=0)
    lost = share * ((bottom - top) if side in ("top", "bottom") else (right - left))
    gap = {"top": top, "left": left, "right": w - right, "bottom": h - bottom}[side]
    if gap < 0.006 * max(w, h):
        raise ValueError(f"the sheet's {side} is not visible")
    cut = round(float(gap + lost))
    x, y = (cut if side == "left" else 0), (cut if side == "top" else 0)
    return np.ascontiguousarray(
        frame.image[y : h - (cut if side == "bottom" else 0), x : w - (cut if side == "right" else 0)]
    )


def without(frame: Frame, name: str) -> Image:
    """Every object of the class painted over with what surrounds it."""
    image = frame.image.copy()
    for polygon in _all(frame, name):
        filled(image, polygon)
    return image


def cropped_off(frame: Frame, name: str) -> Image:
    """The frame cut so that no object of the class is left in it, where that leaves the whole sheet."""
    points, sheet = np.concatenate(_all(frame, name)), frame.objects["sheet"][0]
    h, w = frame.image.shape[:2]
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    kept = {
        "top": (0, float(bottom), w, h), "left": (float(right), 0, w, h), "bottom": (0, 0, w, float(top)),
        "right": (0, 0, float(left), h),
    }  # fmt: skip
    low, high = sheet.min(axis=0), sheet.max(axis=0)
    for x0, y0, x1, y1 in kept.values():
        if x0 < low[0] and y0 < low[1] and x1 > high[0] and y1 > high[1]:
            return np.ascontiguousarray(frame.image[round(y0) : round(y1), round(x0) : round(x1)])
    raise ValueError(f"the {name} cannot be cropped off without the sheet")


def half_covered(frame: Frame, name: str, share: float) -> Image:
    """A card laid over `share` of each object's length, a little wider than the object."""
    image = frame.image.copy()
    for polygon in _all(frame, name):
        corners = cv2.boxPoints(cv2.minAreaRect(polygon))
        sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
        corners = np.roll(corners, -int(sides[1] > sides[0]), axis=0)  # the first side is a long one
        a, b, c, d = corners
        wide = 0.3 * (d - a)
        card = np.array([a - wide, a + share * (b - a) - wide, d + share * (c - d) + wide, d + wide])
        cv2.fillConvexPoly(image, np.round(card).astype(np.int32), CARD, cv2.LINE_AA)
    return image


def _all(frame: Frame, name: str) -> tuple[Polygon, ...]:
    polygons = frame.objects.get(name, ())
    if not polygons:
        raise ValueError(f"there is no {name}")
    return polygons


def blurred(image: Image, kernel: NDArray[np.float32]) -> Image:
    """Convolved with `kernel`, float32 that sums to 1; the border is mirrored."""
    return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101), np.uint8)


def letters_px(frame: Frame) -> float:
    """Height of the small letters on the largest label, px."""
    ring = _largest_label(frame)
    outline = Region("label", ring, float(cv2.contourArea(ring)), 1.0)
    cut = frame.image[outline.box.y : outline.box.y + outline.box.h, outline.box.x : outline.box.x + outline.box.w]
    height = focus.x_height(focus.written(np.asarray(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY), np.uint8), LETTERS_PX))
    if height is None or height < LEAST_LETTERS_PX:
        raise ValueError("the letters of the largest label are too small, or too few")
    return height


def _largest_label(frame: Frame) -> Polygon:
    return max(_all(frame, "label"), key=lambda p: float(cv2.contourArea(p)))


def label_blurred(frame: Frame, kernel: NDArray[np.float32]) -> Image:
    """The largest label alone blurred, its edge feathered by the blur itself."""
    ring = _largest_label(frame)
    h, w = frame.image.shape[:2]
    reach = kernel.shape[0]
    x0, y0 = np.maximum(np.floor(ring.min(axis=0)).astype(int) - 2 * reach, 0)
    x1, y1 = np.minimum(np.ceil(ring.max(axis=0)).astype(int) + 2 * reach, (w, h))
    image, cut = frame.image.copy(), frame.image[y0:y1, x0:x1]
    share = np.zeros(cut.shape[:2], np.uint8)
    cv2.fillPoly(share, [np.round(ring - (x0, y0)).astype(np.int32)], 255)
    image[y0:y1, x0:x1] = mixed(cut, blurred(cut, kernel), share)
    return image


def disc(radius_px: float) -> NDArray[np.float32]:
    """The kernel of a lens out of focus: a disc, its rim anti-aliased."""
    reach = int(np.ceil(radius_px))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius_px + 0.5 - np.hypot(x, y), 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def bell(sigma_px: float) -> NDArray[np.float32]:
    """A Gaussian kernel."""
    line = cv2.getGaussianKernel(2 * int(np.ceil(3 * sigma_px)) + 1, sigma_px)
    return np.asarray(line @ line.T, np.float32)


def streak(length_px: float, deg: float) -> NDArray[np.float32]:
    """The kernel of a movement: a line of `length_px` at `deg` from the horizontal."""
    side = 2 * int(np.ceil(length_px / 2)) + 3
    kernel, middle = np.zeros((side, side), np.float32), side // 2
    for along in np.linspace(-length_px / 2, length_px / 2, 8 * side):
        x, y = middle + along * np.cos(np.radians(deg)), middle + along * np.sin(np.radians(deg))
        i, j = int(np.floor(y)), int(np.floor(x))
        for row, column in ((i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)):
            kernel[row, column] += (1 - abs(y - row)) * (1 - abs(x - column))
    return np.asarray(kernel / kernel.sum(), np.float32)


def exposed(image: Image, stops: float) -> Image:
    """More (positive) or less light, in stops of linear light; what does not fit is clipped."""
    return np.asarray(cv2.LUT(image, _curve(2.0**stops)), np.uint8)


def cast(image: Image, per_cent: float) -> Image:
    """Warmer light: so much more red and less blue, in linear light."""
    gains = (1 + per_cent / 100, 1.0, 1 - per_cent / 100)
    return np.asarray(cv2.LUT(image, np.stack([_curve(g) for g in gains], axis=-1)[:, None]), np.uint8)


def uneven(image: Image, per_cent: float) -> Image:
    """Light that falls off from left to right by `per_cent` in all, in linear light."""
    columns = 1 - per_cent / 100 * np.linspace(0, 1, image.shape[1], dtype=np.float32)
    done = np.empty_like(image)
    for start in range(0, len(image), 512):
        rows = _DECODED[image[start : start + 512]] * columns[None, :, None]
        done[start : start + 512] = _encoded(rows)
    return done


def black_lines(image: Image, rows: int) -> Image:
    """`rows` rows black, a third from the top: a transfer that lost a part."""
    done = image.copy()
    start = len(image) // 3
    done[start : start + rows] = 0
    return done


def _encoded(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    low = linear <= 0.0031308
    value = np.where(low, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return np.clip(value * 255 + 0.5, 0, 255).astype(np.uint8)


def _curve(gain: float) -> NDArray[np.uint8]:
    return _encoded(_DECODED * np.float32(gain))


def _decoded() -> NDArray[np.float32]:
    """sRGB 0..255 -> linear light 0..1 (IEC 61966-2-1)."""
    v = np.arange(256, dtype=np.float32) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


_DECODED = _decoded()
