"""A model measured on drawn sheets, from photographs to the page."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from engines import evaluate, synthesise
from engines.answers import Truth
from engines.matching import class_iou
from engines.tally import MAPS, OBJECTS, PRESENCE, UPRIGHT, Tally
from engines.truth import HERBARIUM


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three drawn sheets of two institutions, one of them without a chart."""
    root = tmp_path_factory.mktemp("drawn")
    (root / "images").mkdir()
    drawn = []
    for seed in range(3):
        defect = synthesise.Defect.NO_CHART if seed == 2 else synthesise.Defect.NONE
        sheet = synthesise.draw_sheet(seed, long_side_px=1024, plain=True, defect=defect)
        cv2.imwrite(str(root / "images" / f"{seed}.jpg"), sheet.image[..., ::-1])
        drawn.append((f"{seed}.jpg", sheet))
    coco = synthesise.coco(drawn)
    images = coco["images"]
    assert isinstance(images, list)
    for number, image in enumerate(images):
        image["institution"] = "even" if number % 2 == 0 else "odd"
    (root / "coco.json").write_text(json.dumps(coco))
    return root


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, out: Path, *more: str) -> None:
    """The command."""
    monkeypatch.setattr(sys, "argv", ["evaluate", "--data", str(folder), "--out", str(out), *more])
    evaluate.main()


def test_the_command_measures_draws_and_tells(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped model finds what is on well kept drawn sheets; JSON, Markdown, page and pictures are written."""
    run(monkeypatch, folder, tmp_path)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    total = metrics["total"]
    assert metrics["data"] == {"name": folder.name, "photographs": 3, "institutions": 2}
    assert {name: g["photographs"] for name, g in metrics["institutions"].items()} == {"even": 2, "odd": 1}
    assert total["iou"]["sheet"]["class_map"] > 0.9
    assert total["objects"]["sheet"]["at_0.75"]["f1"] == 1
    assert total["presence"]["colour_chart"]["there"] == 2
    assert total["presence"]["colour_chart"]["absent"] == 1
    assert total["corners"]["farthest_largest"] < 1
    text, page = (tmp_path / "metrics.md").read_text(), (tmp_path / "index.html").read_text()
    mean = f"{total['mean_iou']['class_map']:.3f}"
    assert mean in text
    assert mean in page
    pictures = {case["picture"] for cases in metrics["worst"].values() for case in cases}
    assert pictures == {f"pictures/{file.name}" for file in (tmp_path / "pictures").iterdir()}
    assert all(picture in page for picture in pictures)


def test_one_institution_without_pictures(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--only leaves the others out; --no-pictures names no photograph anywhere."""
    run(monkeypatch, folder, tmp_path, "--only", "odd", "--no-pictures")
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics["institutions"]) == ["odd"]
    assert metrics["institutions"]["odd"] == metrics["total"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "metrics.json", "metrics.md"]
    assert not any(".jpg" in file.read_text() for file in tmp_path.iterdir())


def test_a_misspelt_institution_is_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a part would be measured and taken for the whole."""
    with pytest.raises(SystemExit, match="od"):
        run(monkeypatch, folder, tmp_path, "--only", "od")


def test_a_damaged_photograph_is_told_with_its_remedy(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No figures are written when a photograph cannot be read."""
    (tmp_path / "images").mkdir()
    coco = json.loads((folder / "coco.json").read_text())
    (tmp_path / "coco.json").write_text(json.dumps({**coco, "images": coco["images"][:1]}))
    (tmp_path / "images" / "0.jpg").write_bytes((folder / "images" / "0.jpg").read_bytes()[:5000])
    with pytest.raises(SystemExit, match="end is missing"):
        run(monkeypatch, tmp_path, tmp_path / "out", "--no-pictures")
    assert list((tmp_path / "out").iterdir()) == []


def one(name: str, label: int, found: int, overlaps: tuple[float, ...], right: int) -> tuple[Truth, Tally]:
    """A photograph with `label` labels of which `found` were found, and `right` of 100 label pixels."""
    i, k = OBJECTS.index("label"), HERBARIUM.index("label")
    pixels = np.zeros((len(MAPS), len(HERBARIUM), len(HERBARIUM)), np.int64)
    pixels[:, k, k], pixels[:, k, 0] = right, 100 - right
    objects = np.zeros((len(OBJECTS), 2), np.int64)
    objects[i] = label, found
    ious = tuple(overlaps if j == i else () for j in range(len(OBJECTS)))
    decisions, upright = np.zeros((len(PRESENCE), 2, 2), np.int64), np.zeros(len(UPRIGHT), np.int64)
    return Truth(name, "X", (1, 1), None, ()), Tally(1, pixels, objects, ious, decisions, upright, (), 0)


def test_the_worst_come_first() -> None:
    """Most objects wrong, then least IoU; what is right is not shown."""
    rows = [
        one("good", 1, 1, (0.9,), 95),
        one("blurred", 1, 1, (0.8,), 70),
        one("missed", 2, 1, (0.9,), 80),
        one("off", 1, 1, (0.4,), 40),
    ]
    k = HERBARIUM.index("label")
    assert class_iou(rows[0][1].pixels[0])[k] == 0.95
    cases = evaluate.worst(rows, "label", k)
    assert [truth.name for truth, _ in cases] == ["off", "missed", "blurred"]
    assert [(facts["missed"], facts["false"]) for _, facts in cases] == [(1, 1), (1, 0), (0, 0)]


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Constant folding")
def test_weights_are_measured_as_the_station_would_run_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--weights exports them first; the figures bear the SHA-256 of the file that export.py makes of them."""
    torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
    from engines.export import export
    from engines.network import Network

    torch.manual_seed(1)
    torch.save(Network(len(HERBARIUM), 32).state_dict(), tmp_path / "weights.pt")
    (tmp_path / "run.json").write_text('{"long_side": 512}')
    export(tmp_path / "weights.pt", tmp_path / "model.onnx")
    more = ("--only", "odd", "--no-pictures", "--weights", str(tmp_path / "weights.pt"))
    run(monkeypatch, folder, tmp_path / "out", *more)
    model = json.loads((tmp_path / "out" / "metrics.json").read_text())["model"]
    assert model["sha256"] == hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest()
    assert "unreleased" in model["version"]
