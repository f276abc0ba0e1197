"""Camera RAW (CR2 CR3 NEF ARW RAF IIQ DNG ...) -> embedded preview and developed pixels, by LibRaw (rawpy).

Developed plainly, so that the same light gives the same numbers: the camera's white balance, no automatic
brightness or white level, no highlight recovery, sRGB primaries and curve. The camera's own JPEG is usually brighter
and has more contrast.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from station.codecs import Pixels, damaged, truncated, unsupported

if TYPE_CHECKING:
    import rawpy

_TURNS = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's flip (0 none, 3 half turn, 5 counter-clockwise, 6 clockwise) -> EXIF orientation."""

_SRGB_CURVE = (2.4, 12.92)
"""Power and toe slope of IEC 61966-2-1, as LibRaw's `gamm` wants them."""

_LEAST_CROP = 0.55
"""A crop that keeps less of a side is taken for a reading error (LibRaw's own default in adjust_to_raw_inset_crop)."""

_OTHERWISE = "Let the camera write JPEG as well, or convert to DNG."


@dataclass(frozen=True, slots=True)
class RawHeader:
    """`size_px` (width, height) before the turn `orientation`; `preview` a JPEG, RGB pixels, or None."""

    size_px: tuple[int, int]
    orientation: int
    preview: bytes | Pixels | None


def header(data: bytes) -> RawHeader:
    """What LibRaw says without unpacking the picture. Raises DecodeError."""
    with _opened(data) as raw:
        _, _, width, height = _crop(raw.sizes)
        return RawHeader((width, height), _TURNS.get(raw.sizes.flip, 1), _preview(raw))


def develop(data: bytes, half: bool) -> Pixels:
    """uint8 (h, w, 3) sRGB, or (h, w) of a camera without colour, not yet turned; `half`: each 2x2 cell of the
    sensor becomes one pixel, four times as fast. Raises DecodeError."""
    import rawpy

    with _opened(data) as raw:
        left, top, width, height = _crop(raw.sizes)
        visible = (raw.sizes.width, raw.sizes.height)
        raw.unpack()
        pixels = raw.postprocess(
            half_size=half,
            use_camera_wb=True,
            no_auto_bright=True,
            adjust_maximum_thr=0,  # else the brightest pixel sets the scale
            highlight_mode=rawpy.HighlightMode.Clip,
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=8,
            gamma=_SRGB_CURVE,
            user_flip=0,
        )
    step = 2 if half and pixels.shape[1] < visible[0] else 1  # without a colour filter there are no cells to merge
    if any(abs(got * step - due) >= step for got, due in zip(pixels.shape[1::-1], visible, strict=True)):
        raise unsupported("a RAW whose pixels are not square or lie askew", _OTHERWISE)
    if pixels.shape[2] not in (1, 3):
        raise unsupported(f"a RAW of {pixels.shape[2]} colours", _OTHERWISE)
    inner = pixels[top // step : (top + height) // step, left // step : (left + width) // step]
    return np.ascontiguousarray(inner[:, :, 0] if pixels.shape[2] == 1 else inner, dtype=np.uint8)


def _crop(sizes: rawpy.ImageSizes) -> tuple[int, int, int, int]:
    """(left, top, width, height) within the visible pixels: the camera's own crop where it names a plausible one,
    so that a RAW and the JPEG beside it have the same coordinates."""
    left, top = sizes.crop_left_margin - sizes.left_margin, sizes.crop_top_margin - sizes.top_margin
    width, height = sizes.crop_width, sizes.crop_height
    inside = left >= 0 and top >= 0 and left + width <= sizes.width and top + height <= sizes.height
    if inside and width >= _LEAST_CROP * sizes.width and height >= _LEAST_CROP * sizes.height:
        return left, top, width, height
    return 0, 0, sizes.width, sizes.height


def _preview(raw: rawpy.RawPy) -> bytes | Pixels | None:
    import rawpy

    try:
        thumb = raw.extract_thumb()
    except (rawpy.LibRawError, rawpy.NotSupportedError, NotImplementedError):
        return None
    if isinstance(thumb.data, bytes):
        return thumb.data
    return np.array(thumb.data) if thumb.data.ndim == 3 and thumb.data.shape[2] == 3 else None


@contextmanager
def _opened(data: bytes) -> Iterator[rawpy.RawPy]:
    import rawpy

    try:
        with rawpy.RawPy() as raw:
            raw.open_buffer(io.BytesIO(data))
            yield raw
    except rawpy.LibRawFileUnsupportedError as error:
        raise unsupported(error, _OTHERWISE) from error
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise MemoryError(str(error)) from error
    except rawpy.LibRawIOError as error:
        raise truncated(error) from error
    except (rawpy.LibRawError, rawpy.NotSupportedError, ValueError) as error:
        raise damaged(error) from error
