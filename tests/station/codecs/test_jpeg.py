"""JPEG bytes to pixels: scaling by the codec, and no damage papered over."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as PillowImage

from station.codecs import jpeg
from station.errors import DecodeError

WIDTH, HEIGHT = 300, 200


@pytest.fixture
def data() -> bytes:
    """A JPEG of noise, 300 x 200."""
    file = io.BytesIO()
    pixels = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    PillowImage.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def test_the_codec_scales_by_itself(data: bytes) -> None:
    """An eighth of the side comes from an eighth of the coefficients, never smaller than asked for."""
    assert jpeg.size_px(data) == (WIDTH, HEIGHT)
    assert jpeg.decode(data, (WIDTH, HEIGHT)).shape == (HEIGHT, WIDTH, 3)
    assert jpeg.decode(data, (WIDTH, HEIGHT), 30).shape == (25, 38, 3)
    assert jpeg.decode(data, (WIDTH, HEIGHT), 39).shape[1] >= 39


@pytest.mark.parametrize("at_least", [None, 30])
def test_missing_data_are_truncated_in_every_scale(data: bytes, at_least: int | None) -> None:
    """libjpeg would fill the rest with grey."""
    with pytest.raises(DecodeError) as caught:
        jpeg.decode(data[: len(data) // 2], (WIDTH, HEIGHT), at_least)
    assert caught.value.code == "truncated"


def test_a_harmless_header_is_forgiven(data: bytes) -> None:
    """Scan parameters that only progressive files use make libjpeg warn; the pixels are sound."""
    odd = bytearray(data)
    scan = data.index(b"\xff\xda")
    odd[scan + 12] = 0  # end of spectral selection, 63 in a sequential file (T.81 B.2.3)
    assert (jpeg.decode(bytes(odd), (WIDTH, HEIGHT)) == jpeg.decode(data, (WIDTH, HEIGHT))).all()
    with pytest.raises(DecodeError):
        jpeg.decode(bytes(odd[:-500]), (WIDTH, HEIGHT))


def test_another_size_than_the_header_said_is_an_error(data: bytes) -> None:
    """The file was replaced while the station read it."""
    with pytest.raises(DecodeError, match="changed"):
        jpeg.decode(data, (WIDTH + 1, HEIGHT))
