"""Hostile and absurd headers: refused at once, at no cost in memory or time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from station.decode import Settings, is_whole
from station.errors import DecodeError
from tests.station.codecs.pictures import opened

WIDTH, HEIGHT = 60, 40


def jpeg() -> bytes:
    file = io.BytesIO()
    PillowImage.new("RGB", (WIDTH, HEIGHT), (90, 160, 60)).save(file, "JPEG")
    return file.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A valid PNG header and end around next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def tiff(*tags: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A TIFF of one directory at offset 8: tag, type, count, value each."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", following) + b"\0" * 64


def picture_tags(width: int, height: int) -> tuple[tuple[int, int, int, int], ...]:
    grey = ((258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height))
    return ((256, 4, 1, width), (257, 4, 1, height), *grey, (279, 4, 1, 32))


def jpeg_of_size(width: int, height: int) -> bytes:
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": lambda: png_bomb(30_000, 30_000),
    "png, largest": lambda: png_bomb(2**31 - 1, 2**31 - 1),
    "jpeg": lambda: jpeg_of_size(65_000, 65_000),
    "tiff": lambda: tiff(*picture_tags(30_000, 30_000)),
    "tiff, largest": lambda: tiff(*picture_tags(2**32 - 1, 2**32 - 1)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_its_header(tmp_path: Path, name: str) -> None:
    """Absurd dimensions are an error before any pixel has memory."""
    path = tmp_path / "sheet.png"
    path.write_bytes(BOMBS[name]())
    with pytest.raises(DecodeError) as caught:
        opened(path)
    assert caught.value.remedy


def test_bombs_take_no_memory(tmp_path: Path) -> None:
    """A process that may have 1 GB more than it starts with opens all bombs, and its peak hardly rises."""
    for number, make in enumerate(BOMBS.values()):
        (tmp_path / f"{number}.png").write_bytes(make())
    program = """
        import json, resource, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from station.decode import Settings, decode
        from station.errors import DecodeError
        from station.types import Capture, Stamp
        import rawpy
        limit = int(Path("/proc/self/statm").read_text().split()[0]) * 4096 + 2**30
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        messages = []
        for path in sorted(Path(sys.argv[1]).iterdir()):
            try:
                decode(Capture("0" * 16, path, "", datetime.now(UTC), 0, Stamp(0, 0, 0, 0)), Settings()).small(64)
            except DecodeError as error:
                messages.append(str(error))
        print(json.dumps([messages, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    messages, grown_kib = json.loads(done.stdout)
    assert len(messages) == len(BOMBS)
    assert grown_kib < 20_000


def test_a_photograph_beyond_memory_is_an_error(tmp_path: Path) -> None:
    """Within the limit of pixels, but not within this computer's memory."""
    PillowImage.new("L", (6000, 6000)).save(tmp_path / "a.png", compress_level=1)
    PillowImage.new("L", (6000, 6000)).save(tmp_path / "b.jpg")
    PillowImage.new("L", (6000, 6000)).save(tmp_path / "c.tif")
    program = """
        import resource, sys
        from datetime import UTC, datetime
        from pathlib import Path
        import cv2, simplejpeg
        from station.decode import Settings, decode
        from station.errors import DecodeError
        from station.types import Box, Capture, Stamp
        cv2.setNumThreads(1)
        limit = int(Path("/proc/self/statm").read_text().split()[0]) * 4096 + 2**24
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        for path in sorted(Path(sys.argv[1]).iterdir()):
            photo = decode(Capture("0" * 16, path, "", datetime.now(UTC), 0, Stamp(0, 0, 0, 0)), Settings())
            try:
                photo.region(Box(0, 0, 6000, 6000))
            except DecodeError as error:
                print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["there is not enough memory to decode the photograph"] * 3


def test_the_limit_is_a_setting(tmp_path: Path) -> None:
    """2,400 pixels pass a limit of 2,400 and not one of 2,399."""
    path = tmp_path / "sheet.jpg"
    path.write_bytes(jpeg())
    assert opened(path, Settings(max_megapixels=WIDTH * HEIGHT / 1e6))
    with pytest.raises(DecodeError, match="too large") as caught:
        opened(path, Settings(max_megapixels=(WIDTH * HEIGHT - 1) / 1e6))
    assert "max_megapixels" in caught.value.remedy


def test_a_file_larger_than_its_pixels_could_be_is_refused(tmp_path: Path) -> None:
    """Hundreds of megabytes behind the end of a JPEG are not read into memory."""
    path = tmp_path / "sheet.jpg"
    path.write_bytes(jpeg())
    os.truncate(path, 100 << 20)
    with pytest.raises(DecodeError, match="too large"):
        opened(path, Settings(max_megapixels=1))


def test_directories_in_a_circle_end(tmp_path: Path) -> None:
    """A TIFF whose next directory is itself, and one whose sub-directory is."""
    path = tmp_path / "sheet.tif"
    for data in (tiff(*picture_tags(8, 4), following=8), tiff(*picture_tags(8, 4), (330, 4, 1, 8))):
        path.write_bytes(data)
        assert is_whole(path)
        assert opened(path).small(8).shape == (4, 8, 3)


def test_a_directory_of_nonsense_is_an_error(tmp_path: Path) -> None:
    """Counts and offsets of four thousand millions."""
    path = tmp_path / "sheet.tif"
    for tag in (256, 258, 273, 279, 330, 34665, 34675):
        for kind in (1, 2, 3, 4, 5, 12, 16, 200):
            path.write_bytes(tiff(*picture_tags(8, 4), (tag, kind, 0xFFFFFFFF, 0xFFFFFFFF)))
            is_whole(path)
            with contextlib.suppress(DecodeError):
                opened(path).small(8)
