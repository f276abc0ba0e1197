"""Camera RAW: real DNG files written here, opened by the real LibRaw."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as PillowImage

from station.codecs import raw
from station.decode import Settings, is_whole
from station.errors import DecodeError
from station.types import Box, Photo
from tests.station.codecs import pictures

WIDTH, HEIGHT = 320, 240
Tag = tuple[int, bytes]  # TIFF field type, value


def shorts(*values: int) -> Tag:
    return 3, struct.pack(f"<{len(values)}H", *values)


def longs(*values: int) -> Tag:
    return 4, struct.pack(f"<{len(values)}I", *values)


def ratios(kind: int, *values: float) -> Tag:
    return kind, b"".join(struct.pack("<ii", round(value * 10_000), 10_000) for value in values)


def directory(tags: Mapping[int, Tag], at: int) -> bytes:
    """One TIFF directory to stand at offset `at`, its long values behind it."""
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 10: 8}
    entries, values = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, (kind, data) in sorted(tags.items()):
        entry = struct.pack("<HHI", tag, kind, len(data) // sizes[kind])
        if len(data) <= 4:
            entries += entry + data.ljust(4, b"\0")
        else:
            entries += entry + struct.pack("<I", behind + len(values))
            values += data + b"\0" * (len(data) % 2)
    return struct.pack("<H", len(tags)) + entries + b"\0\0\0\0" + values


def linear_scene(width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.float64]:
    """Linear light (h, w, 3), 0.1..0.9: red grows to the right, green downwards, blue to the left."""
    y, x = np.mgrid[:height, :width]
    return 0.1 + 0.8 * np.stack([x / width, y / height, 1 - x / width], axis=-1)


def srgb(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return np.round(255 * curved).astype(np.uint8)


def dng(
    orientation: int = 1, preview: bytes | None = None, size: tuple[int, int] = (WIDTH, HEIGHT), *, grey: bool = False
) -> bytes:
    """A DNG 1.4 of `linear_scene`, RGGB, whose camera primaries are those of sRGB (IEC 61966-2-1); `grey`: its green
    alone, as a camera without a colour filter sees it."""
    levels = np.round(linear_scene(*size) * 65535).astype("<u2")
    mosaic = levels[:, :, 1].copy()
    if not grey:
        mosaic[0::2, 0::2], mosaic[1::2, 1::2] = levels[0::2, 0::2, 0], levels[1::2, 1::2, 2]
    xyz_to_rgb = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
    camera: dict[int, Tag] = {
        271: (2, b"Maker\0"),
        272: (2, b"Test Camera\0"),
        274: shorts(orientation),
        50706: (1, b"\1\4\0\0"),
        50707: (1, b"\1\1\0\0"),
        50708: (2, b"Test Camera\0"),
        50721: ratios(10, *xyz_to_rgb),
        50728: ratios(5, 1, 1, 1),
        50778: shorts(21),
    }
    sensor: dict[int, Tag] = {
        254: longs(0),
        **{256: longs(size[0]), 257: longs(size[1]), 258: shorts(16), 259: shorts(1), 262: shorts(32803)},
        **{273: longs(8), 277: shorts(1), 278: longs(size[1]), 279: longs(mosaic.nbytes), 284: shorts(1)},
        **{33421: shorts(2, 2), 33422: (1, b"\0\1\1\2"), 50714: shorts(0), 50717: longs(65535)},
    }
    if grey:
        sensor = {tag: value for tag, value in sensor.items() if tag not in (33421, 33422)} | {262: shorts(34892)}
    body = mosaic.tobytes()
    start = 8 + len(body)
    if preview is None:
        return b"II*\0" + struct.pack("<I", start) + body + directory({**camera, **sensor}, start)
    body += preview + b"\0" * (len(preview) % 2)
    behind = 8 + len(body)
    with PillowImage.open(io.BytesIO(preview)) as image:
        width, height = image.size
    first: dict[int, Tag] = {
        **camera,
        254: longs(1),
        **{256: longs(width), 257: longs(height), 258: shorts(8, 8, 8), 259: shorts(7), 262: shorts(6)},
        **{273: longs(start), 277: shorts(3), 278: longs(height), 279: longs(len(preview)), 284: shorts(1)},
        330: longs(0),
    }
    length = len(directory(first, behind))
    first[330] = longs(behind + length)
    return b"II*\0" + struct.pack("<I", behind) + body + directory(first, behind) + directory(sensor, behind + length)


def jpeg(width: int, height: int, colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    file = io.BytesIO()
    PillowImage.new("RGB", (width, height), colour).save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[bytes], Photo]:
    """Bytes -> the Photo that decode makes of a file holding them."""

    def write(data: bytes) -> Photo:
        path = tmp_path / "sheet.dng"
        path.write_bytes(data)
        return pictures.opened(path)

    return write


def test_real_pixels_are_developed_plainly(opened: Callable[[bytes], Photo]) -> None:
    """A scene of known linear light comes out as its sRGB values, whatever its brightest pixel."""
    photo = opened(dng())
    assert photo.size_px == (WIDTH, HEIGHT)
    pixels = photo.region(Box(0, 0, WIDTH, HEIGHT))
    inner = np.s_[20:-20, 20:-20]
    assert np.abs(pixels[inner].astype(int) - srgb(linear_scene())[inner]).max() <= 3
    assert any("camera RAW" in note for note in photo.notes)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_turn_of_the_camera_is_honoured(opened: Callable[[bytes], Photo], orientation: int) -> None:
    """Real pixels, half-size pixels and the preview's size all come out upright."""
    upright = np.rot90(srgb(linear_scene()), {1: 0, 3: 2, 6: 3, 8: 1}[orientation])
    photo = opened(dng(orientation))
    assert photo.size_px == upright.shape[1::-1]
    small = photo.small(64)
    reduced = cv2.resize(np.ascontiguousarray(upright), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small[6:-6, 6:-6].astype(int) - reduced[6:-6, 6:-6]).max() <= 6
    whole = photo.region(Box(0, 0, *photo.size_px))
    assert np.abs(whole[20:-20, 20:-20].astype(int) - upright[20:-20, 20:-20]).max() <= 3
    shape = opened(dng(orientation, preview=jpeg(160, 120))).small(160).shape
    assert shape == ((160, 120, 3) if orientation in (6, 8) else (120, 160, 3))


def test_the_small_image_is_the_preview_when_large_enough(opened: Callable[[bytes], Photo]) -> None:
    """A preview of another colour than the scene shows which of the two was used."""
    photo = opened(dng(preview=jpeg(160, 120)))
    assert photo.small(160).shape == (120, 160, 3)
    assert np.abs(photo.small(100).mean(axis=(0, 1)) - (200, 30, 30)).max() < 3
    assert any("embedded preview" in note and "160 px" in note for note in photo.notes)


def test_a_preview_too_small_or_of_another_shape_is_not_used(opened: Callable[[bytes], Photo]) -> None:
    """Asked for more than the preview holds, or offered another crop, the sensor's pixels are taken."""
    expected = srgb(linear_scene()).mean(axis=(0, 1))
    enlarged = opened(dng(preview=jpeg(64, 48)))
    assert np.abs(enlarged.small(120).mean(axis=(0, 1)) - expected).max() < 6
    cropped = opened(dng(preview=jpeg(200, 200)))
    assert np.abs(cropped.small(100).mean(axis=(0, 1)) - expected).max() < 6
    assert not any("preview" in note for note in cropped.notes)


def test_region_shows_the_sensor_and_never_the_preview(opened: Callable[[bytes], Photo]) -> None:
    """Sharpness and colour are judged on real pixels."""
    photo = opened(dng(preview=jpeg(320, 240)))
    photo.small(320)
    expected = srgb(linear_scene())[100:140, 100:140]
    assert np.abs(photo.region(Box(100, 100, 40, 40)).astype(int) - expected).max() <= 3


def test_camera_facts_are_read(opened: Callable[[bytes], Photo]) -> None:
    """Make and model stand in the directory of the DNG itself."""
    exif = opened(dng()).exif
    assert exif["Make"] == "Maker"
    assert exif["Model"] == "Test Camera"


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_raw_cut_off_is_truncated(opened: Callable[[bytes], Photo], tmp_path: Path, tenth: int) -> None:
    """Whatever part of the transfer is missing, the watcher waits and the decoder says so."""
    data = dng(preview=jpeg(160, 120))
    with pytest.raises(DecodeError) as caught:
        opened(data[: len(data) * tenth // 10])
    assert caught.value.code == "truncated"
    assert not is_whole(tmp_path / "sheet.dng")


def test_too_many_sensor_pixels_are_refused(tmp_path: Path) -> None:
    """The limit holds for RAW as well."""
    path = tmp_path / "sheet.dng"
    path.write_bytes(dng())
    with pytest.raises(DecodeError, match="too large"):
        pictures.opened(path, Settings(max_megapixels=0.07))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(1, 600), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_directories_give_a_photo_or_a_decode_error(
    opened: Callable[[bytes], Photo], changes: list[tuple[int, int]]
) -> None:
    """Whatever LibRaw makes of wrong sizes and offsets: pixels of the size announced, or a refusal."""
    data = bytearray(dng(preview=jpeg(160, 120)))
    for from_the_end, value in changes:
        data[-from_the_end] = value
    try:
        photo = opened(bytes(data))
        photo.small(100)
        pixels = photo.region(Box(0, 0, *photo.size_px))
    except DecodeError:
        return
    assert pixels.shape == (photo.size_px[1], photo.size_px[0], 3)


def test_a_camera_without_colour_gives_grey(opened: Callable[[bytes], Photo]) -> None:
    """Achromatic backs are used in archives: three equal channels, as of any grey photograph."""
    photo = opened(dng(grey=True))
    pixels = photo.region(Box(0, 0, WIDTH, HEIGHT)).astype(int)
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert np.ptp(pixels, axis=2).max() == 0
    assert np.abs(pixels[:, :, 1] - srgb(linear_scene())[:, :, 1]).max() <= 2
    assert photo.small(100).shape == (75, 100, 3)
    assert opened(dng(grey=True)).small(100).shape == (75, 100, 3)


@pytest.mark.parametrize(("width", "height"), [(321, 240), (320, 241), (319, 239)])
def test_odd_sizes_keep_every_pixel(width: int, height: int) -> None:
    """Visible areas need not be whole cells of the colour filter."""
    data = dng(size=(width, height))
    assert raw.header(data).size_px == (width, height)
    assert raw.develop(data, half=False).shape == (height, width, 3)
    assert raw.develop(data, half=True).shape == (height // 2, width // 2, 3)
