"""The proof for a machine with a GPU: the whole of it over the fake one, and for real where there is a GPU."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from engines import compare, gpu_proof
from station import segment
from station.backends import tensorrt
from station.config import ZOO
from station.errors import EngineError
from tests.station.gpu.driver import FakeGpu

NEEDED = pytest.mark.skipif(find_spec("onnx") is None, reason="onnx (extra `gpu`) is not installed")


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the side, one golden photograph, a few of everything."""
    whole = segment.read_model(ZOO / "herbarium-sheet")
    monkeypatch.setattr(segment, "read_model", lambda _: replace(whole, input_side_px=256))
    monkeypatch.setattr(compare, "WILD", ())
    monkeypatch.setattr(compare, "PLAIN", compare.PLAIN[:1])
    monkeypatch.setattr(gpu_proof, "PRECISIONS", ("fp16", "fp32"))
    for name, value in {"TIMED": 4, "WARM": 1, "PHOTO_PX": 1600, "GROWTH_MB": 500, "PHOTOGRAPHS": 1}.items():
        monkeypatch.setattr(gpu_proof, name, value)


@NEEDED
def test_every_figure_is_taken(fake_gpu: FakeGpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the fake GPU, a few of each: gate, times, growth, death and return of the child."""
    quick(monkeypatch)
    proof = gpu_proof.prove(tmp_path, None, 3, None)
    assert proof["machine"] == {"gpu": "Fake GPU", "driver": proof["machine"]["driver"], "library": "tensorrt 11.4.0"}
    assert gpu_proof.holds(proof["fp32"]), proof
    for name in gpu_proof.PRECISIONS:
        assert proof[name]["growth"]["inferences"] == 3
        assert proof[name]["killed"]["holds"]
        assert proof[name]["with_graph"]["gpu"]["median_ms"] > 0
    assert proof["photograph"]["median_ms"] > 0
    assert proof["peers"]["onnxruntime cuda"]
    assert json.loads((tmp_path / "proof.json").read_text()) == json.loads(json.dumps(proof))


def test_without_a_gpu_it_says_so(tmp_path: Path) -> None:
    """One line and exit status 1, no stack trace."""
    if not_here() is None:
        pytest.skip("there is a GPU here")
    command = [sys.executable, "-m", "engines.gpu_proof", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing can be proven here: ")
    assert "Traceback" not in done.stderr


def test_what_must_hold_is_asked_for() -> None:
    """A plan that was refused, that leaks or that did not come back does not hold; an error neither."""
    well = {"gate": {"passed": True}, "growth": {"holds": True}, "killed": {"holds": True}}
    assert gpu_proof.holds(well)
    assert not gpu_proof.holds({"error": "no"})
    for part, fault in (("gate", {"passed": False}), ("growth", {"holds": False}), ("killed", {"holds": False})):
        assert not gpu_proof.holds({**well, part: fault})


@pytest.mark.gpu
@pytest.mark.timeout(3600)
@NEEDED
def test_everything_holds_on_a_real_gpu(tmp_path: Path) -> None:
    """10,000 inferences of fp16 and fp32, the gate, death and return."""
    if (why := not_here()) is not None:
        pytest.skip(f"no GPU to run TensorRT on: {why}")
    proof = gpu_proof.prove(tmp_path, None, 10_000, None)
    assert proof["holds"], proof


def not_here() -> EngineError | None:
    """Why TensorRT cannot run on this machine."""
    try:
        tensorrt.examine(tensorrt.Settings())
    except EngineError as error:
        return error
    return None
