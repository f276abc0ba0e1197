"""Annotations of people become what the training reads, or one error that lists everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from engines.annotations import read
from engines.truth import DOUBTFUL, HERBARIUM
from engines.truth import read as read_truth
from station.errors import ConfigError

RING = [10.0, 20.0, 50.0, 20.0, 50.0, 80.0, 10.0, 80.0]


def photograph(path: Path, width: int = 100, height: int = 200) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((height, width, 3), 240, np.uint8))
    return path


def annotated(folder: Path, *names: str, category: str = "label", size: tuple[int, int] = (100, 200),
              segmentation: object = (RING,)) -> Path:  # fmt: skip
    """A COCO file with one annotation in each photograph named."""
    images = [{"id": i, "file_name": name, "width": size[0], "height": size[1]} for i, name in enumerate(names)]
    notes = [{"image_id": i, "category_id": 1, "segmentation": segmentation} for i in range(len(names))]
    data: dict[str, Any] = {"images": images, "annotations": notes, "categories": [{"id": 1, "name": category}]}
    (folder / "coco.json").write_text(json.dumps(data))
    return folder / "coco.json"


def test_the_training_reads_what_comes_out(tmp_path: Path) -> None:
    """A photograph in a sub-folder, annotated at twice its size, under an American name."""
    photograph(tmp_path / "in" / "day 1" / "A.JPG", 50, 100)
    found = read(annotated(tmp_path, "a.jpg", category="Color-Chart"), tmp_path / "in")
    (tmp_path / "coco.json").write_text(json.dumps(found.coco))
    (sample,) = read_truth(tmp_path, HERBARIUM, 100)
    assert (sample.institution, sample.upright) == ("unknown", -1)
    assert HERBARIUM[sample.class_map[25, 15]] == "colour_chart"
    np.testing.assert_allclose(sample.things[0][1], np.array(RING).reshape(-1, 2) / 2)
    assert found.notices == ()


def test_labelme_and_coco_of_the_same_photograph_say_the_same(tmp_path: Path) -> None:
    """One JSON beside each photograph, or one COCO file of all."""
    photograph(tmp_path / "a.jpg")
    points = np.array(RING).reshape(-1, 2).tolist()
    shape = {"label": "label", "points": points, "shape_type": "polygon"}
    (tmp_path / "labelme").mkdir()
    (tmp_path / "labelme" / "a.json").write_text(json.dumps({"shapes": [shape], "imagePath": "gone.jpg"}))
    assert read(tmp_path / "labelme", tmp_path).coco == read(annotated(tmp_path, "a.jpg"), tmp_path).coco


def test_names_of_several_photographs_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    """The end of a path decides; where it cannot, that is an error."""
    photograph(tmp_path / "in" / "one" / "a.jpg")
    photograph(tmp_path / "in" / "two" / "a.jpg")
    coco = read(annotated(tmp_path, "JPEGImages/two/a.jpg", "one\\a.jpg"), tmp_path / "in").coco
    assert [Path(i["file_name"]).parent.name for i in coco["images"]] == ["two", "one"]
    with pytest.raises(ConfigError, match=r"a.jpg lies in several sub-folders"):
        read(annotated(tmp_path, "a.jpg"), tmp_path / "in")


def test_everything_wrong_is_said_at_once_with_its_remedies(tmp_path: Path) -> None:
    """Categories, missing photographs, masks and points: one error, each remedy once."""
    photograph(tmp_path / "c.jpg")
    path = annotated(tmp_path, "a.jpg", "b.jpg", "c.jpg", category="leaf")
    data = json.loads(path.read_text())
    data["annotations"][0]["segmentation"] = {"counts": "abc", "size": [200, 100]}
    data["annotations"][2]["segmentation"] = [[1, 2]]
    path.write_text(json.dumps(data))
    with pytest.raises(ConfigError) as raised:
        read(path, tmp_path)
    listed = str(raised.value).splitlines()[1:]
    assert listed == [
        "  - category 'leaf' (3 times) is none that the model knows",
        "  - a.jpg: 1 masks (RLE) instead of polygons",
        "  - c.jpg: 1 points, lines or empty outlines",
        "  - a.jpg is missing",
        "  - b.jpg is missing",
    ]
    for word in ("colour_chart", DOUBTFUL, "--images", "Export polygons", "outline round each object"):
        assert raised.value.remedy.count(word) == 1


def test_a_photograph_annotated_unturned_is_refused(tmp_path: Path) -> None:
    """EXIF says that the camera was turned, the annotation tool did not look at it: every outline would be wrong."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100), (240, 240, 240)).save(tmp_path / "a.jpg", exif=exif)
    assert len(read(annotated(tmp_path, "a.jpg"), tmp_path).coco["images"]) == 1
    with pytest.raises(ConfigError, match="100 x 200 px, but annotated as 200 x 100"):
        read(annotated(tmp_path, "a.jpg", size=(200, 100)), tmp_path)


def test_what_is_no_photograph_and_what_comes_twice(tmp_path: Path) -> None:
    """A text file called .jpg; a photograph cut short, one damaged inside; two annotations of one file."""
    (tmp_path / "a.jpg").write_text("no photograph")
    whole = photograph(tmp_path / "b.jpg").read_bytes()
    (tmp_path / "c.jpg").write_bytes(whole[:-200])
    middle = len(whole) - 150
    (tmp_path / "d.jpg").write_bytes(whole[:middle] + bytes([0xFF, 0xD5] * 50) + whole[middle + 100 :])
    with pytest.raises(ConfigError) as raised:
        read(annotated(tmp_path, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "x/b.jpg"), tmp_path)
    assert "c.jpg: the photograph is cut off" in str(raised.value)
    assert "d.jpg: " in str(raised.value)
    assert "a.jpg: the file is no photograph" in str(raised.value)
    assert "b.jpg is annotated 2 times" in str(raised.value)


def test_oversights_are_noticed(tmp_path: Path) -> None:
    """A photograph without any annotation is left out; one without the sheet that others have is named."""
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        photograph(tmp_path / name)
    path = annotated(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    data = json.loads(path.read_text())
    data["categories"].append({"id": 2, "name": "sheet"})
    data["annotations"][0]["category_id"] = 2
    del data["annotations"][2]
    path.write_text(json.dumps(data))
    found = read(path, tmp_path)
    assert len(found.coco["images"]) == 2
    left, bare = found.notices
    assert "1 of 3 photographs" in left
    assert "in b.jpg:" in bare


def test_the_folder_of_photographs_must_be_one(tmp_path: Path) -> None:
    """Said before anything else."""
    with pytest.raises(ConfigError, match="is no folder"):
        read(annotated(tmp_path, "a.jpg"), tmp_path / "none")
