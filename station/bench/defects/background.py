"""What lies under a thing that a seeded fault uncovers: the table, or the paper round a chart."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.types import Image

SIDE = 512
"""Long side at which the background's slow course is estimated, pixels."""
GRAIN = 64
"""Side of the tile of grain taken from the photograph, pixels."""
ALIKE = 30
"""Grey levels from the median within which a pixel counts as the usual surroundings."""
ROWS = 512
"""Rows worked on at once, so that a photograph of 68 megapixels needs no gigabytes of floats."""


def plate(image: Image, outside: NDArray[np.bool_], pad: tuple[int, int]) -> Image:
    """The background without anything on it, `pad` = (x, y) pixels larger on every side.

    image uint8 (h, w, 3); outside bool (h', w') of any size, true where only background lies. Its slow course is the
    mean of the background near each place, its grain that of the photograph. Raises ValueError without background.
    """
    h, w = image.shape[:2]
    k = min(1.0, SIDE / max(h, w))
    size = max(8, round(w * k)), max(8, round(h * k))
    seen = cv2.resize(outside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    seen = cv2.erode((seen > 0.99).astype(np.float32), np.ones((5, 5)))
    if not seen.any():
        raise ValueError("no background is seen")
    slow = _course(cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32), seen)
    wide = cv2.resize(np.clip(slow + 0.5, 0, 255).astype(np.uint8), (w, h), interpolation=cv2.INTER_LINEAR)
    wide = cv2.copyMakeBorder(wide, pad[1], pad[1], pad[0], pad[0], cv2.BORDER_REPLICATE)
    tile = _grain(image, outside)
    for start in range(0, len(wide), ROWS):
        part = wide[start : start + ROWS]
        rows, columns = np.arange(start, start + len(part)) % len(tile), np.arange(part.shape[1]) % tile.shape[1]
        part[:] = np.clip(part + tile[np.ix_(rows, columns)], 0, 255).astype(np.uint8)
    return np.asarray(wide, np.uint8)


def _course(small: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalised convolution: far places first, near ones where there are any."""
    slow = np.broadcast_to(np.median(small[seen > 0], axis=0), small.shape).astype(np.float32)
    for sigma in (64.0, 16.0):
        total = cv2.GaussianBlur(seen, (0, 0), sigma) + 0.01
        mean = cv2.GaussianBlur(small * seen[..., None], (0, 0), sigma) + 0.01 * slow
        slow = (mean / total[..., None]).astype(np.float32)
    return slow


def _grain(image: Image, outside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Noise like that of the background: its calmest tile less the tile's own mean, mirrored to join with itself."""
    h, w = image.shape[:2]
    side = min(GRAIN, h, w)
    seen = cv2.resize(outside.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    places = [
        (y, x)
        for y in range(0, h - side + 1, max(side, h // 40))
        for x in range(0, w - side + 1, max(side, w // 40))
        if seen[y : y + side, x : x + side].all()
    ]
    if not places:
        return np.zeros((side, side, 3), np.float32)
    tiles = (image[y : y + side, x : x + side].astype(np.float32) for y, x in places)
    tile = min(tiles, key=lambda t: float(t.std(axis=(0, 1)).mean()))
    tile = tile - cv2.GaussianBlur(tile, (0, 0), 8)
    tile = np.concatenate([tile, tile[:, ::-1]], axis=1)
    return np.asarray(np.concatenate([tile, tile[::-1]], axis=0), np.float32)


def mixed(under: Image, over: Image, share: NDArray[np.uint8]) -> Image:
    """`over` laid on `under` where share uint8 (h, w) is 255, softly at its rim."""
    soft = cv2.GaussianBlur(share, (0, 0), 1.5)
    done = over.copy()
    for start in range(0, len(done), ROWS):
        rows = slice(start, start + ROWS)
        alpha = soft[rows, :, None].astype(np.float32) / 255
        if float(alpha.min()) < 1:
            done[rows] = np.clip(under[rows] * (1 - alpha) + over[rows] * alpha + 0.5, 0, 255).astype(np.uint8)
    return done


def filled(image: Image, polygon: NDArray[np.float32]) -> None:
    """Paint over `polygon`, in place, with what most of its surroundings are: paper near the table's edge stays paper.

    Raises ValueError where nothing surrounds it.
    """
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    reach = max(8, round(0.3 * float((high - low).min())))
    x0, y0 = np.maximum(np.floor(low).astype(int) - reach, 0)
    x1, y1 = np.minimum(np.ceil(high).astype(int) + reach, image.shape[1::-1])
    cut = image[y0:y1, x0:x1]
    share = np.zeros(cut.shape[:2], np.uint8)
    cv2.fillPoly(share, [np.round(polygon - (x0, y0)).astype(np.int32)], 255)
    share = cv2.dilate(share, np.ones((2 * max(2, reach // 8) + 1,) * 2, np.uint8))
    if share.all():
        raise ValueError("nothing surrounds it")
    usual = np.median(cut[share == 0], axis=0)
    alike = np.abs(cut.astype(np.float32) - usual.astype(np.float32)).max(axis=2) < ALIKE
    under = plate(np.ascontiguousarray(cut), alike & (share == 0), (0, 0))
    cut[:] = mixed(under, np.ascontiguousarray(cut), 255 - share)
