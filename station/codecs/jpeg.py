"""JPEG bytes -> pixels, by libjpeg-turbo (simplejpeg): the fastest of those measured, and the only one that tells
of damage it papered over.

libjpeg fills what is missing with grey and merely warns; here every warning is an error, but for one about a
header, which is put right first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import simplejpeg

from station.codecs import Pixels, damaged, truncated
from station.errors import DecodeError

_HARMLESS = "Invalid SOS parameters"
"""The libjpeg warning (jerror.h) about three unused numbers in a scan's header, which some cameras leave wrong."""

_TARGETS = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}


def size_px(data: bytes) -> tuple[int, int]:
    """(width, height). Raises DecodeError."""
    width, height, _ = _header(data)
    return width, height


def decode(data: bytes, expected_px: tuple[int, int], at_least: int | None = None) -> Pixels:
    """The picture, at full size or, with `at_least`, scaled by the codec so that the longest side stays at least
    that many pixels. `expected_px` (width, height) guards against a file that changed since its header was read.

    Raises DecodeError; code `truncated` when the data end before the picture.
    """
    width, height, colours = _header(data)
    if (width, height) != expected_px:
        raise damaged("the file changed while it was read")
    target = _TARGETS.get(colours, "RGB")
    least = {}
    if at_least is not None:
        part = at_least / max(width, height)
        least = {"min_width": max(1, round(width * part)), "min_height": max(1, round(height * part))}
    pixels: Pixels = _strictly(simplejpeg.decode_jpeg, data, colorspace=target, **least)
    if target == "CMYK":
        np.subtract(255, pixels, out=pixels)  # stored inverted, as Adobe does and every reader assumes
    return pixels[:, :, 0] if target == "GRAY" else pixels


def _header(data: bytes) -> tuple[int, int, str]:
    height, width, colours, _ = _strictly(simplejpeg.decode_jpeg_header, data)
    return int(width), int(height), str(colours)


def _strictly(call: Callable[..., Any], data: bytes, **options: Any) -> Any:
    try:
        return call(data, **options)
    except ValueError as error:
        if _HARMLESS not in str(error):
            raise _translated(error) from error
    try:
        return call(_with_scan_parameters(data), **options)
    except (ValueError, IndexError) as error:
        raise _translated(error) from error


def _with_scan_parameters(data: bytes) -> bytes:
    """The same JPEG with 0, 63, 0 at the end of its first scan's header, as a sequential one must have (T.81 B.2.3)."""
    position = 2
    while data[position + 1] != 0xDA:
        position += 1 if data[position + 1] == 0xFF else 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return data[: end - 3] + b"\x00\x3f\x00" + data[end:]


def _translated(error: Exception) -> DecodeError:
    return truncated(error) if "Premature end of JPEG file" in str(error) else damaged(error)
