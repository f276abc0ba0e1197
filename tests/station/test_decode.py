"""What decode makes of sound photographs of every kind."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags
from PIL import Image as PillowImage
from PIL.TiffImagePlugin import IFDRational

from station.decode import Settings, decode
from station.errors import DecodeError
from station.types import Box, Capture, Image, Photo, Stamp

WIDTH, HEIGHT = 300, 200
KINDS = ("JPEG", "PNG", "TIFF")
Written = Callable[..., Photo]


def scene() -> Image:
    """A smooth colour picture, (200, 300, 3), whose corners all differ."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([x * 255 // WIDTH, y * 255 // HEIGHT, 255 - (x + y) * 255 // (WIDTH + HEIGHT)], -1).astype(np.uint8)


def whole(photo: Photo) -> NDArray[np.int16]:
    return photo.region(Box(0, 0, *photo.size_px)).astype(np.int16)


def differ(first: NDArray[np.generic], second: NDArray[np.generic]) -> int:
    """The largest difference in levels of two pictures of the same size."""
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second.astype(int)).max())


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A picture (array, Pillow image or ready bytes) -> the Photo of a file holding it."""

    def write(picture: object, kind: str = "PNG", name: str | None = None, **options: object) -> Photo:
        path = tmp_path / (name or {"JPEG": "a.jpg", "PNG": "a.png", "TIFF": "a.tif"}[kind])
        if isinstance(picture, np.ndarray):
            picture = PillowImage.fromarray(picture)
        if isinstance(picture, PillowImage.Image):
            file = io.BytesIO()
            picture.save(file, kind, **({"quality": 95, "subsampling": 0} if kind == "JPEG" else {}), **options)
            picture = file.getvalue()
        assert isinstance(picture, bytes)
        path.write_bytes(picture)
        return opened(path)

    return write


def opened(path: Path, limits: Settings | None = None) -> Photo:
    return decode(Capture("0" * 16, path, "", datetime.now(UTC), 0, Stamp(0, 0, 0, 0)), limits or Settings())


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_come_out_as_they_went_in(written: Written, kind: str) -> None:
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
def test_exif_orientation_is_honoured(written: Written, kind: str, orientation: int, deep: bool) -> None:
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
def test_an_impossible_orientation_is_upright(written: Written, orientation: int) -> None:
    """Cameras held flat write 0."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    assert written(scene(), "JPEG", exif=exif).size_px == (WIDTH, HEIGHT)


@pytest.mark.parametrize("kind", KINDS)
def test_small_never_enlarges_and_keeps_the_aspect(written: Written, kind: str) -> None:
    """The longest side is at most what was asked for, and at most the photograph's own."""
    photo = written(scene(), kind)
    for side, shape in {1: (1, 1), 30: (20, 30), 149: (99, 149), 300: (200, 300), 9999: (200, 300)}.items():
        assert photo.small(side).shape == (*shape, 3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(side=st.integers(8, 400), first=st.booleans(), kind=st.sampled_from(KINDS))
def test_small_shows_what_region_shows(written: Written, side: int, first: bool, kind: str) -> None:
    """Scaled decoding and decoding in full agree, whichever is asked first."""
    photo = written(scene(), kind)
    before = photo.small(side) if first else None
    pixels = photo.region(Box(0, 0, *photo.size_px))
    after = photo.small(side)
    reduced = cv2.resize(pixels, after.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert differ(after, reduced) <= (12 if first else 1)
    assert before is None or differ(before, after) == 0


def test_regions_are_clipped(written: Written) -> None:
    """A box over the edge gives what is there; one beyond it is an error with a remedy."""
    photo = written(scene())
    assert differ(photo.region(Box(-10, 190, 30, 30)), scene()[190:, :20]) == 0
    for box in (Box(WIDTH, 0, 5, 5), Box(0, -5, 5, 5), Box(3, 3, 0, 4), Box(3, 3, -2, 4)):
        with pytest.raises(DecodeError) as caught:
            photo.region(box)
        assert caught.value.remedy


def test_what_is_handed_out_may_be_changed(written: Written) -> None:
    """A check that draws into its region does not spoil the next check's."""
    photo = written(scene())
    photo.region(Box(0, 0, WIDTH, HEIGHT))[:] = 0
    photo.small(WIDTH)[:] = 0
    assert differ(photo.region(Box(0, 0, WIDTH, HEIGHT)), scene()) == 0


def test_the_file_is_read_once(written: Written, tmp_path: Path) -> None:
    """After the first look at the pixels the file may change: nothing is mixed from two versions."""
    photo = written(scene(), "JPEG")
    photo.small(64)
    (tmp_path / "a.jpg").unlink()
    assert differ(whole(photo), scene()) <= 6
    assert photo.small(64).shape == (43, 64, 3)


def test_full_decoding_happens_once(written: Written, tmp_path: Path) -> None:
    """A TIFF, which has no scaled decoding, is decoded by small() and not again by region()."""
    photo = written(scene(), "TIFF")
    photo.small(64)
    (tmp_path / "a.tif").unlink()
    assert differ(whole(photo), scene()) == 0


def test_small_and_region_run_in_two_threads(written: Written) -> None:
    """Eight threads at once get the right pixels."""
    photo = written(scene(), "JPEG")
    wrong: list[int] = []
    start = threading.Barrier(8)

    def ask(number: int) -> None:
        start.wait()
        if number % 2:
            pixels = photo.small(64 + number).astype(int)
            expected = cv2.resize(scene(), pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
        else:
            pixels = photo.region(Box(number, number, 100, 100)).astype(int)
            expected = scene()[number : number + 100, number : number + 100]
        if np.abs(pixels - expected).max() > 12:
            wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "name", "note"),
    [
        ("PNG", "a.jpg", "is a PNG named .jpg"),
        ("JPEG", "a.TIF", "is a JPEG named .tif"),
        ("TIFF", "a.png", "is a TIFF named .png"),
    ],
)
def test_content_decides_not_the_name(written: Written, kind: str, name: str, note: str) -> None:
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


def test_camera_facts_are_plain_text(written: Written) -> None:
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


def test_damaged_exif_does_not_stop_decoding(written: Written) -> None:
    """A directory that points outside itself costs the facts, not the photograph."""
    broken = b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 50
    photo = written(scene(), "JPEG", exif=broken)
    assert dict(photo.exif) == {}
    assert photo.small(64).shape == (43, 64, 3)


def test_large_exif_is_read(written: Written) -> None:
    """60 kB of maker's notes are the usual thing."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Make] = "Nikon"
    exif.get_ifd(ExifTags.IFD.Exif)[37500] = b"x" * 60_000
    assert written(scene(), "JPEG", exif=exif).exif["Make"] == "Nikon"


def test_one_pixel_is_a_photograph(written: Written) -> None:
    """Whether the size is right is a check's business."""
    for kind in KINDS:
        photo = written(np.full((1, 1, 3), 77, np.uint8), kind)
        assert photo.size_px == (1, 1)
        assert photo.small(1024).shape == (1, 1, 3)
        assert abs(int(photo.region(Box(0, 0, 1, 1))[0, 0, 0]) - 77) <= 2


def test_bytes_behind_the_end_mark_do_no_harm(written: Written) -> None:
    """Phones append videos and depth maps to their JPEGs."""
    file = io.BytesIO()
    PillowImage.fromarray(scene()).save(file, "JPEG", quality=95, subsampling=0)
    assert differ(whole(written(file.getvalue() + b"\0" * 1000 + b"SEFT", "JPEG")), scene()) <= 6


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
