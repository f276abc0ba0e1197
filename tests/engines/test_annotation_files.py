"""The files of annotation tools, read as they are."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.annotation_files import Annotated, photographs, turned
from station.errors import ConfigError

BOX = [[10.0, 20.0], [30.0, 20.0], [30.0, 60.0], [10.0, 60.0]]
FLAT = [value for corner in BOX for value in corner]


def of_coco(folder: Path, **note: object) -> Annotated:
    """What is read of one annotation in a COCO file."""
    data = {
        "info": {"contributor": ""},
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 200, "license": 0, "coco_url": ""}],
        "categories": [{"id": 7, "name": "Ruler", "supercategory": ""}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "iscrowd": 0, "area": 800.0, **note}],
    }
    (folder / "instances_default.json").write_text(json.dumps(data))
    (found,) = photographs(folder / "instances_default.json")
    return found


def of_labelme(folder: Path, *shapes: dict[str, Any], **facts: object) -> Annotated:
    """What is read of a LabelMe file in a sub-folder."""
    data = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": "..\\pictures\\a.JPG", "imageData": "/9j/",
            "imageHeight": 200, "imageWidth": 100, **facts}  # fmt: skip
    (folder / "day").mkdir()
    (folder / "day" / "a.json").write_text(json.dumps(data))
    (found,) = photographs(folder)
    return found


def test_a_polygon_of_cvat(tmp_path: Path) -> None:
    """As it stands, with the size that it was drawn at and no word of institution or direction."""
    found = of_coco(tmp_path, segmentation=[FLAT], bbox=[10, 20, 20, 40], attributes={"occluded": False})
    assert (found.names, found.size, found.institution, found.upright) == (["a.jpg"], (100, 200), None, None)
    ((written, rings),) = found.things
    assert written == "Ruler"
    assert rings is not None
    np.testing.assert_array_equal(rings, [BOX])


def test_several_polygons_of_one_annotation(tmp_path: Path) -> None:
    """All are kept, also when one is written as whole numbers."""
    ((_, rings),) = of_coco(tmp_path, segmentation=[FLAT, [0, 0, 5, 0, 5, 5]]).things
    assert rings is not None
    assert [len(ring) for ring in rings] == [4, 3]


@pytest.mark.parametrize("segmentation", [[], None, [[]], [[10, 20, 30, 60]]])
def test_a_rectangle_without_polygon_is_its_box(tmp_path: Path, segmentation: object) -> None:
    """CVAT leaves the polygon of a rectangle empty, some writers put two corners there."""
    ((_, rings),) = of_coco(tmp_path, segmentation=segmentation, bbox=[10, 20, 20, 40]).things
    assert rings is not None
    np.testing.assert_array_equal(rings, [BOX])


def test_a_polygon_may_stand_without_its_brackets(tmp_path: Path) -> None:
    """Some converters forget that an annotation may have several."""
    ((_, rings),) = of_coco(tmp_path, segmentation=FLAT).things
    assert rings is not None
    np.testing.assert_array_equal(rings, [BOX])


def test_a_turned_rectangle_of_cvat(tmp_path: Path) -> None:
    """A quarter turn about the centre: a standing box becomes a lying one."""
    ((_, rings),) = of_coco(tmp_path, segmentation=[], bbox=[10, 20, 20, 40], attributes={"rotation": 90.0}).things
    assert rings is not None
    np.testing.assert_allclose(rings[0], [[40, 30], [40, 50], [0, 50], [0, 30]], atol=1e-9)


@given(st.floats(-360, 360), st.floats(1, 500), st.floats(1, 500))
def test_turning_keeps_size_and_place(degrees: float, w: float, h: float) -> None:
    """Sides and centre stay; the first side points `degrees` clockwise, down on the screen."""
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], float)
    found = turned(corners, degrees)
    np.testing.assert_allclose(found.mean(axis=0), (w / 2, h / 2), atol=1e-6)
    np.testing.assert_allclose(np.hypot(*np.diff(found, axis=0).T), [w, h, w], rtol=1e-9)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    np.testing.assert_allclose(found[1] - found[0], (w * c, w * s), atol=1e-6)


def test_a_mask_is_known_as_one(tmp_path: Path) -> None:
    """A mask is no polygon, and no box either."""
    mask = {"counts": [0, 5, 10], "size": [200, 100]}
    assert of_coco(tmp_path, segmentation=mask, bbox=[10, 20, 20, 40]).things == [("Ruler", None)]


def test_shapes_of_labelme(tmp_path: Path) -> None:
    """Polygons, rectangles of two corners in any order, circles; points have no area; masks are masks."""
    found = of_labelme(
        tmp_path,
        {"label": "sheet", "points": BOX, "shape_type": "polygon", "group_id": None, "flags": {}},
        {"label": "label", "points": [[30, 60], [10, 20]], "shape_type": "rectangle"},
        {"label": "stamp", "points": [[50, 50], [53, 54]], "shape_type": "circle"},
        {"label": "barcode", "points": [[5, 5]], "shape_type": "point"},
        {"label": "packet", "points": [[5, 5], [9, 9]], "shape_type": "mask", "mask": "iVBORw0"},
    )
    assert found.size == (100, 200)
    sheet, label, stamp, barcode, packet = (rings for _, rings in found.things)
    assert sheet is not None
    assert label is not None
    assert stamp is not None
    np.testing.assert_array_equal(sheet, [BOX])
    np.testing.assert_array_equal((label[0].min(axis=0), label[0].max(axis=0)), [[10, 20], [30, 60]])
    np.testing.assert_allclose(np.hypot(*(stamp[0] - (50, 50)).T), 5)
    assert (barcode, packet) == ([], None)


def test_a_labelme_file_leads_to_its_photograph(tmp_path: Path) -> None:
    """By the path from the file, also one of Windows; else by the file's own name."""
    found = of_labelme(tmp_path, imageWidth=None)
    assert found.names[:2] == ["pictures/a.JPG", "day/a.jpg"]
    assert found.size is None


def test_an_unpacked_export_is_found_in_its_folder(tmp_path: Path) -> None:
    """CVAT puts the file into `annotations/`."""
    (tmp_path / "annotations").mkdir()
    found = of_coco(tmp_path / "annotations", segmentation=[FLAT])
    (again,) = photographs(tmp_path)
    assert again.names == found.names
    (tmp_path / "more.json").write_text('{"annotations": []}')
    with pytest.raises(ConfigError, match="several COCO files"):
        photographs(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PK\x03\x04", "is no JSON"),
        ("", "is no JSON"),
        ("[]", "neither COCO nor LabelMe"),
        ('{"images": [], "annotations": []}', "categories: Field required"),
        (
            '{"images": [{"id": 1, "file_name": "a", "upright": 45}], "annotations": [], "categories": []}',
            "images.0.upr",
        ),
    ],
)
def test_what_is_no_annotation_file_is_said_to_be_none(tmp_path: Path, text: str, said: str) -> None:
    """With the place that differs, and what to export instead."""
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as raised:
        photographs(path)
    assert "xport" in raised.value.remedy


def test_a_missing_file_and_an_empty_folder(tmp_path: Path) -> None:
    """Both are said, neither is a stack trace."""
    with pytest.raises(ConfigError, match="cannot be read"):
        photographs(tmp_path / "none.json")
    with pytest.raises(ConfigError, match="neither LabelMe files nor a COCO file"):
        photographs(tmp_path)


KEYS = ["images", "annotations", "categories", "id", "image_id", "file_name", "name", "segmentation", "bbox"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)


@given(JSON)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    """Whatever stands in the file, the answer is annotations or a ConfigError."""
    path = tmp_path_factory.mktemp("any") / "a.json"
    path.write_text(json.dumps(data))
    with suppress(ConfigError):
        photographs(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "x", [], {}])
def test_corners_must_be_numbers(tmp_path: Path, value: object) -> None:
    """JSON as Python writes it may hold NaN; no corner lies there."""
    with pytest.raises(ConfigError, match=r"annotations\.0\.segmentation"):
        of_coco(tmp_path, segmentation=[[value, *FLAT]])
