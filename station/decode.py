"""A file -> a Photo: JPEG, TIFF, PNG and camera RAW, told apart by content; any damage is a DecodeError.

`decode` reads headers only and refuses what is too large before any pixel has memory. The pixels are decoded when
first asked for, from bytes read once: `small` by the codec's scaled decoding where there is one, `region` at full
resolution. Both raise DecodeError too: that a file of the right length is damaged inside shows only there.
"""

from __future__ import annotations

import functools
import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import Field

from station import settings as base
from station.codecs import RETAKE, Header, Pixels, Source, jpeg, no_memory, pillow, raw, truncated
from station.codecs.colour import Colour
from station.codecs.photo import LazyPhoto
from station.codecs.whole import Kind, is_whole, look
from station.errors import DecodeError
from station.types import Capture, Photo, Stamp

__all__ = ["Settings", "decode", "is_whole"]

_SUFFIXES = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe"), Kind.JPEG),
    **dict.fromkeys((".tif", ".tiff"), Kind.TIFF),
    **dict.fromkeys((".cr2", ".cr3", ".nef", ".arw", ".raf", ".iiq", ".dng", ".orf", ".rw2", ".pef"), Kind.RAW),
    ".png": Kind.PNG,
}
_BYTES_PER_PIXEL = 8  # 16-bit RGBA, uncompressed
_EXTRA_BYTES = 64 << 20  # metadata, previews, trailers
_PREVIEW_ASPECT = 0.01  # a preview whose width/height is off by more shows another part of the picture

_LEAST_QUALITY = 60  # ours: seven large photographs of herbaria have 75 to 98; at 50 and less print shows blocks


class Settings(base.Settings):
    """What is decoded at all."""

    max_megapixels: float = Field(
        default=152,
        gt=0,
        le=1000,
        description="Larger photographs are refused before memory is taken; a Phase One IQ4 150MP has 151.3",
    )


def decode(capture: Capture, settings: Settings) -> Photo:
    """Open the photograph of `capture` and read its header.

    Raises DecodeError (code `truncated` when its end is missing, else `unreadable`) for whatever is not a whole
    photograph of at most `max_megapixels` (millions of pixels).
    """
    limit_px = settings.max_megapixels * 1e6
    with _opened(capture) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes == 0:
            raise DecodeError("the file is empty (0 bytes)", RETAKE)
        if size_bytes > limit_px * _BYTES_PER_PIXEL + _EXTRA_BYTES:
            raise _too_large(f"the file has {size_bytes / 1e6:,.0f} MB", settings)
        found = look(file)
        if found.kind is None:
            raise DecodeError(
                "the file is no photograph (neither JPEG, TIFF, PNG nor camera RAW)",
                "Look which program writes such files into the inbox, and let it write them elsewhere.",
            )
        if not found.whole:
            raise truncated(f"its end is missing after {size_bytes:,} bytes")
        file.seek(0)
        source = _SOURCES[found.kind](file, capture)
    width, height = source.header.size_px
    if width * height > limit_px:
        raise _too_large(f"it has {width} x {height} pixels", settings)
    header = source.header
    colour = Colour(header.mode, header.profile, header.srgb, header.exif)
    doubts = tuple(filter(None, (_misnamed(capture.path, found.kind), _squeezed(header), *header.notes)))
    return LazyPhoto(source, colour.rgb, (*doubts, *filter(None, (colour.note,))), doubts)


def _jpeg(file: BinaryIO, capture: Capture) -> Source:
    header = pillow.jpeg_header(file)
    data = functools.cache(lambda: _bytes(capture))

    def scaled(side: int) -> Pixels | None:
        return jpeg.decode(data(), header.size_px, side) if 2 * side <= max(header.size_px) else None

    return Source(header, lambda: jpeg.decode(data(), header.size_px), scaled)


def _png(file: BinaryIO, capture: Capture) -> Source:
    header = pillow.png_header(file)

    def full() -> Pixels:
        with _opened(capture) as again:
            return pillow.png_pixels(again, header)

    return Source(header, full, lambda _: None)


def _tiff(file: BinaryIO, capture: Capture) -> Source:
    header = pillow.tiff_header(file)

    def full() -> Pixels:
        with _opened(capture) as again:
            return pillow.tiff_pixels(again, header)

    return Source(header, full, lambda _: None)


def _raw(file: BinaryIO, _: Capture) -> Source:
    data = file.read()
    found = raw.header(data)
    preview_px, exif = _preview(found)
    header = Header(
        size_px=found.size_px,
        orientation=found.orientation,
        exif=pillow.tiff_exif(file) or exif,
        srgb=True,
        notes=(
            "camera RAW, developed plainly: camera white balance, no tone curve",
            f"small images up to {max(preview_px)} px are the camera's embedded preview" if any(preview_px) else "",
        ),
    )

    def scaled(side: int) -> Pixels | None:
        if side <= max(preview_px):
            ready = found.preview
            return jpeg.decode(ready, preview_px, side) if isinstance(ready, bytes) else ready
        return raw.develop(data, half=True) if 2 * side <= max(found.size_px) else None

    return Source(header, lambda: raw.develop(data, half=False), scaled)


def _preview(found: raw.RawHeader) -> tuple[tuple[int, int], Mapping[str, str]]:
    """(width, height) and EXIF of the preview; (0, 0) when there is none that shows the same picture."""
    exif: Mapping[str, str] = {}
    if isinstance(found.preview, bytes):
        try:
            header = pillow.jpeg_header(io.BytesIO(found.preview))
        except DecodeError:
            return (0, 0), {}
        (width, height), exif = header.size_px, header.exif
    elif found.preview is not None:
        height, width = found.preview.shape[:2]
    else:
        return (0, 0), {}
    full_width, full_height = found.size_px
    same = abs(width * full_height / (height * full_width) - 1) <= _PREVIEW_ASPECT and width <= full_width
    return ((width, height) if same else (0, 0)), exif


_SOURCES = {Kind.JPEG: _jpeg, Kind.PNG: _png, Kind.TIFF: _tiff, Kind.RAW: _raw}


def _bytes(capture: Capture) -> bytes:
    with _opened(capture) as file:
        return file.read()


@contextmanager
def _opened(capture: Capture) -> Iterator[BinaryIO]:
    """The file, open for reading; what the operating system answers instead becomes a DecodeError.

    A file that was written anew since its SHA-256 was taken is no longer this capture; a stamp of 0 is not known.
    """
    try:
        # Non-blocking, or a named pipe in the inbox would hold the line for ever.
        descriptor = os.open(capture.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise DecodeError("this is no file but a folder or a device", "Remove it from the inbox.")
        with os.fdopen(descriptor, "rb") as file:
            yield file
            now, then = Stamp.of(os.fstat(file.fileno())), capture.stamp
            if then.mtime_ns and (now.bytes, now.mtime_ns) != (then.bytes, then.mtime_ns):
                raise DecodeError(
                    "the file was written anew while the station looked at it",
                    "Wait for the next verdict: the new photograph is judged by itself.",
                )
    except FileNotFoundError as error:
        raise DecodeError(
            "the file is gone, or is a link that leads nowhere",
            "Look who moves or deletes files in the inbox while the station reads them.",
        ) from error
    except PermissionError as error:
        raise DecodeError(
            "the station may not read the file",
            "Give the station's user the right to read the inbox, then start the station again or copy the file anew.",
        ) from error
    except OSError as error:
        raise DecodeError(
            f"the file cannot be read ({error.strerror or error})",
            "Check the disk, the card or the network share it lies on.",
        ) from error
    except MemoryError as error:
        raise no_memory() from error


def _too_large(detail: str, settings: Settings) -> DecodeError:
    return DecodeError(
        f"the photograph is too large ({detail}; the limit is {settings.max_megapixels:g} megapixels)",
        "If the camera really makes such photographs, raise decode: max_megapixels; else remove the file.",
    )


def _squeezed(header: Header) -> str:
    low = header.quality is not None and header.quality < _LEAST_QUALITY
    return f"compressed so strongly that small print suffers (JPEG quality {header.quality:.0f} of 100)" if low else ""


def _misnamed(path: Path, kind: Kind) -> str:
    suffix = path.suffix.lower()
    named = _SUFFIXES.get(suffix)
    return "" if named in (kind, None) else f"is a {kind.value} named {suffix}"
