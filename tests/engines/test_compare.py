"""The parity gate: lets pass what is the same, refuses what is not, and says why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines import compare
from engines.synthesise import Defect
from station.backends import onnxruntime, recorded
from station.config import ZOO, Config, load
from station.contracts import Backend
from station.errors import EngineError
from station.segment import read_model
from station.types import Box, Image, Maps, Model

ABOUT = {"name": "made", "precision": "fp16", "version": "1"}
BOXES = st.builds(Box, *(st.integers(0, 50) for _ in range(2)), *(st.integers(1, 50) for _ in range(2)))


@pytest.fixture(scope="module")
def model() -> Model:
    """The shipped one at half its side: the gate is the same, only faster."""
    return dataclasses.replace(read_model(ZOO / "herbarium-sheet"), input_side_px=512)


@pytest.fixture(scope="module")
def config() -> Config:
    return load(None)


@pytest.fixture(scope="module")
def reference(model: Model) -> Backend:
    return onnxruntime.build(model, onnxruntime.Settings(threads=1))


class Recording:
    """A backend that records what another answers, changed by `change`; its tape is a shipped backend."""

    def __init__(self, made: Backend, folder: Path, model: Model) -> None:
        self.made, self.folder, self.about = made, folder, ABOUT | {"model_sha256": model.sha256}
        self.name, self.precision, self.version = made.name, made.precision, made.version

    def change(self, maps: Maps) -> None:
        """Nothing."""

    def infer(self, images: Sequence[Image]) -> Maps:
        maps = self.made.infer(images)
        self.change(maps)
        recorded.record(self.folder / "recorded", self.about, images, maps)
        return maps

    def ping(self) -> None: ...

    def close(self) -> None: ...


def test_an_engine_passes_beside_itself(config: Config, model: Model, reference: Backend, tmp_path: Path) -> None:
    """Its own recorded answers: every pixel, every box, every verdict."""
    told: list[str] = []
    with compare.golden(count=2) as photographs:
        for path in photographs:
            compare.gate(config, model, Recording(reference, tmp_path, model), reference, [path])
        tape = recorded.build(model, recorded.Settings(), tmp_path)
        result = compare.gate(config, model, reference, tape, photographs, told.append)
    assert result.passed
    facts = result.facts()
    assert (facts["agreement"], facts["box_iou"], facts["changed_verdicts"], facts["photographs"]) == (1, 1, 0, 2)
    assert facts["objects"] > 4
    assert told == ["comparing, photograph 1", "comparing, photograph 2"]


def damaged(reference: Backend, model: Model, tmp_path: Path, how: str) -> Backend:
    """The reference with a fault of one kind."""

    class Damaged(Recording):
        def change(self, maps: Maps) -> None:
            if how == "pixels":
                maps.class_map[:, ::12, ::12] = 9  # 0.7 % of the pixels
            elif how == "objects":
                maps.class_map[maps.class_map == 5] = 1  # the colour chart becomes sheet
            elif how == "direction":
                maps.upright[...] = np.roll(maps.upright, 1, axis=1)

    return Damaged(reference, tmp_path, model)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("pixels", "of the pixels agree, 99.5% are needed"),
        ("objects", "boxes overlap by 0.000"),
        ("direction", "another verdict: sheet_alignment"),
    ],
)
def test_a_damaged_engine_is_refused_with_the_reason(
    config: Config, model: Model, reference: Backend, tmp_path: Path, how: str, said: str
) -> None:
    """Pixels here and there, an object that is missing, a wrong direction: each is found."""
    with compare.golden(count=1) as photographs:
        result = compare.gate(config, model, reference, damaged(reference, model, tmp_path, how), photographs)
    assert not result.passed
    assert any(said in fault for fault in result.faults), result.faults
    assert result.faults[0].startswith("drawn-100-none.jpg: ")


def test_a_damaged_model_is_refused(config: Config, model: Model, reference: Backend, tmp_path: Path) -> None:
    """One weight tensor of the decoder set to zero in the file itself."""
    onnx = pytest.importorskip("onnx", reason="onnx (extra `gpu`) is not installed")
    network = onnx.load(str(model.path))
    weight = next(w for w in network.graph.initializer if w.name == "network.head.weight")
    weight.CopyFrom(onnx.numpy_helper.from_array(0 * onnx.numpy_helper.to_array(weight), weight.name))
    onnx.save(network, str(tmp_path / "damaged.onnx"))
    worse = onnxruntime.build(dataclasses.replace(model, path=tmp_path / "damaged.onnx"), onnxruntime.Settings())
    with compare.golden(count=1) as photographs:
        result = compare.gate(config, model, reference, worse, photographs)
    assert not result.passed
    assert len(result.faults) == 3


def test_an_engine_that_cannot_judge_stops_the_gate(
    config: Config, model: Model, reference: Backend, tmp_path: Path
) -> None:
    """Its own error is raised; and so is a photograph that is none."""
    recorded.record(tmp_path / "recorded", ABOUT | {"model_sha256": model.sha256}, [], reference.infer([blank()]))
    tape = recorded.build(model, recorded.Settings(), tmp_path)
    with compare.golden(count=1) as photographs, pytest.raises(EngineError, match="not recorded"):
        compare.gate(config, model, reference, tape, photographs)
    (tmp_path / "none.jpg").write_text("no photograph")
    with pytest.raises(EngineError, match=r"none.jpg cannot be compared"):
        compare.gate(config, model, reference, reference, [tmp_path / "none.jpg"])


def blank() -> Image:
    return np.zeros((64, 64, 3), np.uint8)


def test_nothing_compared_is_not_passed() -> None:
    """A gate without photographs lets nothing through."""
    assert not compare.Result(()).passed


def test_the_golden_photographs_are_always_the_same(tmp_path: Path) -> None:
    """Each fault once, five wild ones, then those of the folders; byte for byte the same each time."""
    (tmp_path / "real.jpg").write_bytes(b"x")
    with compare.golden([tmp_path], count=1) as first, compare.golden([tmp_path], count=1) as second:
        assert first[0].read_bytes() == second[0].read_bytes()
        assert first[-1] == tmp_path / "real.jpg"
    assert [defect for _, defect in compare.PLAIN] == list(Defect)
    assert len(compare.WILD) == 5


def test_one_pixel_of_the_map_is_no_other_box() -> None:
    """A small object's edge may move by one pixel of the map, not by two."""
    box = Box(100, 100, 20, 30)
    assert compare._alike(box, Box(100, 100, 23, 30), 3.0) == 1
    assert compare._alike(box, Box(97, 103, 26, 24), 3.0) == 1
    assert compare._alike(box, Box(100, 100, 26, 30), 3.0) < compare.LEAST_BOX_IOU


@given(a=BOXES, b=BOXES)
def test_the_overlap_of_boxes_is_a_share(a: Box, b: Box) -> None:
    """Symmetric, 1 only for the same box, within 0..1, and right by counting pixels."""
    canvas = np.zeros((2, 101, 101), bool)
    for layer, box in zip(canvas, (a, b), strict=True):
        layer[box.y : box.y + box.h, box.x : box.x + box.w] = True
    counted = (canvas[0] & canvas[1]).sum() / (canvas[0] | canvas[1]).sum()
    assert compare.box_iou(a, b) == compare.box_iou(b, a) == pytest.approx(counted)
    assert (compare.box_iou(a, b) == 1) == (a == b)
