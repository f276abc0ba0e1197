"""A picture of known pixels, files that hold it, and the Photos that decode makes of them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from station.decode import Settings, decode
from station.types import Box, Capture, Image, Photo, Stamp

WIDTH, HEIGHT = 300, 200
KINDS = ("JPEG", "PNG", "TIFF")


def scene() -> Image:
    """A smooth colour picture, (200, 300, 3), whose corners all differ."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([x * 255 // WIDTH, y * 255 // HEIGHT, 255 - (x + y) * 255 // (WIDTH + HEIGHT)], -1).astype(np.uint8)


def whole(photo: Photo) -> NDArray[np.int16]:
    """All pixels at full resolution, signed for subtraction."""
    return photo.region(Box(0, 0, *photo.size_px)).astype(np.int16)


def differ(first: NDArray[np.generic], second: NDArray[np.generic]) -> int:
    """The largest difference in levels of two pictures of the same size."""
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second.astype(int)).max())


def opened(path: Path, limits: Settings | None = None) -> Photo:
    """The Photo of the file at `path`, by the real decode."""
    return decode(Capture("0" * 16, path, "", datetime.now(UTC), 0, Stamp(0, 0, 0, 0)), limits or Settings())


class Writer:
    """A picture (array, Pillow image or ready bytes) -> the Photo of a file holding it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, picture: object, kind: str = "PNG", name: str | None = None, **options: object) -> Photo:
        path = self.folder / (name or {"JPEG": "a.jpg", "PNG": "a.png", "TIFF": "a.tif"}[kind])
        if isinstance(picture, np.ndarray):
            picture = PillowImage.fromarray(picture)
        if isinstance(picture, PillowImage.Image):
            file = io.BytesIO()
            usual = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
            picture.save(file, kind, **usual | options)
            picture = file.getvalue()
        assert isinstance(picture, bytes)
        path.write_bytes(picture)
        return opened(path)
