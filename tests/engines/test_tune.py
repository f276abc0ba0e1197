"""Every way is measured by turns; the fastest is kept; another file only when it is faster and proven."""

from __future__ import annotations

import shutil
import threading
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration import int8
from engines import build, tune
from station import tuning
from station.backends import onnxruntime
from station.config import ZOO, Config, load
from station.segment import read_model
from tests.station.test_cli import run

ONNX = pytest.mark.skipif(find_spec("onnx") is None, reason="onnx (extra `gpu`) is not installed")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "station.yaml").write_text("inbox: in\n")
    return load(tmp_path / "station.yaml")


def way(precision: str, threads: int, ms: float, *, spin: bool = False) -> tune.Way:
    return tune.Way(precision, threads, spin, (ms,), (ms,))


def test_each_way_differs_from_each_other() -> None:
    """One thread never spins: there is nobody to wait for."""
    ways = [w.name for w in tune.ways_here(["fp32", "quint8"], 4)]
    assert len(ways) == len(set(ways)) == 10
    assert "fp32, 1 thread, spinning" not in ways
    assert [w.name for w in tune.ways_here(["fp32"], 1)] == ["fp32, 1 thread"]


def test_the_fastest_is_best_and_the_modest_one_of_equals() -> None:
    """Within a fiftieth: fewer threads, no spinning."""
    assert tune.best([way("fp32", 1, 140), way("fp32", 2, 80)], "fp32").threads == 2
    assert tune.best([way("fp32", 1, 101), way("fp32", 2, 100), way("quint8", 2, 10)], "fp32").threads == 1
    assert not tune.best([way("fp32", 2, 100, spin=True), way("fp32", 2, 101)], "fp32").spin


def test_a_file_that_is_hardly_faster_is_not_proven_nor_kept(config: Config) -> None:
    """What is said holds both times."""
    ways = [way("fp32", 2, 100), way(tune.QUANTISED, 2, 97)]
    kept, gate, said = tune._proven(build.Order(config), read_model(config.model), Path("none"), ways, print)
    assert (kept.precision, gate) == ("fp32", {})
    assert "no faster (97 ms beside 100 ms)" in said


def test_a_file_that_fails_the_gate_is_not_kept(config: Config) -> None:
    """A network that answers otherwise, however fast: refused, with the gate's words and figures."""
    model = read_model(config.model)
    ways = [way("fp32", 1, 100), way(tune.QUANTISED, 1, 1)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tune, "_opened", lambda model, file, way: Blind(onnxruntime.build(model, SETTINGS)))
        order = build.Order(config, drawn=1)
        kept, gate, said = tune._proven(order, model, model.path, ways, lambda _: None)
    assert (kept.precision, gate) == ("fp32", {})
    assert "of the pixels agree" in said


SETTINGS = onnxruntime.Settings(threads=1)


class Blind:
    """An engine that sees background everywhere."""

    def __init__(self, engine: onnxruntime.OnnxRuntime) -> None:
        self.engine, self.name, self.precision, self.version = engine, "blind", "none", "0"

    def infer(self, images: list[object]) -> object:
        maps = self.engine.infer(images)  # type: ignore[arg-type]
        maps.class_map[:] = 0
        return maps

    def close(self) -> None:
        self.engine.close()


def test_the_decoder_works_beside_the_block_and_ends_with_it() -> None:
    """One thread more inside, none left behind."""

    photograph = cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes()
    with tune.decoding(photograph):
        assert "decoder" in {t.name for t in threading.enumerate()}
    assert "decoder" not in {t.name for t in threading.enumerate()}


@ONNX
def test_what_is_found_is_remembered_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way is measured, a choice is kept for this computer, and the daemon's engine opens with it."""
    monkeypatch.setattr(build, "CALIBRATION", int8.LEAST)
    config = small(tmp_path)
    told: list[str] = []
    result = tune.tune(build.Order(config, drawn=1), 3, told.append)
    assert result.said.startswith("8-bit convolutions are")
    assert told[0] == "making the network with 8-bit convolutions"
    model = read_model(config.model)
    found = tuning.find(config.state, onnxruntime.computer(model))
    assert found == result.choice
    assert set(found.measured) == {w.name for w in tune.ways_here(["fp32", tune.QUANTISED], tuning.cores())}
    engine = onnxruntime.build(model, onnxruntime.Settings(), config.state)
    assert engine.precision == found.precision
    engine.close()
    status, listed = run("engine", "list", "--config", str(config.source))
    assert (status, found.told() in listed) == (0, True)


def small(folder: Path) -> Config:
    """A station whose model takes small images, so that nothing here takes long."""
    made = folder / "small"
    shutil.copytree(ZOO / "herbarium-sheet", made)
    manifest = made / "model.yaml"
    manifest.write_text(manifest.read_text().replace("input_side_px: 1024", "input_side_px: 256"))
    (folder / "small.yaml").write_text(f"model: {made}\n")
    (folder / "station.yaml").write_text("profile: ./small.yaml\n")
    return load(folder / "station.yaml")
