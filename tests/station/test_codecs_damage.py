"""Everything that is no sound photograph is a DecodeError with a remedy, at little cost; never another exception."""

from __future__ import annotations

import io
import os
import socket
import tempfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageCms

from station.decode import Settings, is_whole
from station.errors import DecodeError
from station.types import Box
from tests.station.codecs.pictures import opened

WIDTH, HEIGHT = 60, 40


def refused(path: Path) -> DecodeError:
    """The error that opening the file, or looking at its pixels, ends in."""
    with pytest.raises(DecodeError) as caught:
        opened(path).region(Box(0, 0, 10, 10))
    assert caught.value.remedy
    assert caught.value.code in ("unreadable", "truncated")
    return caught.value


@cache
def samples() -> dict[str, bytes]:
    """One small file for each way of storing pixels."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    pixels = np.stack([x * 4, y * 6, (x + y) * 2], axis=-1).astype(np.uint8)
    image, deep = PillowImage.fromarray(pixels), pixels.astype(np.uint16) * 257
    exif = PillowImage.Exif()
    exif.update({274: 6, 271: "Canon"})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    def saved(picture: PillowImage.Image, kind: str, **options: object) -> bytes:
        file = io.BytesIO()
        picture.save(file, kind, **options)
        return file.getvalue()

    def deep_tiff(**options: object) -> bytes:
        file = io.BytesIO()
        tifffile.imwrite(file, deep, photometric="rgb", metadata=None, **options)
        return file.getvalue()

    return {
        "jpeg": saved(image, "JPEG", exif=exif, icc_profile=profile),
        "progressive": saved(image, "JPEG", progressive=True),
        "cmyk": saved(image.convert("CMYK"), "JPEG"),
        "png": saved(image, "PNG", exif=exif, icc_profile=profile),
        "palette": saved(image.quantize(8), "PNG", transparency=1),
        "png16": cv2.imencode(".png", deep)[1].tobytes(),
        "tiff": saved(image, "TIFF", exif=exif, icc_profile=profile),
        "lzw": saved(image, "TIFF", compression="tiff_lzw"),
        "tiff16": deep_tiff(),
        "tiled16": deep_tiff(tile=(16, 16), compression="zlib"),
        "bigtiff": deep_tiff(bigtiff=True),
    }


NAMES = ("jpeg", "progressive", "cmyk", "png", "palette", "png16", "tiff", "lzw", "tiff16", "tiled16", "bigtiff")


def test_the_samples_are_sound(tmp_path: Path) -> None:
    """What is damaged below decodes before."""
    assert tuple(samples()) == NAMES
    for name, data in samples().items():
        path = tmp_path / name
        path.write_bytes(data)
        assert is_whole(path)
        photo = opened(path)
        assert photo.region(Box(0, 0, *photo.size_px)).size == WIDTH * HEIGHT * 3


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_off_is_truncated(tmp_path: Path, name: str, tenth: int) -> None:
    """Whatever tenth of it has arrived: not whole for the watcher, an error for the line, never grey pixels."""
    data = samples()[name]
    path = tmp_path / "sheet.jpg"
    path.write_bytes(data[: len(data) * tenth // 10])
    assert refused(path).code == ("truncated" if tenth else "unreadable")
    assert not is_whole(path)


@pytest.mark.parametrize("name", NAMES)
def test_the_last_bytes_matter(tmp_path: Path, name: str) -> None:
    """A file that lacks its last two bytes is not whole, unless those describe and do not picture (EXIF, ICC)."""
    path = tmp_path / "sheet.jpg"
    path.write_bytes(samples()[name][:-2])
    if is_whole(path):
        assert name == "tiff"
        assert opened(path).region(Box(0, 0, WIDTH, HEIGHT)).size
    else:
        assert refused(path).code == "truncated"


def test_a_jpeg_cut_and_closed_again_is_truncated(tmp_path: Path) -> None:
    """An end mark at the end proves nothing: libjpeg's warning does, where others show grey."""
    data = samples()["jpeg"]
    path = tmp_path / "sheet.jpg"
    path.write_bytes(data[:-60] + b"\xff\xd9")
    photo = opened(path)
    with pytest.raises(DecodeError, match="damaged"):
        photo.small(16)
    with pytest.raises(DecodeError, match="damaged"):
        photo.region(Box(0, 0, 5, 5))


def test_an_empty_file(tmp_path: Path) -> None:
    """Zero bytes are an aborted transfer."""
    path = tmp_path / "sheet.jpg"
    path.touch()
    assert "empty" in str(refused(path))


@pytest.mark.parametrize(
    "content", [b"hello\n", b"x", b"Specimen list\n" * 1000, b"\0" * 5000, b"GIF89a" + b"\0" * 500]
)
def test_text_and_other_files_are_no_photograph(tmp_path: Path, content: bytes) -> None:
    """Whatever the name says; and the watcher need not wait for them, once there is enough to tell."""
    path = tmp_path / "sheet.jpg"
    path.write_bytes(content)
    assert "no photograph" in str(refused(path))
    assert is_whole(path) == (len(content) >= 16)


def test_a_folder(tmp_path: Path) -> None:
    """A folder named like a photograph."""
    (tmp_path / "sheet.jpg").mkdir()
    assert "folder" in str(refused(tmp_path / "sheet.jpg"))


def test_a_named_pipe_does_not_hold_the_line(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    os.mkfifo(tmp_path / "sheet.jpg")
    assert refused(tmp_path / "sheet.jpg")


def test_a_socket(tmp_path: Path) -> None:
    """What cannot be opened at all says why."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(tmp_path / "s"))
        assert "cannot be read" in str(refused(tmp_path / "s"))


def test_a_broken_link_and_a_link_to_itself(tmp_path: Path) -> None:
    """Links are followed, not trusted."""
    (tmp_path / "a.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "b.jpg")
    assert "leads nowhere" in str(refused(tmp_path / "a.jpg"))
    assert "cannot be read" in str(refused(tmp_path / "b.jpg"))


def test_no_permission() -> None:
    """A file of another user; root, who may read everything, becomes nobody for the moment."""
    descriptor, name = tempfile.mkstemp(suffix=".jpg")  # pytest's own folders are closed to nobody
    os.write(descriptor, samples()["jpeg"])
    os.fchmod(descriptor, 0)
    os.close(descriptor)
    path, user = Path(name), os.geteuid()
    try:
        os.seteuid(user or 65534)
        error, whole = refused(path), is_whole(path)
    finally:
        os.seteuid(user)
        path.unlink()
    assert "may not read" in str(error)
    assert not whole


@pytest.mark.parametrize("name", ["jpeg", "png", "tiff16"])
def test_a_file_that_vanishes_after_opening(tmp_path: Path, name: str) -> None:
    """Between the header and the pixels somebody tidied up."""
    path = tmp_path / "sheet.jpg"
    path.write_bytes(samples()[name])
    photo = opened(path)
    path.unlink()
    with pytest.raises(DecodeError, match="gone"):
        photo.small(32)


@pytest.mark.parametrize("name", ["jpeg", "png", "tiff", "tiff16"])
def test_a_file_replaced_after_opening(tmp_path: Path, name: str) -> None:
    """Another picture under the same name is not shown with this one's size."""
    path = tmp_path / "sheet.jpg"
    path.write_bytes(samples()[name])
    photo = opened(path)
    other = io.BytesIO()
    PillowImage.new("RGB", (200, 100)).save(other, {"jpeg": "JPEG", "png": "PNG"}.get(name, "TIFF"))
    path.write_bytes(other.getvalue())
    with pytest.raises(DecodeError):
        photo.small(32)


def test_a_file_of_zeros_with_a_header_is_not_whole(tmp_path: Path) -> None:
    """Some programs reserve the whole length first and fill it later."""
    path = tmp_path / "sheet.tif"
    for head in (b"II*\0", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(head + b"\0" * 100_000)
        assert not is_whole(path)
        assert refused(path).code == "truncated"


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    near_head=st.booleans(),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_any_damage_is_a_photo_or_a_decode_error(
    tmp_path: Path, name: str, changes: list[tuple[float, int]], near_head: bool, kept: float
) -> None:
    """Bytes changed anywhere, cut anywhere: what opens can be looked at or is refused, and nothing else happens."""
    data = bytearray(samples()[name])
    reach = min(600, len(data)) if near_head else len(data)
    for where, value in changes:
        data[int(where * reach)] = value
    path = tmp_path / "sheet.jpg"
    path.write_bytes(data[: round(len(data) * kept)])
    is_whole(path)
    try:
        photo = opened(path, Settings(max_megapixels=4))
        small, pixels = photo.small(24), photo.region(Box(0, 0, *photo.size_px))
    except DecodeError:
        return
    assert small.dtype == pixels.dtype == np.uint8
    assert pixels.shape == (photo.size_px[1], photo.size_px[0], 3)
    assert max(small.shape[:2]) == min(24, max(photo.size_px))
