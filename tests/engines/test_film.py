"""The film of the demo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engines import film
from engines import synthesise_slides as slides
from engines.synthesise import Defect
from station.codecs.whole import is_whole


def test_about_one_in_three_has_a_defect_and_each_defect_comes() -> None:
    """The roll holds no chart, skewed, blurred label, missing label and an unreadable file."""
    faulty = [what for what in film.ROLL if what not in (film.CLEAN, film.RETAKE)]
    assert set(faulty) == {
        Defect.NO_CHART, Defect.SKEWED, Defect.LABEL_BLURRED, Defect.LABEL_MISSING, film.UNREADABLE,
    }  # fmt: skip
    assert 0.25 < len(faulty) / len(film.ROLL) < 0.45


def test_every_fault_is_followed_by_its_retake() -> None:
    """The same sheet once more, as an operator takes it again."""
    after = [film.ROLL[number + 1] for number, what in enumerate(film.ROLL) if what not in (film.CLEAN, film.RETAKE)]
    assert set(after) == {film.RETAKE}
    assert film.ROLL.count(film.RETAKE) == len(after)


def test_a_frame_is_a_jpeg_of_3000_pixels_and_always_the_same() -> None:
    """The same number gives the same bytes."""
    content, what = film.photograph(0)
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert max(image.shape) == film.LONG_SIDE_PX
    assert what == film.CLEAN
    assert film.photograph(0)[0] == content


def test_the_unreadable_frame_has_no_end(tmp_path: Path) -> None:
    """It is cut off in the middle, as by a pulled cable."""
    content, what = film.photograph(film.ROLL.index(film.UNREADABLE))
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert what == film.UNREADABLE
    assert not is_whole(path)


def test_the_roll_of_slides_has_single_slides_trays_and_faults() -> None:
    """Two trays, and every fault named once."""
    assert film.SLIDE_ROLL.count(film.TRAY) == 2
    faulty = [what for what in film.SLIDE_ROLL if isinstance(what, slides.Defect)]
    assert len(set(faulty)) == len(faulty) >= 6


def test_a_slide_and_a_tray_are_exposed() -> None:
    """A single slide stands upright, a tray lies across; what was seeded is named."""
    for number, what in ((0, film.CLEAN), (film.SLIDE_ROLL.index(film.TRAY), film.TRAY)):
        content, said = film.FILMS["microscope-slide"](number)
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        assert said == what
        assert (image.shape[0] > image.shape[1]) == (what == film.CLEAN)
