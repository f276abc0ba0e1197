"""The folder behind the virtual camera; the camera itself is measured by test_tether.py."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from station.virtual_camera import VirtualCamera, padded


def jpeg() -> bytes:
    """A small JPEG with Exif: turned by 90 degrees."""
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(np.arange(64 * 48 * 3, dtype=np.uint8).reshape(64, 48, 3)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


JPEG = jpeg()


@given(st.one_of(st.just(0), st.integers(4, 300_000)))
def test_a_padded_jpeg_is_the_same_photograph(room: int) -> None:
    """Whatever its length, it has the same pixels and the same Exif."""
    longer = padded(JPEG, len(JPEG) + room)
    assert len(longer) == len(JPEG) + room
    with Image.open(io.BytesIO(longer)) as after, Image.open(io.BytesIO(JPEG)) as before:
        assert after.getexif() == before.getexif()
        assert np.array_equal(np.asarray(after), np.asarray(before))


@given(st.binary(max_size=300), st.integers(4, 1000))
def test_anything_else_is_padded_to_its_length(picture: bytes, room: int) -> None:
    """What is no JPEG, or a broken one, keeps all its bytes in their order."""
    longer = padded(picture, len(picture) + room)
    assert len(longer) == len(picture) + room
    rest = iter(longer)
    assert all(byte in rest for byte in picture)


@pytest.mark.parametrize("room", [-1, 1, 2, 3])
def test_a_length_that_cannot_be_made_is_refused(room: int) -> None:
    """A comment segment takes four bytes at least."""
    with pytest.raises(ValueError, match="cannot be made"):
        padded(JPEG, len(JPEG) + room)


def test_the_next_picture_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """The card holds one file of one length, and `load` returns its very content."""
    camera = VirtualCamera(tmp_path / "camera", 5000)
    frames = [camera.load(b"one"), camera.load(JPEG)]
    files = [path for path in (tmp_path / "camera").rglob("*") if path.is_file()]
    assert [len(frame) for frame in frames] == [5000, 5000]
    assert [path.read_bytes() for path in files] == [frames[1]]
    assert camera.environment == {"VCAMERADIR": str(tmp_path / "camera")}
