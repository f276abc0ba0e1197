"""From a configuration to a plan in use, over the fake GPU: built, past the gate, opened by the daemon's own kit."""

from __future__ import annotations

import json
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engines import build
from engines.synthesise import Defect
from station import kit
from station.backends import tensorrt
from station.cli import app
from station.config import Config, load
from station.errors import EngineError, Trouble
from station.gpu import plans
from tests.station.gpu.driver import FakeGpu

ONNX = pytest.mark.skipif(find_spec("onnx") is None, reason="onnx (extra `gpu`) is not installed")
TENSORRT = "segment: {{backends: [tensorrt, onnxruntime], tensorrt: {{memory_mb: 1024, batch: 1, precision: {}}}}}\n"


@pytest.fixture
def config(tmp_path: Path, fake_gpu: FakeGpu) -> Config:
    (tmp_path / "inbox").mkdir()
    return written(tmp_path, "fp32")


def written(folder: Path, precision: str) -> Config:
    (folder / "station.yaml").write_text(TENSORRT.format(precision))
    return load(folder / "station.yaml")


def order(config: Config) -> build.Order:
    return build.Order(config, drawn=1)


@ONNX
def test_a_plan_that_passes_is_used_from_then_on(config: Config, tmp_path: Path) -> None:
    """Before: the CPU with a notice. After: TensorRT, half precision, no notice; the result stands beside the plan."""
    config = written(tmp_path, "fp16")
    before = kit.open_segmenter(config)
    assert before.fallback is Trouble.NOT_BUILT
    before.close()
    told: list[str] = []
    plan = build.build(order(config), told.append)
    assert plan.gate["passed"]
    assert plan.gate["agreement"] > 0.995
    assert plan.fingerprint["precision"] == "fp16"
    assert [t for t in told if t in ("making the fp16 network", "building")] == ["making the fp16 network", "building"]
    assert json.loads(plan.path.with_suffix(".json").read_text())["gate"]["photographs"] == 1
    after = kit.open_segmenter(config)
    assert after.engine is not None
    assert (after.engine.backend, after.engine.precision, after.notice) == ("tensorrt", "fp16", None)
    after.close()


def test_a_plan_that_answers_otherwise_is_refused_and_remembered(config: Config, fake_gpu: FakeGpu) -> None:
    """The engine answers zeros: refused with the reason, not in use, and not built again by the daemon."""
    fake_gpu.mood("wrong run")
    with pytest.raises(EngineError, match="did not pass the parity gate: drawn-100-none") as caught:
        build.build(order(config), lambda _: None)
    assert caught.value.trouble is Trouble.REFUSED
    fake_gpu.mood("")
    segmenter = kit.open_segmenter(config)
    assert segmenter.fallback is Trouble.REFUSED
    assert "parity gate" in str(segmenter.notice)
    segmenter.close()
    assert list(order(config).shelf.folder.glob("*.plan")) == []
    assert build.build(order(config), lambda _: None).refused is None


def test_verify_takes_a_plan_away_that_no_longer_answers_right(config: Config, fake_gpu: FakeGpu) -> None:
    """Well: the result is renewed. Wrong: refused."""
    made = build.build(order(config), lambda _: None)
    again = build.verify(order(config), lambda _: None)
    assert (again.sha256, again.gate["passed"]) == (made.sha256, True)
    fake_gpu.mood("wrong run")
    with pytest.raises(EngineError) as caught:
        build.verify(order(config), lambda _: None)
    assert caught.value.trouble is Trouble.REFUSED
    assert not made.path.exists()


@pytest.mark.parametrize(
    ("mood", "trouble"),
    [("null build", Trouble.NULL), ("crash build", Trouble.CRASHED), ("crash run", Trouble.CRASHED)],
)
def test_a_build_that_fails_leaves_nothing_behind(
    config: Config, fake_gpu: FakeGpu, mood: str, trouble: Trouble
) -> None:
    """No plan, no half-done folder; the next build may succeed."""
    fake_gpu.mood(mood)
    with pytest.raises(EngineError) as caught:
        build.build(order(config), lambda _: None)
    assert caught.value.trouble is trouble
    assert {path.name for path in order(config).shelf.folder.iterdir()} <= {plans.LOCK, plans.TIMING_CACHE}


@ONNX
def test_int8_is_calibrated_and_compared(config: Config, tmp_path: Path) -> None:
    """Drawn sheets where no folder is named; whether it is kept is the gate's word."""
    asked = build.Order(written(tmp_path, "int8"), drawn=1, calibration=tmp_path / "photographs")
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "none.jpg").write_text("no photograph")
    with pytest.raises(EngineError, match="0 photographs are too few"):
        build.build(asked, lambda _: None)
    model, _ = asked.wanted()
    assert len(list(build.calibrating(build.Order(config), model))) == build.CALIBRATION


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One golden photograph is enough for the commands; the daemon's own build takes them all."""
    monkeypatch.setattr("engines.compare.WILD", ())
    monkeypatch.setattr("engines.compare.PLAIN", ((100, Defect.NONE),))


def command(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["engine", *map(str, words)], env={"COLUMNS": "250"})
    return result.exit_code, result.output


def test_the_commands_build_list_verify_and_prune(config: Config, few: None) -> None:
    """As a user meets them."""
    asked = ("--config", config.source)
    assert command("list", *asked)[0] == 0
    status, output = command("build", *asked)
    assert status == 0, output
    assert "looking at the GPU" in output
    assert "Kept: " in output
    status, output = command("list", *asked)
    assert "Fake GPU" in output
    assert "tensorrt 11.4.0" in output
    status, output = command("verify", *asked)
    assert (status, "verdicts differ" in output) == (0, True)
    assert command("prune", *asked) == (0, "")
    status, output = command("prune", "--all", *asked)
    assert status == 0
    assert output.count("removed") == 2


def test_a_station_without_tensorrt_is_told_what_to_write(tmp_path: Path) -> None:
    """The default configuration asks for none; that is no crash and no build."""
    (tmp_path / "station.yaml").write_text("station: a\n")
    status, output = command("build", "--config", tmp_path / "station.yaml")
    assert status == 1
    assert "does not ask for TensorRT" in output
    assert "backends: [tensorrt, onnxruntime]" in output


def test_the_daemon_builds_what_is_missing_and_switches_over(config: Config) -> None:
    """The kit as the daemon opens it: the CPU at first, the command in a process of its own, then TensorRT."""
    seen: list[str] = []
    with kit.opened(config) as opened:
        segmenter, end = opened.segmenter, time.monotonic() + 100
        while segmenter.fallback is not None and time.monotonic() < end:
            if segmenter.notice not in seen:
                seen.append(str(segmenter.notice))
            threading.Event().wait(0.05)
        assert segmenter.engine is not None
        assert (segmenter.engine.backend, segmenter.notice) == ("tensorrt", None), seen
    assert any("is being built (comparing" in words for words in seen), seen
    assert tensorrt.SHELF in [path.name for path in config.state.iterdir()]
