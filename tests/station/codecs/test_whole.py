"""Kind and end of files, also of those no decoder here can make: built byte by byte."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from station.codecs.whole import Kind, Look, is_whole, look


class Counted(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def seen(data: bytes) -> Look:
    return look(io.BytesIO(data))


def noise(kind: str, side: int = 64, **options: object) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def box(name: bytes, data: bytes, *, wide: bool = False) -> bytes:
    if wide:
        return struct.pack(">I4sQ", 1, name, len(data) + 16) + data
    return struct.pack(">I4s", len(data) + 8, name) + data


CR3 = box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", b"\1" * 500) + box(b"mdat", b"\2" * 3000, wide=True)


def raf() -> bytes:
    head = b"FUJIFILMCCD-RAW 0201FF129502X-T4".ljust(84, b"\0")
    return head + struct.pack(">6I", 200, 1000, 1200, 300, 1500, 4000) + b"\1" * (5500 - 84 - 24)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (noise("JPEG"), Kind.JPEG),
        (noise("PNG"), Kind.PNG),
        (noise("TIFF"), Kind.TIFF),
        (CR3, Kind.RAW),
        (raf(), Kind.RAW),
        (b"FOVb" + b"\0" * 100, Kind.RAW),
    ],
)
def test_sound_files_are_whole_and_known(data: bytes, kind: Kind) -> None:
    """Kind by content, and the end found."""
    assert seen(data) == Look(kind, True)


@pytest.mark.parametrize("data", [noise("JPEG"), noise("JPEG", progressive=True), noise("PNG"), CR3, raf()])
@given(part=st.floats(0, 1, exclude_max=True))
def test_no_beginning_of_a_file_is_whole(data: bytes, part: float) -> None:
    """Wherever the transfer stands, something is missing."""
    assert not seen(data[: int(part * len(data))]).whole


def test_a_transfer_that_stands_between_two_boxes_is_not_whole() -> None:
    """A CR3 cut just before its next box looks tidy, but its picture is missing."""
    assert not seen(CR3[:24]).whole
    assert not seen(CR3[:532]).whole


def test_the_end_mark_of_a_thumbnail_is_not_the_end() -> None:
    """EXIF carries a small JPEG with an end mark of its own."""
    data = noise("JPEG")
    with_thumbnail = data[:2] + segment(0xE1, b"Exif\0\0" + noise("JPEG", 16)) + data[2:]
    assert seen(with_thumbnail).whole
    assert not seen(with_thumbnail[:-2]).whole
    assert not seen(with_thumbnail[: with_thumbnail.index(b"\xff\xd9") + 2]).whole


@pytest.mark.parametrize("trailer", [b"\0" * 3, noise("JPEG", 32), b"SEFT" * 100, b"\0" * 3_000_000])
def test_trailers_behind_the_end_mark_are_allowed(trailer: bytes) -> None:
    """Padding, a second picture (MPF), a maker's block, a film of some seconds."""
    assert seen(noise("JPEG") + trailer).whole


def test_fill_bytes_between_segments_are_allowed() -> None:
    """Any marker may be preceded by any number of 0xFF (T.81 B.1.1.2)."""
    data = noise("JPEG")
    assert seen(data[:2] + b"\xff" * 7 + data[2:]).whole


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("options", [{}, {"bigtiff": True}, {"tile": (32, 32)}, {"compression": "zlib"}])
def test_tiffs_of_all_layouts(order: str, options: dict[str, object]) -> None:
    """Both byte orders, both sizes of offsets, strips and tiles, two pages and a sub-directory."""
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64), dtype=np.uint8)
    file = io.BytesIO()
    with tifffile.TiffWriter(file, byteorder=order, bigtiff="bigtiff" in options) as writer:
        packed = {name: value for name, value in options.items() if name != "bigtiff"}
        writer.write(pixels, subifds=1, metadata=None, **packed)
        writer.write(pixels[:32, :32], subfiletype=1, metadata=None, **packed)
        writer.write(pixels, metadata=None, **packed)
    data = file.getvalue()
    assert seen(data) == Look(Kind.TIFF, True)
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert not seen(data[: int(part * len(data))]).whole
    assert not seen(data[:-1]).whole


@pytest.mark.parametrize(("photometric", "shape"), [(32803, (8, 8)), (34892, (8, 8, 3))])
def test_sensor_data_in_a_tiff_are_raw(photometric: int, shape: tuple[int, ...]) -> None:
    """A colour filter array, or linear sensor values, anywhere in the directories make it a camera's RAW."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((8, 8, 3), np.uint8), photometric="rgb", subifds=1, metadata=None)
        writer.write(np.zeros(shape, np.uint16), photometric=photometric, metadata=None)
    assert seen(file.getvalue()) == Look(Kind.RAW, True)


def test_a_cr2_is_raw_by_its_header() -> None:
    """Canon writes CR behind the TIFF header, and no filter array tag."""
    data = bytearray(noise("TIFF"))
    directory = struct.unpack_from("<I", data, 4)[0]
    moved = data[:4] + struct.pack("<I", len(data)) + b"CR\2\0" + data[12:] + data[directory:]
    assert seen(bytes(moved)).kind is Kind.RAW


@pytest.mark.parametrize("data", [b"Specimen list: 17", b"%PDF-1.7" + b"\0" * 99, b"\0" * 99, b"RIFF\0\0\0\0WEBPVP8 "])
def test_there_is_nothing_to_wait_for_in_other_files(data: bytes) -> None:
    """decode says what is wrong with them, at once."""
    assert seen(data) == Look(None, True)


@given(
    data=st.binary(max_size=300), head=st.sampled_from([b"", b"\xff\xd8\xff", b"II*\0", b"MM\0+", b"FUJIFILMCCD-RAW "])
)
def test_any_bytes_get_an_answer(data: bytes, head: bytes) -> None:
    """Nothing that lies in an inbox makes the watcher stumble."""
    assert isinstance(seen(head + data), Look)


def test_little_is_read() -> None:
    """The watcher asks again and again while hundreds of megabytes arrive."""
    pixels = np.random.default_rng(1).integers(0, 256, (800, 800, 3), dtype=np.uint8)
    for kind, most in (("JPEG", 100_000), ("TIFF", 2_000), ("PNG", 10_000)):
        written = io.BytesIO()
        PillowImage.fromarray(pixels).save(written, kind, **({"quality": 90} if kind == "JPEG" else {}))
        file = Counted(written.getvalue())
        assert len(written.getvalue()) > 500_000
        assert look(file).whole
        assert file.taken < most


def test_what_cannot_be_opened_is_not_whole(tmp_path: Path) -> None:
    """Gone, a folder, or a link to nowhere: the caller's deadline decides."""
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "link.jpg").symlink_to(tmp_path / "nowhere")
    for name in ("gone.jpg", "folder.jpg", "link.jpg"):
        assert not is_whole(tmp_path / name)


def test_names_need_not_be_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8."""
    path = tmp_path / os.fsdecode(b"\xff\n .jpg")
    path.write_bytes(noise("JPEG"))
    assert is_whole(path)


def test_real_photographs_are_whole(shared: Path) -> None:
    """Files of seven institutions."""
    paths = sorted((shared / "data/herbarium/fullres").glob("*.jpg"))
    assert paths
    assert all(is_whole(path) for path in paths)
