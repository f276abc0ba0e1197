"""Stored pixels -> sRGB, through the photograph's ICC profile where it has one (Little CMS, in Pillow).

sRGB is IEC 61966-2-1. Conversion is relative colorimetric with black point compensation, the usual choice for
photographs; 8 bit in, 8 bit out.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageCms

from station.codecs import Pixels
from station.types import Image

_SPACES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
_SAME_LEVELS = 2
"""Profiles that move no colour by more than this many of 255 levels are sRGB in another wording."""


class Colour:
    """Turns one photograph's stored pixels into sRGB; `note` tells what was assumed or done.

    `mode` is "L", "RGB" or "CMYK"; `declared_srgb`: the file says sRGB without a profile; `exif` as in Photo.
    """

    def __init__(self, mode: str, profile: bytes | None, declared_srgb: bool, exif: Mapping[str, str]) -> None:
        self._transform: ImageCms.ImageCmsTransform | None = None
        self._greys: Image = np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
        self._mode = mode
        if profile is None:
            self.note = "" if declared_srgb else f"no colour profile; {_assumed(mode, exif)}"
        else:
            self.note = self._use(profile)

    def rgb(self, pixels: Pixels) -> Image:
        """uint8 (h, w), (h, w, 3) or (h, w, 4) as stored -> uint8 (h, w, 3) sRGB, contiguous, the caller's own."""
        if pixels.ndim == 2:
            return self._greys[pixels]
        if self._transform is not None:
            return _applied(self._transform, self._mode, pixels)
        if pixels.shape[2] == 4:
            return np.array(_picture("CMYK", pixels).convert("RGB"))
        return np.array(pixels, order="C")

    def _use(self, profile: bytes) -> str:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            name = ImageCms.getProfileDescription(source).strip()[:80] or "unnamed"
            if source.profile.xcolor_space != _SPACES[self._mode]:
                return f"colour profile {name!r} is for other pixels than these; ignored, taken as sRGB"
            transform = ImageCms.buildTransform(
                source,
                ImageCms.createProfile("sRGB"),
                self._mode,
                "RGB",
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                # the shortcuts of Little CMS are 10 levels off in the shadows of linear greys
                ImageCms.Flags.BLACKPOINTCOMPENSATION | (ImageCms.Flags.NOOPTIMIZE if self._mode == "L" else 0),
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            return f"damaged colour profile ignored, taken as sRGB ({error})"
        if self._mode == "RGB" and _changes_nothing(transform):
            return ""
        if self._mode == "L":
            self._greys = _applied(transform, "L", np.arange(256, dtype=np.uint8).reshape(1, 256))[0]
        self._transform = transform
        return f"converted to sRGB from the colour profile {name!r}"


def _assumed(mode: str, exif: Mapping[str, str]) -> str:
    if mode == "CMYK":
        return "CMYK converted to RGB by plain arithmetic"
    if exif.get("ColorSpace") == "1":
        return "EXIF says sRGB"
    if "ColorSpace" in exif:
        return "EXIF says it is not sRGB; taken as sRGB all the same"
    return "taken as sRGB"


def _picture(mode: str, pixels: Pixels) -> PillowImage.Image:
    return PillowImage.frombytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def _applied(transform: ImageCms.ImageCmsTransform, mode: str, pixels: Pixels) -> Image:
    return np.array(ImageCms.applyTransform(_picture(mode, pixels), transform))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(81, 9, 3)
    converted = _applied(transform, "RGB", cube)
    return bool(np.abs(converted.astype(int) - cube).max() <= _SAME_LEVELS)
