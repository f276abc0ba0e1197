"""The GPU's child over the fake driver: the real pycuda and the real protocol, maps as ONNX Runtime makes them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.backends import onnxruntime, tensorrt
from station.config import ZOO
from station.errors import EngineError, Trouble
from station.gpu import child, plans
from station.segment import read_model
from station.types import Model
from tests.station.gpu.driver import FakeGpu

SETTINGS = tensorrt.Settings(memory_mb=1024, batch=2, usual_px=(64, 96), load_seconds=60, answer_seconds=20)


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(ZOO / "herbarium-sheet")


@pytest.fixture(scope="module")
def shelved(fake_parts: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, model: Model) -> Path:
    """A state directory with a plan for the fake GPU, compiled by the child."""
    folder = tmp_path_factory.mktemp("state")
    shelf = plans.Shelf(folder / tensorrt.SHELF)
    with pytest.MonkeyPatch.context() as environment, shelf.held() as work:
        FakeGpu(*fake_parts, folder / "mood", environment)
        told = compiled(model, work)
        wanted = tensorrt.examine(SETTINGS).fingerprint(model, SETTINGS)
        shelf.add(wanted, work / "new.plan", 1.0, {})
        assert (work / "times").read_bytes() == b"+"
    assert told[:2] == ["asking the GPU driver", "loading TensorRT"]
    assert "building, 50 %" in told
    return folder


@pytest.fixture
def state(fake_gpu: FakeGpu, shelved: Path, tmp_path: Path) -> Path:
    """The same for one test alone."""
    return Path(shutil.copytree(shelved, tmp_path / "state"))


def compiled(model: Model, work: Path, **other: Any) -> list[str]:
    told: list[str] = []
    bounds = tensorrt.shapes(model, SETTINGS)
    asked = {
        "device": 0, "memory_mb": 100, "library": "auto", "onnx": str(model.path), "plan": str(work / "new.plan"),
        "timing_cache": str(work / "times"), "precision": "fp32", "workspace_mb": 100,
        "shapes": {"least": bounds.least, "usual": bounds.usual, "most": bounds.most}, **other,
    }  # fmt: skip
    child.call("station.gpu.compiler:serve", asked, 60, tell=told.append)
    return told


def images(count: int = 1, size: tuple[int, int] = (96, 64)) -> list[Any]:
    rng = np.random.default_rng(count)
    return [rng.integers(0, 255, (*size, 3), np.uint8) for _ in range(count)]


def test_maps_travel_there_and_back(state: Path, model: Model) -> None:
    """Every map is ONNX Runtime's own, for several sizes in one child; five images go as two, two and one."""
    reference = onnxruntime.build(model, onnxruntime.Settings(threads=1), state)
    backend = tensorrt.build(model, SETTINGS, state)
    for asked in (images(), images(1, (64, 128)), images(5), images()):
        found, expected = backend.infer(asked), reference.infer(asked)
        np.testing.assert_array_equal(found.class_map, expected.class_map)
        np.testing.assert_array_equal(found.core, expected.core)
        np.testing.assert_allclose(found.confidence, expected.confidence, atol=1)
        np.testing.assert_allclose(found.upright, expected.upright, atol=1e-4)
    assert backend.seconds > 0
    assert backend.gpu_bytes > 100 << 20
    backend.close()
    reference.close()


def test_memory_that_cannot_be_page_locked_is_used_as_it_is(state: Path, model: Model, fake_gpu: FakeGpu) -> None:
    """Some drivers cannot lock shared memory: slower, not wrong."""
    fake_gpu.set("FAKE_CUDA_NO_PIN", "1")
    backend = tensorrt.build(model, SETTINGS, state)
    assert backend.infer(images()).class_map.shape == (1, 48, 32)
    backend.close()


def test_eight_point_six_is_served_by_the_same_code(model: Model, fake_gpu: FakeGpu, tmp_path: Path) -> None:
    """Its flags, no progress, another name for the memory it needs."""
    fake_gpu.set("STANDIN_VERSION", "8.6.1")
    told = compiled(model, tmp_path, precision="fp16")
    assert "building" in told
    found = tensorrt.examine(SETTINGS)
    made = plans.Shelf(tmp_path / "state" / tensorrt.SHELF)
    with made.held():
        made.add(found.fingerprint(model, SETTINGS), tmp_path / "new.plan", 1.0, {})
    backend = tensorrt.build(model, SETTINGS, tmp_path / "state")
    assert "8.6.1" in backend.version
    assert backend.gpu_bytes > 100 << 20
    backend.close()


@pytest.mark.parametrize(
    ("mood", "trouble"),
    [("null load", Trouble.NOT_BUILT), ("crash load", Trouble.CRASHED), ("hang load", Trouble.HUNG)],
)
def test_what_goes_wrong_while_loading_costs_the_child_alone(
    state: Path, model: Model, fake_gpu: FakeGpu, mood: str, trouble: Trouble
) -> None:
    """A null engine is no plan and is built anew; a crash and a hang keep it, for they may be the driver's."""
    fake_gpu.mood(mood)
    hasty = SETTINGS.model_copy(update={"load_seconds": 4.0})
    with pytest.raises(EngineError) as caught:
        tensorrt.build(model, hasty, state)
    assert caught.value.trouble is trouble
    left = list((state / tensorrt.SHELF).glob("*.plan"))
    assert bool(left) == (trouble is not Trouble.NOT_BUILT)


@pytest.mark.parametrize(
    ("mood", "trouble"),
    [("fail run", Trouble.FAILED), ("crash run", Trouble.CRASHED), ("hang run", Trouble.HUNG)],
)
def test_what_goes_wrong_with_a_photograph_is_an_engine_error(
    state: Path, model: Model, fake_gpu: FakeGpu, mood: str, trouble: Trouble
) -> None:
    """The engine is then gone and says so; a new one opens when the GPU is well again."""
    hasty = SETTINGS.model_copy(update={"answer_seconds": 2.0})
    backend = tensorrt.build(model, hasty, state)
    backend.ping()
    fake_gpu.mood(mood)
    with pytest.raises(EngineError) as caught:
        backend.infer(images())
    assert caught.value.trouble is trouble
    for ask in (backend.ping, lambda: backend.infer(images())):
        with pytest.raises(EngineError):
            ask()
    backend.close()
    fake_gpu.mood("")
    again = tensorrt.build(model, SETTINGS, state)
    again.infer(images())
    again.close()


def test_a_plan_that_wants_too_much_memory_is_not_opened(state: Path, model: Model, fake_gpu: FakeGpu) -> None:
    """The bound holds for what the plan needs, not only for what is free."""
    small = SETTINGS.model_copy(update={"memory_mb": 100})
    wanted = tensorrt.examine(small).fingerprint(model, small)
    shelf = plans.Shelf(state / tensorrt.SHELF)
    (other,) = shelf.plans()
    shelf.add(wanted, other.path, 1.0, {})
    with pytest.raises(EngineError, match="100 MB are allowed") as caught:
        tensorrt.build(model, small, state)
    assert caught.value.trouble is Trouble.LITTLE_MEMORY


def test_a_tampered_plan_is_taken_away(state: Path, model: Model) -> None:
    """Damaged on disk: not loaded, removed, to be built anew."""
    (plan,) = (state / tensorrt.SHELF).glob("*.plan")
    plan.write_bytes(plan.read_bytes()[:-1])
    with pytest.raises(EngineError, match="damaged") as caught:
        tensorrt.build(model, SETTINGS, state)
    assert caught.value.trouble is Trouble.NOT_BUILT
    assert not plan.exists()


def test_the_daemon_itself_never_loads_cuda(state: Path, model: Model) -> None:
    """After an inference this very process has neither TensorRT nor pycuda nor the driver."""
    backend = tensorrt.build(model, SETTINGS, state)
    backend.infer(images())
    backend.close()
    assert "libcuda" not in Path("/proc/self/maps").read_text()
