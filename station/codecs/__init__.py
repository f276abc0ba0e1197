"""The decoders behind decode.py, one file for one library; none knows another, decode.py joins them.

whole.py   which kind a file is, and whether its end has arrived   (reads bytes only)
pillow.py  headers and EXIF of JPEG, PNG, TIFF; pixels of PNG, TIFF (Pillow; OpenCV for 16 bit)
jpeg.py    pixels of JPEG                                          (simplejpeg, libjpeg-turbo)
raw.py     camera RAW                                              (rawpy, LibRaw)
colour.py  any of these pixels -> sRGB                             (Pillow's Little CMS)
photo.py   the lazy Photo made of these
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from station.errors import DecodeError

Pixels = NDArray[np.uint8]
"""As stored: uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) CMYK with 255 = full ink."""

RETAKE = "Copy the file again from the camera; if it stays damaged, take the photograph again."


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the pixels.

    `size_px` is (width, height) of the pixels as the codec delivers them, `mode` their kind ("L", "RGB" or
    "CMYK"), `orientation` the EXIF turn 1..8 still to be applied, `profile` the ICC profile, `deep` 16 bit,
    `quality` of a JPEG as libjpeg counts it, 1 to 100.
    """

    size_px: tuple[int, int]
    mode: str = "RGB"
    orientation: int = 1
    exif: Mapping[str, str] = field(default_factory=dict)
    profile: bytes | None = None
    srgb: bool = False
    deep: bool = False
    notes: tuple[str, ...] = ()
    quality: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """How to get one file's pixels. `scaled(side)` answers the whole picture, smaller, longest side at least
    `side` pixels, or None where decoding it in full is the only or the better way. Both raise DecodeError."""

    header: Header
    full: Callable[[], Pixels]
    scaled: Callable[[int], Pixels | None]


def damaged(detail: object) -> DecodeError:
    """The error for content that no decoder accepts."""
    return DecodeError(f"the photograph is damaged ({detail})", RETAKE)


def truncated(detail: object) -> DecodeError:
    """The error for a file that ends before its picture does."""
    return DecodeError(f"the photograph is cut off ({detail})", RETAKE, "truncated")


def unsupported(detail: object, remedy: str) -> DecodeError:
    """The error for a sound file of a kind the station does not judge."""
    return DecodeError(f"the station does not read this kind of photograph ({detail})", remedy)


def no_memory() -> DecodeError:
    """The error for a photograph that this computer cannot hold."""
    return DecodeError(
        "there is not enough memory to decode the photograph",
        "Close other programs, add memory, or lower decode: max_megapixels so that such photographs are refused.",
    )
