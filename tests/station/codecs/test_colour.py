"""Stored pixels to sRGB, against the arithmetic of the ICC specification done here by hand."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from station.codecs.colour import Colour
from station.types import Box
from tests.station.codecs.pictures import opened

# Columns: red, green, blue as XYZ relative to D50 (ICC.1:2022 annex F; chromatically adapted by Bradford)
P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
GAMMA = 2.2


def profile(space: bytes, gamma: float = GAMMA, primaries: NDArray[np.float64] = P3) -> bytes:
    """A version 2 matrix or grey profile (ICC.1:2001-04)."""

    def xyz(values: NDArray[np.float64]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    name = b"Test profile\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(gamma * 256), 0)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz(np.array([0.9642, 1.0, 0.8249])),
    }
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        for column, letter in enumerate((b"r", b"g", b"b")):
            tags |= {letter + b"XYZ": xyz(primaries[:, column]), letter + b"TRC": curve}
    table, data, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for key, value in tags.items():
        table += key + struct.pack(">II", start + len(data), len(value))
        data += value + b"\0" * (-len(value) % 4)
    illuminant = struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    fixed = b"\0" * 4 + b"\x02\x20\0\0" + b"mntr" + space + b"XYZ " + b"\0" * 12 + b"acsp" + b"\0" * 28 + illuminant
    head = struct.pack(">I", start + len(data)) + fixed
    return head.ljust(128, b"\0") + table + data


def curved(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """IEC 61966-2-1, 0..1 -> 0..255."""
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def colours() -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def as_p3(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Pixels of the profile `profile(b"RGB ")` -> sRGB levels."""
    return curved((pixels / 255) ** GAMMA @ P3.T @ np.linalg.inv(SRGB).T)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_wide_profile_is_converted() -> None:
    """Display P3 primaries: the matrices of the specification give the same levels, and the note names the profile."""
    colour = Colour("RGB", profile(b"RGB "), declared_srgb=False, exif={})
    inside = colours() // 3 + 80  # within sRGB, where nothing is clipped
    assert np.abs(colour.rgb(inside) - as_p3(inside)).max() <= 2
    assert "Test profile" in colour.note
    assert "converted" in colour.note


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_small_and_region_are_both_converted(folder: Path, kind: str) -> None:
    """The profile is found in every kind of file and applied to all that is handed out."""
    path = folder / "sheet"
    PillowImage.new("RGB", (64, 48), (200, 100, 90)).save(path, kind, icc_profile=profile(b"RGB "))
    photo = opened(path)
    expected = as_p3(np.array([[[200, 100, 90]]], np.uint8))
    assert np.abs(photo.small(16) - expected).max() <= 3
    assert np.abs(photo.region(Box(3, 3, 9, 9)) - expected).max() <= 3
    assert any("Test profile" in note for note in photo.notes)


def test_an_srgb_profile_changes_nothing() -> None:
    """However it words itself, sRGB is handed out untouched and without a note."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    colour = Colour("RGB", srgb, declared_srgb=False, exif={})
    assert colour.note == ""
    assert (colour.rgb(colours()) == colours()).all()


def test_a_grey_profile_is_converted() -> None:
    """Linear grey scans become visible greys."""
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    pixels = Colour("L", profile(b"GRAY", gamma=1.0), declared_srgb=False, exif={}).rgb(grey)
    assert pixels.shape == (16, 16, 3)
    assert np.abs(pixels - curved(grey / 255)[:, :, np.newaxis]).max() <= 2


@pytest.mark.parametrize(
    ("exif", "declared", "note"),
    [
        ({}, False, "no colour profile; taken as sRGB"),
        ({"ColorSpace": "1"}, False, "no colour profile; EXIF says sRGB"),
        ({"ColorSpace": "65535"}, False, "no colour profile; EXIF says it is not sRGB; taken as sRGB all the same"),
        ({}, True, ""),
    ],
)
def test_a_missing_profile_is_noted(exif: dict[str, str], declared: bool, note: str) -> None:
    """The colour check must know what its figures rest on; the pixels stay as they are."""
    colour = Colour("RGB", None, declared, exif)
    assert colour.note == note
    assert (colour.rgb(colours()) == colours()).all()


def test_the_srgb_chunk_of_png_counts(folder: Path) -> None:
    """PNG can say sRGB without a profile (PNG 11.3.3.5)."""
    chunks = PngInfo()
    chunks.add(b"sRGB", b"\0")
    PillowImage.fromarray(colours()).save(folder / "a.png", pnginfo=chunks)
    assert opened(folder / "a.png").notes == ()


@pytest.mark.parametrize("broken", [b"x", b"\0" * 200, profile(b"RGB ")[:150], profile(b"RGB ")[:128] + b"\xff" * 400])
def test_a_damaged_profile_is_ignored_and_noted(broken: bytes) -> None:
    """The photograph is judged all the same, with a warning about its colours."""
    colour = Colour("RGB", broken, declared_srgb=False, exif={})
    assert "ignored" in colour.note
    assert (colour.rgb(colours()) == colours()).all()


def test_a_profile_for_other_pixels_is_ignored_and_noted() -> None:
    """An RGB profile left on a picture that was made grey."""
    colour = Colour("L", profile(b"RGB "), declared_srgb=False, exif={})
    assert "other pixels" in colour.note
    assert (colour.rgb(colours()[:, :, 0]) == colours()[:, :, :1]).all()


def test_cmyk_without_a_profile() -> None:
    """No ink is white, full black is black, full cyan is cyan."""
    inks = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)
    colour = Colour("CMYK", None, declared_srgb=False, exif={})
    assert colour.rgb(inks).tolist() == [[[255, 255, 255], [0, 0, 0], [0, 255, 255]]]
    assert "CMYK" in colour.note


def test_large_parts_and_views_are_converted(folder: Path) -> None:
    """What a region cuts out is not contiguous in memory."""
    file = io.BytesIO()
    PillowImage.fromarray(np.tile(colours(), (10, 10, 1))).save(file, "PNG", icc_profile=profile(b"RGB "))
    (folder / "a.png").write_bytes(file.getvalue())
    photo = opened(folder / "a.png")
    first = photo.region(Box(0, 0, 30, 20))
    assert (photo.region(Box(30, 20, 30, 20)) == first).all()
