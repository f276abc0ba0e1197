"""Objects of one sheet on another: truth follows the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.compose import alike_upright, composed, cut, lay, line_of_writing, print_ink, take_away
from engines.truth import HERBARIUM, Sample, paint

LABEL, SHEET = (HERBARIUM.index(name) for name in ("label", "sheet"))


def box(x: float, y: float, w: float, h: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


def a_sheet(upright: int = 0, **objects: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Sample:
    """A cream sheet with objects of a colour each, black writing in every one of them."""
    image = np.full((300, 200, 3), (240, 235, 215), np.uint8)
    for i, ring in enumerate(objects.values()):
        (x, y), (x2, y2) = ring[0].astype(int), ring[2].astype(int)
        image[y:y2, x:x2] = (60 + 40 * i, 120, 200)
        margin, step = (6, 6) if x2 - x > 20 else (1, 2)
        image[y + margin : y2 - margin : step, x + margin : x2 - margin] = 10
    things = (("sheet", box(0, 0, 200, 300)), *objects.items())
    return Sample("a", "x", image, *paint(image, things, HERBARIUM), upright, things)


@given(seed=st.integers(0, 10_000))
def test_a_composition_leaves_its_sources_alone(seed: int) -> None:
    """Neither the sheet nor the donors change, sizes stay, and every class in the answer is one of the model's."""
    sheet, donor = a_sheet(label=box(20, 200, 80, 60)), a_sheet(stamp=box(50, 50, 60, 40), barcode=box(10, 10, 40, 20))
    arrays = [a for s in (sheet, donor) for a in (s.image, s.class_map, s.core, s.owner)]
    before = [a.copy() for a in arrays]
    made = composed(sheet, [sheet, donor], np.random.default_rng(seed))
    assert all((a == b).all() for a, b in zip(before, arrays, strict=True))
    assert made.image.shape == sheet.image.shape
    assert int(made.class_map.max()) < len(HERBARIUM)
    assert set(np.unique(made.core)) <= {0, 1}


def test_a_laid_label_brings_its_pixels_and_its_truth() -> None:
    """Where the truth says label now and did not before, the donor's colours are seen."""
    sheet, donor = a_sheet(), a_sheet(label=box(20, 30, 80, 60))
    for seed in range(20):
        target = a_sheet()
        lay(target, donor, np.random.default_rng(seed))
        new = target.class_map == LABEL
        if new.any():
            assert set(map(tuple, target.image[new])) <= {(60, 120, 200), (10, 10, 10)}
            assert (target.image[~new] == sheet.image[~new]).all()
            assert set(np.unique(target.owner[new])) == {target.owner.max()}
            assert not target.owner[~new].any()
            return
    pytest.fail("no label was laid in twenty tries")


@pytest.mark.parametrize(("name", "size"), [("stamp", (100, 80)), ("label", (12, 10))])
def test_ink_on_bare_paper_stays_what_it_was(name: str, size: tuple[int, int]) -> None:
    """A stamp is a stamp and a note a label; the ground is the sheet's own colour, what is printed is darker."""
    donor = a_sheet(**{name: box(20, 30, *size)})  # type: ignore[arg-type]
    for seed in range(80):
        target = a_sheet()
        print_ink(target, donor, np.random.default_rng(seed))
        new = target.class_map == HERBARIUM.index(name)
        if new.any():
            colours = target.image[new]
            assert (colours == (240, 235, 215)).all(axis=1).mean() > 0.4
            assert (colours.max(axis=1) < (80 if name == "stamp" else 150)).any()
            return
    pytest.fail("no ink was printed in eighty tries")


def a_letter() -> Sample:
    """A sheet whose blue slip bears two lines of three strokes each, the upper one 10 px high, the lower one 14."""
    sheet = a_sheet(label=box(20, 30, 120, 80))
    slip = sheet.image[30:110, 20:140]
    slip[:] = (60, 120, 200)
    for top, high in ((15, 10), (45, 14)):
        for left in (20, 32, 44):
            slip[top : top + high, left : left + 3] = 10
            slip[top + high // 2, left : left + 10] = 10
    return sheet


@given(seed=st.integers(0, 10_000))
def test_a_line_of_a_slip_becomes_a_note(seed: int) -> None:
    """Of a slip one line is written on the sheet, as a label, in ink alone: never its blue paper, never both lines."""
    target = a_sheet()
    print_ink(target, a_letter(), np.random.default_rng(seed))
    changed = (target.image != a_sheet().image).any(axis=2)
    new = target.class_map == LABEL
    assert (new | ~changed).all()
    if new.any():
        ys, xs = np.nonzero(new)
        assert 0.7 * 10 <= np.ptp(ys) + 1 <= 1.35 * 14
        assert np.ptp(xs) > np.ptp(ys)
        red, _, blue = target.image[changed].T.astype(int)
        assert (red >= blue).all(), "the sheet's own tint, only darker"
        assert set(np.unique(target.owner[new])) == {1}


def test_lines_are_found_on_slips() -> None:
    """Both lines of a slip are taken, now one and now the other; a slip without writing gives none."""
    slip = np.s_[30:110, 20:140]
    inside = np.ones((80, 120), bool)
    lines = [line_of_writing(a_letter().image[slip], inside, np.random.default_rng(seed)) for seed in range(20)]
    assert {line.shape[0] for line in lines if line is not None} == {10, 14}
    blank = np.full((80, 120, 3), 200, np.uint8)
    assert line_of_writing(blank, inside, np.random.default_rng(0)) is None


def test_what_is_taken_away_leaves_bare_paper() -> None:
    """No pixel of the object's class is left and its place has the paper's colour."""
    sheet = a_sheet(colour_chart=box(40, 40, 60, 60))
    take_away(sheet, np.random.default_rng(0))
    assert (sheet.class_map == SHEET).all()
    assert not sheet.core.any()
    assert not sheet.owner.any()
    assert np.abs(sheet.image[60, 70].astype(int) - (240, 235, 215)).max() <= 2


def test_an_object_too_small_is_not_cut() -> None:
    """Under six pixels there is nothing to recognise."""
    rng = np.random.default_rng(0)
    assert cut(a_sheet(label=box(10, 10, 5, 40)), "label", rng) is None
    assert cut(a_sheet(label=box(10, 10, 30, 40)), "barcode", rng) is None


@given(its=st.integers(0, 3), wanted=st.integers(0, 3))
def test_a_patch_is_turned_to_the_sheets_upright(its: int, wanted: int) -> None:
    """Turning a patch from `its` to `wanted` and back gives the patch."""
    patch = cut(a_sheet(label=box(20, 30, 80, 60)), "label", np.random.default_rng(0))
    assert patch is not None
    there = alike_upright(patch, its, wanted)
    back = alike_upright(there, wanted, its)
    assert all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(patch, back, strict=True))
    assert (there[3].shape != patch[3].shape) == bool((its - wanted) % 2)
