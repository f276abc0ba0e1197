"""The Photo that decodes only what is asked for, and that once.

Pixels are kept as the file stores them; turning upright and conversion to sRGB happen on what is handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import cv2

from station.codecs import Pixels, Source, no_memory
from station.errors import DecodeError
from station.types import Box, Image


class LazyPhoto:
    """See station.types.Photo. `small` and `region` may run in two threads at once: each has its own lock.

    `rgb` turns stored pixels into sRGB ones that the caller may keep.
    """

    def __init__(
        self, source: Source, rgb: Callable[[Pixels], Image], notes: tuple[str, ...], doubts: tuple[str, ...]
    ) -> None:
        header = source.header
        self._source: Source | None = source
        self._full: Pixels | None = None
        self._scaled: Pixels | None = None
        self._looked = False
        self._full_lock, self._scaled_lock = Lock(), Lock()
        self._rgb = rgb
        self._stored_px, self._turn = header.size_px, _TURNS[header.orientation]
        self.size_px: tuple[int, int] = header.size_px[::-1] if self._turn.transposed else header.size_px
        self.exif: Mapping[str, str] = header.exif
        self.notes, self.doubts = notes, doubts

    def small(self, max_side: int) -> Image:
        """The whole photograph, longest side at most `max_side` pixels (never enlarged). Raises DecodeError."""
        width, height = self._stored_px
        part = min(1.0, max(1, max_side) / max(width, height))
        size = (max(1, round(width * part)), max(1, round(height * part)))
        with _within_memory():
            pixels = self._at_least(max(size))
            if pixels.shape[1::-1] != size:
                pixels = _reduced(pixels, size)
            return self._turn.upright(self._rgb(pixels))

    def region(self, box: Box) -> Image:
        """Full-resolution pixels of `box`, clipped to the photograph. Raises DecodeError, also when none are left."""
        left, top = max(0, box.x), max(0, box.y)
        right, bottom = min(self.size_px[0], box.x + box.w), min(self.size_px[1], box.y + box.h)
        if right <= left or bottom <= top:
            raise DecodeError(
                f"nothing of the region {tuple(box)} lies within the photograph of {self.size_px} pixels",
                "Check the zones of the rig; they may belong to a camera of another resolution.",
            )
        rows, columns = self._turn.stored(Box(left, top, right - left, bottom - top), self._stored_px)
        with _within_memory():
            return self._turn.upright(self._rgb(self._all()[rows, columns]))

    def _all(self) -> Pixels:
        with self._full_lock:
            if self._full is None:
                assert self._source is not None
                self._full = self._source.full()
                if self._looked:
                    self._source = None  # the file's bytes are not needed any more
            return self._full

    def _at_least(self, side: int) -> Pixels:
        """The whole picture, longest side at least `side`.

        The first time it is the codec that reduces, whatever else is decoded beside: the engine's image, and with it
        the verdict, must not depend on which of two threads is faster. That picture serves for whatever is no larger;
        the rest is made of all pixels, which the checks want decoded anyway.
        """
        with self._scaled_lock:
            if not self._looked:
                assert self._source is not None
                self._scaled = self._source.scaled(side)
                self._looked = True
            scaled = self._scaled
        return self._all() if scaled is None or max(scaled.shape[:2]) < side else scaled


def _reduced(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Means over areas; to less than half by halves first, which takes OpenCV a third of the time. An odd last row or
    column is left out, half a pixel of the smaller picture at most."""
    while min(side // 2 - wanted for side, wanted in zip(pixels.shape[1::-1], size, strict=True)) >= 0:
        height, width = (side // 2 for side in pixels.shape[:2])
        pixels = cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return pixels if pixels.shape[1::-1] == size else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


@dataclass(frozen=True, slots=True)
class _Turn:
    """From stored pixels to upright ones: mirror left-right, mirror top-bottom, then swap the axes."""

    transposed: bool
    mirrored: bool
    flipped: bool

    def upright(self, image: Image) -> Image:
        if self.mirrored or self.flipped:
            image = cv2.flip(image, -1 if self.mirrored and self.flipped else int(self.mirrored))
        return cv2.transpose(image) if self.transposed else image

    def stored(self, box: Box, stored_px: tuple[int, int]) -> tuple[slice, slice]:
        """An upright box -> (rows, columns) of the stored pixels."""
        x, y, w, h = (box.y, box.x, box.h, box.w) if self.transposed else box
        x = stored_px[0] - x - w if self.mirrored else x
        y = stored_px[1] - y - h if self.flipped else y
        return slice(y, y + h), slice(x, x + w)


_TURNS = {
    1: _Turn(transposed=False, mirrored=False, flipped=False),
    2: _Turn(transposed=False, mirrored=True, flipped=False),
    3: _Turn(transposed=False, mirrored=True, flipped=True),
    4: _Turn(transposed=False, mirrored=False, flipped=True),
    5: _Turn(transposed=True, mirrored=False, flipped=False),
    6: _Turn(transposed=True, mirrored=False, flipped=True),
    7: _Turn(transposed=True, mirrored=True, flipped=True),
    8: _Turn(transposed=True, mirrored=True, flipped=False),
}
"""The eight values of EXIF 2.32 tag 274, Orientation."""


@contextmanager
def _within_memory() -> Iterator[None]:
    try:
        yield
    except (MemoryError, cv2.error) as error:
        raise no_memory() from error
