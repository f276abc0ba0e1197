"""Truth and the station's answer side by side, and what is counted of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engines.answers import Answer, Truth, answer, corner_errors, counted, painted, polygons, truths
from engines.tally import OBJECTS, PRESENCE, UPRIGHT
from engines.truth import HERBARIUM, IGNORE, paint
from station.backends import onnxruntime
from station.segment import read_model
from station.types import Engine, Segmentation

ENGINE = Engine("none", "", "none", "fp32", "0")
SHEET = np.array([[20, 10], [140, 12], [142, 180], [18, 184]], np.float32)
LABELS = tuple(np.array([[x, 130], [x + 30, 130], [x + 30, 160], [x, 160]], np.float32) for x in (40, 80))
CHART = np.array([[150, 20], [158, 20], [158, 120], [150, 120]], np.float32)
THINGS = (("sheet", SHEET), ("label", LABELS[0]), ("label", LABELS[1]), ("colour_chart", CHART))


def seen(found: tuple[tuple[str, NDArray[np.float32]], ...], said_deg: int | None = 0) -> Answer:
    """An answer to one sheet of 160 x 192 px, whose class map is the found things painted."""
    image = np.full((192, 160, 3), 235, np.uint8)
    truth_map, *_ = paint(image, THINGS, HERBARIUM)
    class_map = painted(found, image.shape, HERBARIUM)
    plain = np.full_like(class_map, 255)
    sides = np.zeros((4, 24, 20), np.uint8)
    segmented = Segmentation(class_map, plain, plain, sides, HERBARIUM, (1.0, 1.0), said_deg, ENGINE)
    truth = Truth("a.jpg", "X", (160, 192), 0, THINGS)
    return Answer(truth, image, segmented, THINGS, found, truth_map, class_map)


def test_the_truth_itself_is_perfect() -> None:
    """Every object hits, every pixel is right, no corner is off."""
    tally = counted(seen(THINGS), HERBARIUM)
    assert (tally.pixels.sum((1, 2)) == 160 * 192).all()
    assert all((m == np.diag(np.diag(m))).all() for m in tally.pixels)
    assert [tally.hits(name, 0.75) for name in ("label", "colour_chart", "sheet")] == [(2, 2, 2), (1, 1, 1), (1, 1, 1)]
    assert list(tally.corners) == [(0.0, 0.0)]
    assert tally.upright.tolist() == [1, 0, 0]


def test_what_is_missed_and_what_is_made_up_is_counted() -> None:
    """No chart, one label too few, a barcode too many: each shows in its own count."""
    barcode = LABELS[1]
    tally = counted(seen((*THINGS[:2], ("barcode", barcode))), HERBARIUM)
    assert (tally.hits("label", 0.5), tally.hits("barcode", 0.5)) == ((1, 2, 1), (0, 0, 1))
    decisions = {name: tally.decisions[i].tolist() for i, name in enumerate(PRESENCE)}
    assert decisions == {"colour_chart": [[0, 0], [1, 0]], "barcode": [[0, 1], [0, 0]], "scale_bar": [[1, 0], [0, 0]]}
    label, false = HERBARIUM.index("label"), HERBARIUM.index("barcode")
    assert tally.pixels[0, label, false] == 30 * 30
    assert tally.objects.shape == (len(OBJECTS), 2)


def test_unknown_pixels_are_not_counted() -> None:
    """Where the truth is IGNORE, neither map is judged."""
    one = seen(THINGS)
    one.truth_map[:40] = IGNORE
    assert counted(one, HERBARIUM).pixels.sum((1, 2)).tolist() == [160 * 152] * 2


@pytest.mark.parametrize(("true", "said", "word"), [(90, 90, 0), (90, 270, 1), (90, None, 2), (None, 90, None)])
def test_the_direction_is_right_wrong_or_not_said(true: int | None, said: int | None, word: int | None) -> None:
    """A photograph whose direction is not annotated counts nowhere."""
    one = seen(THINGS, said)
    tally = counted(replace(one, truth=replace(one.truth, upright_deg=true)), HERBARIUM)
    assert tally.upright.tolist() == [int(word == i) for i in range(len(UPRIGHT))]


@given(st.integers(0, 3), st.booleans(), st.floats(-5, 5), st.floats(-5, 5))
def test_corners_are_compared_whatever_their_order(turn: int, mirrored: bool, dx: float, dy: float) -> None:
    """A sheet moved by (dx, dy) is off by that at each corner; where its ring begins and how it runs is nothing."""
    ring = np.roll(SHEET[::-1] if mirrored else SHEET, turn, axis=0) + np.array([dx, dy], np.float32)
    ((farthest, mean),), missed = corner_errors(seen((("sheet", ring.astype(np.float32)),)))
    assert missed == 0
    assert farthest == pytest.approx(mean, abs=1e-3)
    assert farthest == pytest.approx(np.hypot(dx, dy) / 192 * 100, abs=1e-3)


def test_a_missed_sheet_is_missed_and_a_cut_one_is_not_asked_for() -> None:
    """Corners are asked for only where four lie inside the frame."""
    assert corner_errors(seen(THINGS[1:])) == ((), 1)
    one = seen(THINGS)
    for ring in (SHEET - np.array([18, 0], np.float32), SHEET[:3], np.vstack((SHEET, SHEET[:1] + 30))):
        assert corner_errors(replace(one, there=(("sheet", ring),))) == ((), 0)


def test_coco_is_read(tmp_path: Path) -> None:
    """Names, sizes, directions and polygons; what is not said is unknown; foreign categories are left out."""
    notes = [{"image_id": 7, "category_id": k, "segmentation": [SHEET.ravel().tolist()]} for k in (1, 2)]
    coco = {
        "categories": [{"id": 1, "name": "sheet"}, {"id": 2, "name": "coffee stain"}],
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 160, "height": 192, "institution": "X", "upright": 450},
            {"id": 8, "file_name": "b.jpg", "width": 10, "height": 20},
        ],
        "annotations": notes,
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    first, second = truths(tmp_path)
    assert (first.name, first.institution, first.size_px, first.upright_deg) == ("a.jpg", "X", (160, 192), 90)
    assert [name for name, _ in first.things] == ["sheet"]
    assert second == Truth("b.jpg", "unknown", (10, 20), None, ())


def test_the_station_answers_on_common_ground(tmp_path: Path) -> None:
    """Photograph, annotation and class map have three sizes; truth and answer meet in that of the network's image."""
    (tmp_path / "images").mkdir()
    photo = np.full((1200, 1000, 3), 30, np.uint8)
    cv2.rectangle(photo, (100, 100), (899, 1099), (225, 235, 240), -1)
    grain = np.random.default_rng(0).normal(0, 3, photo.shape)  # as every camera's; without it nothing is sure
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), np.clip(photo + grain, 0, 255).astype(np.uint8))
    sheet = np.array([[50, 50], [450, 50], [450, 550], [50, 550]], np.float32)
    model = read_model(Path("engines/zoo/herbarium-sheet"))
    backend = onnxruntime.build(model, onnxruntime.Settings(threads=1))
    one = answer(tmp_path, Truth("a.jpg", "X", (500, 600), None, (("sheet", sheet),)), model, backend)
    h, w = one.image.shape[:2]
    np.testing.assert_allclose(polygons(one.there, "sheet")[0], sheet * np.array([w / 500, h / 600]), rtol=1e-5)
    assert one.truth_map.shape == one.region_map.shape == one.segmented.class_map.shape == (h // 2, w // 2)
    tally = counted(one, model.classes)
    assert tally.hits("sheet", 0.75) == (1, 1, 1)
    assert tally.corners[0][0] < 0.3
