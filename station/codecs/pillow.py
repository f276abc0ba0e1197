"""Headers and EXIF of JPEG, PNG and TIFF, and the pixels of PNG and TIFF (Pillow; OpenCV where they have 16 bits,
because Pillow cuts those instead of rounding).

Pillow's plug-ins are called directly: `Image.open` would warn of every photograph above 89 megapixels, while here
decode.py refuses too large ones before anything is allocated.
"""

from __future__ import annotations

import math
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import RLock
from typing import BinaryIO

import cv2
import numpy as np
from PIL import ExifTags, JpegImagePlugin, PngImagePlugin, TiffImagePlugin
from PIL import Image as PillowImage
from PIL.ImageFile import ImageFile

from station.codecs import Header, Pixels, damaged, truncated, unsupported

_ERRORS = (
    OSError,
    SyntaxError,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
    PillowImage.DecompressionBombError,
)
"""What Pillow's readers raise on damaged files (found by fuzzing and in their sources); MemoryError is decode.py's."""

_MODES = {
    **dict.fromkeys(("1", "L", "LA", "I;16", "I;16B", "I;16L", "I;16N"), "L"),
    **dict.fromkeys(("P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "YCbCr"), "RGB"),
    "CMYK": "CMYK",
}
_RESAVE = "Save it as JPEG, or as 8- or 16-bit RGB or greyscale TIFF or PNG."
_BAND_ROWS = 512

_Base = ExifTags.Base
_FACTS = (
    *(_Base.Make, _Base.Model, _Base.BodySerialNumber, _Base.CameraSerialNumber, _Base.Software),
    *(_Base.LensMake, _Base.LensModel, _Base.LensSerialNumber, _Base.FocalLength),
    *(_Base.ISOSpeedRatings, _Base.FNumber, _Base.ExposureTime, _Base.ExposureBiasValue, _Base.ExposureMode),
    *(_Base.WhiteBalance, _Base.Flash, _Base.ColorSpace, _Base.DateTimeOriginal),
    *(_Base.XResolution, _Base.YResolution, _Base.ResolutionUnit),
)
_LUMINANCE_SUM = 3688
"""Of the 64 quantisation steps of T.81 table K.1, quality 50."""
_LONGEST_FACT = 200
_QUIET = RLock()  # the warning filters are one per process


def jpeg_header(file: BinaryIO) -> Header:
    """Header of an open JPEG file. Raises DecodeError."""
    with _translated(), JpegImagePlugin.JpegImageFile(file) as image:
        return replace(_header(image), quality=_quality(image.quantization))


def _quality(tables: Mapping[int, Sequence[int]]) -> float | None:
    """1 to 100 as libjpeg counts (jcparam.c: factors of the luminance table of T.81 K.1, by their sum); None without
    a table."""
    steps = sum(tables[0]) if tables else 0
    if not steps:
        return None
    factor = 100 * steps / _LUMINANCE_SUM
    return round(100 - factor / 2 if factor <= 100 else 5000 / factor, 1)


def png_header(file: BinaryIO) -> Header:
    """Header of an open PNG file. Raises DecodeError."""
    with _translated(), PngImagePlugin.PngImageFile(file) as image:
        file.seek(24)  # bit depth in IHDR, whose place is fixed (PNG 11.2.1)
        return _header(image, deep=file.read(1) == b"\x10", srgb="srgb" in image.info)


def tiff_header(file: BinaryIO) -> Header:
    """Header of the first picture of an open TIFF file, already upright as `pixels` delivers it. Raises DecodeError."""
    with _translated(), TiffImagePlugin.TiffImageFile(file) as image:
        tags = image.tag_v2
        deep = 16 in tags.get(258, (1,))
        odd = tags.get(284, 1) != 1 or tags.get(262) not in (1, 2) or set(tags.get(339, (1,))) != {1}
        if deep and odd:
            raise unsupported("a 16-bit TIFF with separate planes, other than RGB or grey, or signed", _RESAVE)
        return _header(image, deep=deep, upright=True)


def tiff_exif(file: BinaryIO) -> Mapping[str, str]:
    """EXIF facts of an open RAW file that is built like a TIFF; none of any other."""
    exif = PillowImage.Exif()
    try:
        with _quiet():
            file.seek(0)
            exif.load_from_fp(file)
            return _facts(exif)[0]
    except _ERRORS:
        return {}


def png_pixels(file: BinaryIO, header: Header) -> Pixels:
    """All pixels of an open PNG file, 8 bit, on white where transparent. Raises DecodeError."""
    with _translated():
        if header.deep:
            return _deep(file, header)
        with PngImagePlugin.PngImageFile(file) as image:
            return _flat(image, header)


def tiff_pixels(file: BinaryIO, header: Header) -> Pixels:
    """All pixels of the first picture of an open TIFF file, 8 bit, on white where transparent. Raises DecodeError."""
    with _translated():
        if header.deep:
            return _deep(file, header)
        with TiffImagePlugin.TiffImageFile(file) as image:
            return _flat(image, header)


def _header(image: ImageFile, *, deep: bool = False, srgb: bool = False, upright: bool = False) -> Header:
    mode = _MODES.get(image.mode)
    if mode is None:
        raise unsupported(f"pixels of type {image.mode}", _RESAVE)
    facts: Mapping[str, str] = {}
    orientation = 1
    notes: tuple[str, ...] = ()
    try:
        if not isinstance(image, PngImagePlugin.PngImageFile) or "exif" in image.info:  # else Pillow decodes it all
            facts, orientation = _facts(image.getexif())
    except _ERRORS as error:
        notes = (f"damaged EXIF ignored ({error})",)
    profile = image.info.get("icc_profile")
    return Header(
        size_px=image.size,
        mode=mode,
        orientation=1 if upright else orientation,
        exif=facts,
        profile=profile if isinstance(profile, bytes) and profile else None,
        srgb=srgb,
        deep=deep,
        notes=notes,
    )


def _facts(exif: PillowImage.Exif) -> tuple[Mapping[str, str], int]:
    tags = dict(exif)
    with suppress(*_ERRORS):  # what is wrong in the second directory does not cost the orientation, in the first
        tags |= exif.get_ifd(ExifTags.IFD.Exif)
    texts = ((tag, _text(tag, tags[tag])) for tag in _FACTS if tag in tags)
    orientation = tags.get(_Base.Orientation)
    turn = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
    return {_Base(tag).name: text for tag, text in texts if text}, turn


def _text(tag: int, value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        return "".join(letter for letter in value if letter.isprintable()).strip()[:_LONGEST_FACT]
    if isinstance(value, tuple):
        return ", ".join(_text(tag, part) for part in value[:4])
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, TiffImagePlugin.IFDRational | float) or not math.isfinite(value):
        return ""
    number = float(value)
    return f"1/{1 / number:.0f}" if tag == _Base.ExposureTime and 0 < number <= 0.3 else f"{number:g}"


def _flat(image: ImageFile, header: Header) -> Pixels:
    image.load()
    if image.size != header.size_px:
        raise damaged("the file changed while it was read")
    return _opaque(image, header.mode)


def _opaque(image: PillowImage.Image, mode: str) -> Pixels:
    """Band by band, so that no second copy of the whole picture exists."""
    width, height = image.size
    pixels = np.empty((height, width) if mode == "L" else (height, width, len(mode)), np.uint8)
    for top in range(0, height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, height)
        band = image.crop((0, top, width, bottom))
        if image.has_transparency_data:
            clear = band.convert("RGBA")
            band = PillowImage.new("RGB", clear.size, "white")
            band.paste(clear, mask=clear.getchannel("A"))
        pixels[top:bottom] = np.asarray(band.convert(mode))
    return pixels


def _deep(file: BinaryIO, header: Header) -> Pixels:
    file.seek(0)
    data = np.frombuffer(file.read(), np.uint8)
    try:
        decoded = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise damaged(error.err) from error
    if decoded is None or decoded.dtype != np.uint16 or decoded.shape[1::-1] != header.size_px:
        raise damaged("its 16-bit pixels cannot be decoded")
    pixels: Pixels = cv2.convertScaleAbs(decoded, alpha=255 / 65535)  # rounds to nearest
    del decoded
    if pixels.ndim == 2:
        return pixels if header.mode == "L" else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
    if pixels.shape[2] == 4:
        return _opaque(PillowImage.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA)), header.mode)
    cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
    return pixels


@contextmanager
def _quiet() -> Iterator[None]:
    """Pillow reports odd metadata as warnings; what matters to a judge becomes a note or an error instead."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _translated() -> Iterator[None]:
    try:
        with _quiet():
            yield
    except _ERRORS as error:
        if "truncated" in str(error).lower():
            raise truncated(error) from error
        raise damaged(str(error) or type(error).__name__) from error
