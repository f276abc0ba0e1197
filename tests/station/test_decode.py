"""What decode makes of sound photographs of every kind."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import ExifTags
from PIL import Image as PillowImage
from PIL.TiffImagePlugin import IFDRational

from station.decode import Settings, decode
from station.errors import DecodeError
from station.judging import capture_of
from station.types import Box, Image
from tests.station.codecs.pictures import HEIGHT, KINDS, WIDTH, Writer, differ, opened, scene, whole


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Writes into this test's folder."""
    return Writer(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_come_out_as_they_went_in(written: Writer, kind: str) -> None:
    """Colour photographs of every kind keep their size and their pixels."""
    photo = written(scene(), kind)
    assert photo.size_px == (WIDTH, HEIGHT)
    assert differ(whole(photo), scene()) <= (6 if kind == "JPEG" else 0)
    assert whole(photo).shape == (HEIGHT, WIDTH, 3)


TURNED: dict[int, Callable[[Image], Image]] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: np.rot90,
}
"""EXIF orientation -> how a viewer turns the stored picture."""


@pytest.mark.parametrize(("kind", "deep"), [*((kind, False) for kind in KINDS), ("TIFF", True)])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(written: Writer, kind: str, orientation: int, deep: bool) -> None:
    """The same upright picture from all eight ways of storing it; small, whole and cut out alike."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    if deep:
        file = io.BytesIO()
        tags = [(274, "H", 1, orientation, True)]
        tifffile.imwrite(file, scene().astype(np.uint16) * 257, photometric="rgb", metadata=None, extratags=tags)
        photo = written(file.getvalue(), "TIFF")
    else:
        photo = written(scene(), kind, exif=exif)
    upright = TURNED[orientation](scene())
    width, height = photo.size_px
    assert (height, width) == upright.shape[:2]
    assert (
        differ(photo.small(150), cv2.resize(np.ascontiguousarray(upright), (width // 2, height // 2), None, 0, 0, 3))
        <= 6
    )
    assert differ(whole(photo), upright) <= 6
    box = Box(30, 20, 90, 50)
    assert differ(photo.region(box), upright[20:70, 30:120]) <= 6


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_is_upright(written: Writer, orientation: int) -> None:
    """Cameras held flat write 0."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    assert written(scene(), "JPEG", exif=exif).size_px == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("kind", "name", "note"),
    [
        ("PNG", "a.jpg", "is a PNG named .jpg"),
        ("JPEG", "a.TIF", "is a JPEG named .tif"),
        ("TIFF", "a.png", "is a TIFF named .png"),
    ],
)
def test_content_decides_not_the_name(written: Writer, kind: str, name: str, note: str) -> None:
    """A wrong extension is decoded, and noted."""
    photo = written(scene(), kind, name)
    assert note in photo.notes
    assert differ(whole(photo), scene()) <= 6


@pytest.mark.parametrize("name", ["a b.jpg", "a\nb.jpg", "Ähre.JPEG", "noextension", ".jpg", b"\xff\xfe.jpg"])
def test_odd_names_are_no_obstacle(tmp_path: Path, name: str | bytes) -> None:
    """Spaces, line breaks, and bytes that are no UTF-8."""
    path = tmp_path / os.fsdecode(name)
    PillowImage.fromarray(scene()).save(path, "JPEG")
    photo = opened(path)
    assert photo.small(64).shape == (43, 64, 3)
    assert not any("named" in note for note in photo.notes)


def test_camera_facts_are_plain_text(written: Writer) -> None:
    """EXIF by its tag names, numbers as photographers write them."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Make] = "Canon\0\0"
    exif[ExifTags.Base.Model] = " EOS 5DS R "
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    numbers = {33434: (1, 125), 33437: (8, 1), 37386: (100, 1), 37380: (-1, 3), 37377: (5, 0)}
    detail.update({tag: IFDRational(*pair) for tag, pair in numbers.items()})
    detail.update({34855: 100, 42036: "EF100mm f/2.8L", 42033: "123", 41987: 1})
    facts = dict(written(scene(), "JPEG", exif=exif).exif)
    assert facts == {
        "Make": "Canon",
        "Model": "EOS 5DS R",
        "ExposureTime": "1/125",
        "ExposureBiasValue": "-0.333333",
        "FNumber": "8",
        "ISOSpeedRatings": "100",
        "FocalLength": "100",
        "LensModel": "EF100mm f/2.8L",
        "BodySerialNumber": "123",
        "WhiteBalance": "1",
    }


def test_damaged_exif_does_not_stop_decoding(written: Writer) -> None:
    """A directory that points outside itself costs the facts, not the photograph."""
    broken = b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 50
    photo = written(scene(), "JPEG", exif=broken)
    assert dict(photo.exif) == {}
    assert photo.small(64).shape == (43, 64, 3)


def test_large_exif_is_read(written: Writer) -> None:
    """60 kB of maker's notes are the usual thing."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Make] = "Nikon"
    exif.get_ifd(ExifTags.IFD.Exif)[37500] = b"x" * 60_000
    assert written(scene(), "JPEG", exif=exif).exif["Make"] == "Nikon"


def test_one_pixel_is_a_photograph(written: Writer) -> None:
    """Whether the size is right is a check's business."""
    for kind in KINDS:
        photo = written(np.full((1, 1, 3), 77, np.uint8), kind)
        assert photo.size_px == (1, 1)
        assert photo.small(1024).shape == (1, 1, 3)
        assert abs(int(photo.region(Box(0, 0, 1, 1))[0, 0, 0]) - 77) <= 2


def test_bytes_behind_the_end_mark_do_no_harm(written: Writer) -> None:
    """Phones append videos and depth maps to their JPEGs."""
    file = io.BytesIO()
    PillowImage.fromarray(scene()).save(file, "JPEG", quality=95, subsampling=0)
    assert differ(whole(written(file.getvalue() + b"\0" * 1000 + b"SEFT", "JPEG")), scene()) <= 6


def test_a_file_written_anew_is_no_longer_this_capture(tmp_path: Path) -> None:
    """A verdict never speaks of other pixels than those its SHA-256 was taken of."""
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), scene())
    capture = capture_of(path)
    photo = decode(capture, Settings())
    cv2.imwrite(str(path), scene()[::-1])
    os.utime(path, ns=(0, capture.stamp.mtime_ns + 1))
    with pytest.raises(DecodeError, match="written anew"):
        photo.small(64)
    with pytest.raises(DecodeError, match="written anew"):
        decode(capture, Settings())


def test_a_real_photograph_decodes(shared: Path) -> None:
    """A large original, with a colour profile of its own: size by header, small and regions that agree."""
    photo = opened(shared / "data/herbarium/fullres/h104.jpg")
    width, height = photo.size_px
    assert (width, height) == (3543, 6323)
    assert any("eciRGB" in note for note in photo.notes)
    small = photo.small(1024)
    assert max(small.shape) == 1024
    part = photo.region(Box(width // 4, height // 4, 512, 512))
    assert part.shape == (512, 512, 3)
    assert differ(small, photo.small(1024)) == 0
