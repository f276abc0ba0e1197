"""Every way of storing pixels that decode reads, or refuses."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from station.errors import DecodeError
from tests.station.codecs.pictures import HEIGHT, KINDS, Writer, differ, scene, whole


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Writes into this test's folder."""
    return Writer(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_greyscale_becomes_three_equal_channels(written: Writer, kind: str) -> None:
    """Every check may count on three channels."""
    grey = scene()[:, :, 0]
    pixels = whole(written(grey, kind))
    assert differ(pixels, np.repeat(grey[:, :, np.newaxis], 3, axis=2)) <= (3 if kind == "JPEG" else 0)


def test_a_progressive_jpeg_is_read(written: Writer) -> None:
    """Web copies of herbarium sheets are often progressive."""
    assert differ(whole(written(scene(), "JPEG", progressive=True)), scene()) <= 6


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_converted(written: Writer, kind: str) -> None:
    """Printers' ink amounts come out as the colours they stand for, in both of the conventions in use."""
    photo = written(PillowImage.fromarray(scene()).convert("CMYK"), kind)
    assert differ(whole(photo), scene()) <= 6
    assert any("CMYK" in note for note in photo.notes)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_transparent_parts_show_white(written: Writer, kind: str) -> None:
    """Alpha is composited on white: opaque, half, clear."""
    alpha = np.repeat(np.array([255, 128, 0], np.uint8), 100)[np.newaxis].repeat(HEIGHT, 0)
    pixels = whole(written(np.dstack([scene(), alpha]), kind))
    part = alpha[:, :, np.newaxis] / 255
    assert differ(pixels, np.round(scene() * part + 255 * (1 - part))) <= 1


def test_a_palette_with_a_clear_entry_is_read(written: Writer) -> None:
    """Indexed PNG, its transparent colour white."""
    image = PillowImage.new("P", (40, 30), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    image.paste(0, (0, 0, 20, 30))
    pixels = whole(written(image, transparency=0))
    assert pixels[5, 5].tolist() == [255, 255, 255]
    assert pixels[5, 35].tolist() == [10, 200, 30]


def test_a_bilevel_tiff_is_black_and_white(written: Writer) -> None:
    """One bit a pixel, as a document scanner writes it."""
    bits = PillowImage.fromarray(scene()[:, :, 0]).convert("1")
    assert differ(whole(written(bits, "TIFF"))[:, :, 0], np.asarray(bits) * 255) == 0


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        *((mode, packing) for mode in ("L", "RGB", "RGBA") for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate")),
        *(("RGB", "packbits"), ("L", "jpeg"), ("RGB", "jpeg")),
    ],
)
def test_compressed_tiffs_are_read(written: Writer, mode: str, compression: str) -> None:
    """All compressions that capture software offers."""
    image = PillowImage.fromarray(scene()).convert(mode)
    pixels = whole(written(image, "TIFF", compression=compression))
    assert differ(pixels, np.asarray(image.convert("RGB"))) <= (40 if compression == "jpeg" else 0)


@pytest.mark.parametrize("options", [{}, {"tile": (64, 64)}, {"compression": "zlib"}, {"bigtiff": True}])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_rounded_to_eight(written: Writer, channels: int, options: dict[str, object]) -> None:
    """Each 8-bit level is the nearest one; alpha goes over white."""
    random = np.random.default_rng(5)
    deep = random.integers(0, 65536, (90, 70, channels), dtype=np.uint16)
    if channels == 4:
        deep[:, :, 3] = 65535
    file = io.BytesIO()
    extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    tifffile.imwrite(
        file, deep.squeeze(), photometric="minisblack" if channels == 1 else "rgb", metadata=None, **options, **extra
    )
    expected = np.round(deep / 257)[:, :, :3]
    pixels = whole(written(file.getvalue(), "TIFF"))
    assert differ(pixels, np.repeat(expected, 3, axis=2) if channels == 1 else expected) == 0
    encoded, png = cv2.imencode(".png", deep[:, :, [2, 1, 0, 3][:channels]] if channels > 1 else deep)
    assert encoded
    assert differ(whole(written(png.tobytes(), "PNG")), pixels) == 0


@pytest.mark.parametrize("options", [{"tile": (64, 64)}, {"planarconfig": "separate"}, {"compression": "zlib"}])
def test_tiff_layouts_are_read(written: Writer, options: dict[str, object]) -> None:
    """Tiles, separate planes, deflate."""
    file = io.BytesIO()
    data = np.moveaxis(scene(), -1, 0) if "planarconfig" in options else scene()
    tifffile.imwrite(file, data, photometric="rgb", metadata=None, **options)
    assert differ(whole(written(file.getvalue(), "TIFF")), scene()) == 0


@pytest.mark.parametrize("dtype", [np.float32, np.uint32, np.int16])
def test_samples_that_are_no_photograph_are_refused(written: Writer, dtype: type[np.generic]) -> None:
    """Scientific TIFFs are named as such, never shown as wrong pixels."""
    file = io.BytesIO()
    tifffile.imwrite(file, np.ones((30, 40), dtype), metadata=None)
    with pytest.raises(DecodeError, match="does not read this kind"):
        written(file.getvalue(), "TIFF")


def test_sixteen_bit_separate_planes_are_refused(written: Writer) -> None:
    """libtiff's reading of them by OpenCV and Pillow is wrong, so they are no photograph here."""
    file = io.BytesIO()
    tifffile.imwrite(file, np.ones((3, 30, 40), np.uint16), photometric="rgb", planarconfig="separate", metadata=None)
    with pytest.raises(DecodeError, match="separate planes") as caught:
        written(file.getvalue(), "TIFF")
    assert "16-bit RGB" in caught.value.remedy


@pytest.mark.parametrize(("quality", "doubted"), [(95, False), (75, False), (50, True), (20, True)])
def test_a_strongly_compressed_jpeg_is_doubted(written: Writer, quality: int, doubted: bool) -> None:
    """The steps of its table tell; the number is libjpeg's own."""
    photo = written(scene(), "JPEG", quality=quality)
    said = [doubt for doubt in photo.doubts if "compressed" in doubt]
    assert bool(said) == doubted
    assert not doubted or f"quality {quality} of 100" in said[0]
