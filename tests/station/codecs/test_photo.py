"""The lazy Photo: decoded once, the same whichever is asked first, in one thread or several."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.errors import DecodeError
from station.types import Box
from tests.station.codecs.pictures import HEIGHT, KINDS, WIDTH, Writer, differ, scene, whole


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Writes into this test's folder."""
    return Writer(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_small_never_enlarges_and_keeps_the_aspect(written: Writer, kind: str) -> None:
    """The longest side is at most what was asked for, and at most the photograph's own."""
    photo = written(scene(), kind)
    for side, shape in {1: (1, 1), 30: (20, 30), 149: (99, 149), 300: (200, 300), 9999: (200, 300)}.items():
        assert photo.small(side).shape == (*shape, 3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(side=st.integers(8, 400), first=st.booleans(), kind=st.sampled_from(KINDS))
def test_small_shows_what_region_shows(written: Writer, side: int, first: bool, kind: str) -> None:
    """Scaled decoding and decoding in full agree, and the small image is the same to the bit whichever comes first."""
    photo, other = written(scene(), kind), written(scene(), kind)
    before = photo.small(side) if first else other.small(side)
    pixels = photo.region(Box(0, 0, *photo.size_px))
    after = photo.small(side)
    reduced = cv2.resize(pixels, after.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert differ(after, reduced) <= 12
    assert differ(before, after) == 0


def test_regions_are_clipped(written: Writer) -> None:
    """A box over the edge gives what is there; one beyond it is an error with a remedy."""
    photo = written(scene())
    assert differ(photo.region(Box(-10, 190, 30, 30)), scene()[190:, :20]) == 0
    for box in (Box(WIDTH, 0, 5, 5), Box(0, -5, 5, 5), Box(3, 3, 0, 4), Box(3, 3, -2, 4)):
        with pytest.raises(DecodeError) as caught:
            photo.region(box)
        assert caught.value.remedy


def test_what_is_handed_out_may_be_changed(written: Writer) -> None:
    """A check that draws into its region does not spoil the next check's."""
    photo = written(scene())
    photo.region(Box(0, 0, WIDTH, HEIGHT))[:] = 0
    photo.small(WIDTH)[:] = 0
    assert differ(photo.region(Box(0, 0, WIDTH, HEIGHT)), scene()) == 0


def test_the_file_is_read_once(written: Writer, tmp_path: Path) -> None:
    """After the first look at the pixels the file may change: nothing is mixed from two versions."""
    photo = written(scene(), "JPEG")
    photo.small(64)
    (tmp_path / "a.jpg").unlink()
    assert differ(whole(photo), scene()) <= 6
    assert photo.small(64).shape == (43, 64, 3)


def test_full_decoding_happens_once(written: Writer, tmp_path: Path) -> None:
    """A TIFF, which has no scaled decoding, is decoded by small() and not again by region()."""
    photo = written(scene(), "TIFF")
    photo.small(64)
    (tmp_path / "a.tif").unlink()
    assert differ(whole(photo), scene()) == 0


def test_a_larger_copy_asked_for_in_between_changes_nothing(written: Writer) -> None:
    """What one part of the station looks at never decides which pixels another one gets."""
    photo = written(scene(), "JPEG")
    before = photo.small(64)
    assert photo.small(250).shape[:2] == (167, 250)
    assert differ(photo.small(64), before) == 0


def test_small_and_region_run_in_two_threads(written: Writer) -> None:
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
