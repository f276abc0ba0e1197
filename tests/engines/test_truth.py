"""Annotations become class maps, cores and quarter turns."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from engines.truth import HERBARIUM, IGNORE, filled, paint, read, shrunk


def box(x: float, y: float, w: float, h: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


def test_later_objects_lie_on_earlier_ones() -> None:
    """A barcode on a label on a sheet, whatever the order of the annotations."""
    image = np.full((100, 100, 3), 240, np.uint8)
    things = [("barcode", box(40, 40, 20, 10)), ("sheet", box(5, 5, 90, 90)), ("label", box(30, 30, 40, 40))]
    class_map, core, owner = paint(image, things, HERBARIUM)
    assert [HERBARIUM[class_map[y, x]] for y, x in ((0, 0), (10, 10), (33, 33), (45, 50))] == [
        "background", "sheet", "label", "barcode",
    ]  # fmt: skip
    assert core[45, 50] == 1
    assert core[10, 10] == 0
    assert owner[10, 10] == 0
    assert len({int(owner[y, x]) for y, x in ((10, 10), (33, 33), (45, 50))}) == 3


def test_touching_labels_have_cores_that_do_not_touch() -> None:
    """Two labels side by side: one area in the class map, two in the core map."""
    image = np.full((100, 200, 3), 240, np.uint8)
    class_map, core, owner = paint(image, [("label", box(20, 20, 70, 50)), ("label", box(90, 20, 70, 50))], HERBARIUM)
    count_of = [cv2.connectedComponents((m > 0).astype(np.uint8))[0] - 1 for m in (class_map, core)]
    assert count_of == [1, 2]
    assert owner[40, 88] != owner[40, 92]


def test_the_plant_is_what_differs_from_the_paper() -> None:
    """In a generous specimen polygon dark green is plant, white is paper, and what is between is ignored."""
    image = np.full((120, 120, 3), 245, np.uint8)
    image[40:60, 20:100] = (40, 70, 30)
    image[70:80, 20:100] = (214, 214, 205)
    class_map, *_ = paint(image, [("sheet", box(0, 0, 119, 119)), ("specimen", box(10, 30, 100, 60))], HERBARIUM)
    assert HERBARIUM[class_map[50, 60]] == "specimen"
    assert HERBARIUM[class_map[35, 60]] == "sheet"
    assert class_map[75, 60] == IGNORE


def test_a_thin_object_keeps_a_core() -> None:
    """A ruler three pixels high still has a core, or it could not be parted from its neighbour."""
    assert shrunk(filled(box(10, 10, 60, 3), (40, 90))).any()


def test_a_folder_is_read_at_the_training_size(tmp_path: Path) -> None:
    """Photograph and polygons are reduced together; the quarter turn is counted from `upright`."""
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), np.full((400, 200, 3), 240, np.uint8))
    annotation = {"image_id": 1, "category_id": 3, "segmentation": [box(100, 200, 60, 80).ravel().tolist()]}
    coco = {
        "categories": [{"id": 3, "name": "label"}],
        "images": [{"id": 1, "file_name": "a.jpg", "width": 200, "height": 400, "upright": 90, "institution": "X"}],
        "annotations": [annotation],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    (sample,) = read(tmp_path, HERBARIUM, 200)
    assert sample.image.shape == (200, 100, 3)
    assert sample.upright == 1
    assert sample.institution == "X"
    assert HERBARIUM[sample.class_map[110, 60]] == "label"
    np.testing.assert_allclose(sample.things[0][1], box(50, 100, 30, 40))


def test_a_box_is_filled_exactly() -> None:
    """Edges at 100 and 300 are pixels 100 to 299: a map at half the size begins at 50 and ends before 150."""
    inside = filled(box(100, 200, 200, 120), (400, 400))
    ys, xs = np.nonzero(inside)
    assert (xs.min(), xs.max(), ys.min(), ys.max()) == (100, 299, 200, 319)
