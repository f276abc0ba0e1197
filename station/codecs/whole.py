"""Which kind of photograph a file is, by its content, and whether its end has arrived.

Reads headers and directories only, never decodes a pixel, allocates nothing that the file's own size does not
bound. Layouts: JPEG (ITU-T T.81 annex B), PNG (ISO/IEC 15948), TIFF 6.0 and BigTIFF, DNG 1.7, ISO base media
file format (CR3), Fujifilm RAF header (offsets as LibRaw reads them).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO


class Kind(Enum):
    """What decode.py can read; the value is the name people know."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    RAW = "camera RAW"


@dataclass(frozen=True, slots=True)
class Look:
    """`kind` is None for anything but a photograph; `whole`: nothing that the file announces is missing."""

    kind: Kind | None
    whole: bool


_PNG = b"\x89PNG\r\n\x1a\n"
_RAF = b"FUJIFILMCCD-RAW "
_TIFF_LIKE = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIU\0", b"IIRO", b"IIRS", b"MMOR")
_OTHER_RAW = (b"FOVb", b"\0MRM")  # Sigma X3F, Minolta MRW: only LibRaw knows their end

_TAIL_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 20
_MOST_PARTS = 100_000  # segments, chunks, boxes or values; a real photograph has fewer, a hostile one gives up here
_MOST_DIRECTORIES = 1_000


def is_whole(path: Path) -> bool:
    """Does the decoder find this file's end?

    True also for what is no photograph at all (there is nothing to wait for: decode says what is wrong).
    False for a file of less than 16 bytes and for one that cannot be opened now, so the caller needs a deadline.
    """
    try:
        with path.open("rb") as file:
            return look(file).whole
    except OSError:
        return False


def look(file: BinaryIO) -> Look:
    """Kind and completeness of an open, seekable file. Raises OSError only when reading fails."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(16)
    if head.startswith(b"\xff\xd8\xff"):
        return Look(Kind.JPEG, _jpeg_ends(file, size))
    if head.startswith(_PNG):
        return Look(Kind.PNG, _png_ends(file, size))
    if head.startswith(_TIFF_LIKE) and len(head) == 16:
        return _Tiff(file, size, head).look()
    if head[4:12] == b"ftypcrx ":
        return Look(Kind.RAW, _boxes_end(file, size))
    if head.startswith(_RAF):
        return Look(Kind.RAW, _raf_ends(file, size))
    if head.startswith(_OTHER_RAW):
        return Look(Kind.RAW, True)
    return Look(None, len(head) == 16)  # with less, nothing can be told yet


def _jpeg_ends(file: BinaryIO, size: int) -> bool:
    """Walk the segments to the first scan (a thumbnail inside one has an end mark too), then look for the end
    mark: it cannot occur within entropy-coded data (T.81 B.1.1.5), and cameras append trailers behind it."""
    position = 2
    for _ in range(_MOST_PARTS):
        file.seek(position)
        part = file.read(4)
        if len(part) < 4:
            return part[:2] == b"\xff\xd9"
        if part[0] != 0xFF or part[1] == 0xDA:
            break
        marker = part[1]
        if marker == 0xFF:
            position += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            position += 2
        else:
            position += 2 + int.from_bytes(part[2:], "big")
    return _finds(file, b"\xff\xd9", max(position, size - _TAIL_BYTES), size) or _finds(
        file, b"\xff\xd9", position, size
    )


def _finds(file: BinaryIO, mark: bytes, start: int, end: int) -> bool:
    overlap = len(mark) - 1
    for position in range(start, end, _BLOCK_BYTES):
        file.seek(position)
        if mark in file.read(_BLOCK_BYTES + overlap):
            return True
    return False


def _png_ends(file: BinaryIO, size: int) -> bool:
    position = len(_PNG)
    for _ in range(_MOST_PARTS):
        file.seek(position)
        part = file.read(8)
        if len(part) < 8:
            return False
        position += 12 + int.from_bytes(part[:4], "big")
        if position > size or part[4:] == b"IEND":
            return position <= size
    return True


def _boxes_end(file: BinaryIO, size: int) -> bool:
    """The boxes (ISO/IEC 14496-12) fill the file, and the one with the picture, `mdat`, is among them."""
    position, picture = 0, False
    for _ in range(_MOST_PARTS):
        file.seek(position)
        part = file.read(16)
        if len(part) < 8:
            return False
        length = int.from_bytes(part[:4], "big")
        if length == 1:
            length = int.from_bytes(part[8:], "big")
        elif length == 0:  # "to the end of the file"
            return True
        picture = picture or part[4:8] == b"mdat"
        position += max(length, 8)
        if position >= size:
            return picture and position == size
    return True


def _raf_ends(file: BinaryIO, size: int) -> bool:
    file.seek(84)
    part = file.read(24)
    if len(part) < 24:
        return False
    numbers: tuple[int, ...] = struct.unpack(">6I", part)  # JPEG, metadata, sensor data: offset and length each
    return all(offset + length <= size for offset, length in zip(numbers[::2], numbers[1::2], strict=True))


_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 13: 4, 16: 8, 18: 8}  # bytes of BYTE ASCII SHORT LONG RATIONAL IFD LONG8 IFD8
_LETTERS = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_STRUCTURE = range(254, 348)  # tags that say how the pixels lie; others may point astray in a sound photograph
_PHOTOMETRIC, _NEXT_LEVEL, _DNG_VERSION = 262, 330, 50706
_DATA = ((273, 279), (324, 325), (513, 514))  # strips, tiles, embedded JPEG: (offsets, byte counts)
_RAW_PHOTOMETRICS = {32803, 34892}  # colour filter array, linear raw (DNG)


class _Tiff:
    """A walk through all directories of a TIFF, or of a RAW file built like one."""

    def __init__(self, file: BinaryIO, size: int, head: bytes) -> None:
        self.file, self.size = file, size
        self.order = "<" if head[:2] == b"II" else ">"
        self.big = head[2:4] in (b"+\0", b"\0+")
        self.plain = self.big or head[2:4] in (b"*\0", b"\0*")
        # CR2 says so after the header, Phase One IIQ repeats its byte order there
        self.raw = not self.plain or head[8:10] == b"CR" or head[8:12] in (b"IIII", b"MMMM")
        self.whole = True
        self.pending = [self._number(head[8:16], "Q") if self.big else self._number(head[4:8], "I")]

    def look(self) -> Look:
        seen: set[int] = set()
        while self.pending and len(seen) < _MOST_DIRECTORIES:
            offset = self.pending.pop()
            if offset and offset not in seen:
                seen.add(offset)
                self._directory(offset)
        return Look(Kind.RAW if self.raw else Kind.TIFF, self.whole and bool(seen))

    def _directory(self, offset: int) -> None:
        count_bytes, entry_bytes, link = (8, 20, "Q") if self.big else (2, 12, "I")
        count = self._number(self._take(offset, count_bytes), "Q" if self.big else "H")
        entries = self._take(offset + count_bytes, count * entry_bytes)
        found: dict[int, tuple[int, ...]] = {}
        for start in range(0, len(entries), entry_bytes):
            entry = entries[start : start + entry_bytes]
            tag = self._number(entry[:2], "H")
            if tag in _STRUCTURE or tag in _DATA[2]:
                found[tag] = self._values(entry)
            self.raw = self.raw or tag == _DNG_VERSION
        self.raw = self.raw or bool(_RAW_PHOTOMETRICS.intersection(found.get(_PHOTOMETRIC, ())))
        for where, lengths in _DATA:
            for position, length in zip(found.get(where, ()), found.get(lengths, ()), strict=False):
                unset = not self.plain and position == 0xFFFFFFFF  # Panasonic keeps the place elsewhere
                self.whole = self.whole and (unset or position + length <= self.size)
        self.pending += found.get(_NEXT_LEVEL, ())
        self.pending.append(self._number(self._take(offset + count_bytes + len(entries), struct.calcsize(link)), link))

    def _values(self, entry: bytes) -> tuple[int, ...]:
        kind = self._number(entry[2:4], "H")
        inline, link = (12, "Q") if self.big else (8, "I")
        length = self._number(entry[4:inline], link) * _WIDTHS.get(kind, 0)
        data = entry[inline : inline + length]
        if length > len(entry) - inline:
            data = self._take(self._number(entry[inline:], link), length)
        letter = _LETTERS.get(kind)
        return struct.unpack(f"{self.order}{len(data) // _WIDTHS[kind]}{letter}", data) if letter else ()

    def _take(self, offset: int, length: int) -> bytes:
        """`length` bytes, or none at all (and the file is not whole) when they do not lie inside it."""
        if offset + length > self.size:
            self.whole = False
            return b""
        self.file.seek(offset)
        found = self.file.read(length)
        if len(found) < length:  # it became shorter while it was looked at
            self.whole = False
            return b""
        return found

    def _number(self, data: bytes, letter: str) -> int:
        if len(data) < struct.calcsize(letter):
            return 0
        number: int = struct.unpack_from(self.order + letter, data)[0]
        return number
