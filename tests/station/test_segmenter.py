"""The engine fails, another judges the same photograph; the better one comes back between two photographs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from station.backends import onnxruntime, recorded, tensorrt
from station.config import ZOO
from station.errors import EngineError, Trouble
from station.gpu import plans
from station.segment import input_image, read_model, segment
from station.segmenter import Segmenter, Tell
from station.types import Image, Model
from tests.station.gpu.driver import FakeGpu
from tests.station.scenes import ArrayPhoto

CHOICES = (("recorded", recorded.Settings()), ("onnxruntime", onnxruntime.Settings(threads=1)))


@pytest.fixture(scope="module")
def small() -> Model:
    """The shipped model, at a quarter of its side: fast enough for a test."""
    model = read_model(ZOO / "herbarium-sheet")
    return Model(model.name, model.path, model.sha256, "1", model.classes, 256, 32, "")


PHOTO = ArrayPhoto(np.random.default_rng(1).integers(0, 255, (256, 192, 3), np.uint8))


def taped(model: Model, state: Path, value: int = 3) -> Path:
    """A recording of PHOTO whose every pixel is class `value`: no engine would say that, so it is known again."""
    made = onnxruntime.build(model, onnxruntime.Settings(threads=1), state)
    image = input_image(PHOTO, model)
    maps = made.infer([image])
    maps.class_map[...] = value
    about = {"name": "tape", "precision": "fp16", "version": "1", "model_sha256": model.sha256}
    recorded.record(state / "recorded", about, [image], maps)
    return state / "recorded"


def never(tell: Tell, stop: threading.Event) -> None:
    raise AssertionError("nothing is to be built")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it did not happen within 30 s"
        time.sleep(0.01)


@pytest.fixture
def segmenter(small: Model, tmp_path: Path) -> Iterator[Segmenter]:
    taped(small, tmp_path)
    with closing(Segmenter(small, CHOICES, tmp_path, recheck_s=0.05)) as made:
        yield made


def test_the_first_engine_judges_while_it_is_well(segmenter: Segmenter) -> None:
    """No notice, no fallback, and its name in what it made."""
    done = segmenter(PHOTO)
    assert (done.engine.backend, set(np.unique(done.class_map))) == ("recorded", {3})
    assert (segmenter.notice, segmenter.fallback) == (None, None)


def test_the_same_photograph_is_judged_by_the_next_engine(segmenter: Segmenter, small: Model, tmp_path: Path) -> None:
    """The first is lost in the middle of the work: no photograph is, and the reason is visible."""
    segmenter(PHOTO)
    (tmp_path / "recorded").rename(tmp_path / "away")
    done = segmenter(PHOTO)
    assert done.engine.backend == "onnxruntime"
    with closing(onnxruntime.build(small, onnxruntime.Settings(threads=1), tmp_path)) as alone:
        np.testing.assert_array_equal(done.class_map, segment(PHOTO, small, alone).class_map)
    assert segmenter.fallback is Trouble.NO_DEVICE
    assert str(segmenter.notice).startswith(
        "Running on onnxruntime instead of recorded. recorded: There is no recording"
    )


def test_it_switches_back_between_two_photographs(segmenter: Segmenter, tmp_path: Path) -> None:
    """When the engine is there again, without anybody doing anything; nothing is said any more."""
    segmenter.improve(never)
    (tmp_path / "recorded").rename(tmp_path / "away")
    assert segmenter(PHOTO).engine.backend == "onnxruntime"
    time.sleep(0.2)
    assert segmenter.engine is not None
    assert segmenter.engine.backend == "onnxruntime"
    (tmp_path / "away").rename(tmp_path / "recorded")
    until(lambda: segmenter.fallback is None)
    assert segmenter(PHOTO).engine.backend == "recorded"
    assert segmenter.notice is None


def test_a_photograph_being_judged_keeps_its_engine(small: Model, tmp_path: Path) -> None:
    """The switch waits until the photograph is done."""
    with closing(Segmenter(small, CHOICES, tmp_path, recheck_s=0.05)) as segmenter:
        began, go_on = threading.Event(), threading.Event()

        class Slow(ArrayPhoto):
            def small(self, max_side: int) -> Image:
                began.set()
                assert go_on.wait(30)
                return super().small(max_side)

        found: list[str] = []
        image = PHOTO.small(256)
        judging = threading.Thread(target=lambda: found.append(segmenter(Slow(image)).engine.backend))
        judging.start()
        assert began.wait(30)
        taped(small, tmp_path)
        segmenter.improve(never)
        time.sleep(0.3)
        assert segmenter.fallback is Trouble.NO_DEVICE
        go_on.set()
        judging.join(30)
        until(lambda: segmenter.fallback is None)
        assert found == ["onnxruntime"]


def test_an_engine_that_fails_again_and_again_is_tried_less_and_less(segmenter: Segmenter) -> None:
    """It opens but does not know this photograph: each time it fails, the pause before the next trial doubles."""
    other = ArrayPhoto(np.zeros((256, 192, 3), np.uint8))
    segmenter.improve(never)
    for _ in range(3):
        assert segmenter(other).engine.backend == "onnxruntime"
        until(lambda: segmenter.fallback is None)
    assert segmenter._strikes[0] == 3
    assert segmenter._not_before[0] - time.monotonic() < 0.05 * 2**2


def test_the_last_engine_is_kept_when_it_cannot_judge_one_photograph(small: Model, tmp_path: Path) -> None:
    """A single engine: this photograph is not judged, and says why; the next one is, and the notice goes away."""
    taped(small, tmp_path)
    with closing(Segmenter(small, CHOICES[:1], tmp_path)) as segmenter:
        with pytest.raises(EngineError, match="not recorded"):
            segmenter(ArrayPhoto(np.zeros((256, 192, 3), np.uint8)))
        assert "The engine failed. recorded: This image was not recorded." in str(segmenter.notice)
        assert segmenter(PHOTO).engine.backend == "recorded"
        assert segmenter.notice is None


def test_when_no_engine_opens_every_reason_is_said(small: Model, tmp_path: Path) -> None:
    """Nothing is judged, nothing passes; and an engine that comes later is taken."""
    with closing(Segmenter(small, CHOICES[:1], tmp_path, recheck_s=0.05)) as segmenter:
        with pytest.raises(EngineError, match="No engine can be opened"):
            segmenter(PHOTO)
        assert segmenter.engine is None
        taped(small, tmp_path)
        segmenter.improve(never)
        until(lambda: segmenter.engine is not None)
        assert segmenter(PHOTO).engine.backend == "recorded"


GPU = (("tensorrt", tensorrt.Settings(batch=1)), CHOICES[1])


def test_a_missing_plan_is_built_while_the_cpu_judges(small: Model, tmp_path: Path, fake_gpu: FakeGpu) -> None:
    """Progress is shown; a build that fails is said and not tried again at once."""
    asked, go_on = threading.Event(), threading.Event()

    def build(tell: Tell, stop: threading.Event) -> None:
        tell("building, 40 %")
        asked.set()
        assert go_on.wait(30)
        raise EngineError("The builder built nothing.", "Look at the log.", Trouble.NULL)

    with closing(Segmenter(small, GPU, tmp_path, recheck_s=0.05)) as segmenter:
        assert segmenter.fallback is Trouble.NOT_BUILT
        segmenter.improve(build)
        assert asked.wait(60)
        assert segmenter(PHOTO).engine.backend == "onnxruntime"
        assert segmenter.notice == "Running on onnxruntime while the plan of tensorrt is being built (building, 40 %)."
        go_on.set()
        until(lambda: segmenter.fallback is Trouble.NULL)
        assert "tensorrt: The builder built nothing. Look at the log." in str(segmenter.notice)
        assert segmenter._not_before[0] > time.monotonic() - 1


@pytest.mark.parametrize("mood", ["crash run", "hang run", "fail run"])
def test_a_gpu_that_dies_with_a_photograph_costs_nothing(
    small: Model, tmp_path: Path, fake_gpu: FakeGpu, mood: str
) -> None:
    """Crash, hang, refusal: the CPU judges that very photograph; when the GPU is well again it takes over again."""
    settings = tensorrt.Settings(batch=1, memory_mb=1024, answer_seconds=2)
    shelf, plan = plans.Shelf(tmp_path / tensorrt.SHELF), fake_gpu.plan(small, settings, tmp_path)
    with shelf.held():
        shelf.add(tensorrt.examine(settings).fingerprint(small, settings), plan.path, 1.0, {})
    with closing(Segmenter(small, (("tensorrt", settings), CHOICES[1]), tmp_path, recheck_s=0.05)) as segmenter:
        first = segmenter(PHOTO)
        assert first.engine.backend == "tensorrt"
        fake_gpu.mood(mood)
        second = segmenter(PHOTO)
        assert second.engine.backend == "onnxruntime"
        np.testing.assert_array_equal(second.class_map, first.class_map)
        assert "Running on onnxruntime instead of tensorrt." in str(segmenter.notice)
        fake_gpu.mood("")
        segmenter.improve(never)
        until(lambda: segmenter.fallback is None)
        assert segmenter(PHOTO).engine.backend == "tensorrt"


def test_the_same_reason_is_logged_once(small: Model, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An engine that is not there is looked for again and again; the log does not fill."""
    with closing(Segmenter(small, CHOICES, tmp_path, recheck_s=0.02)) as segmenter:
        segmenter.improve(never)
        time.sleep(0.3)
    assert len([r for r in caplog.records if "There is no recording" in r.getMessage()]) == 1


def test_without_a_model_nothing_is_judged(tmp_path: Path) -> None:
    """What was wrong with the model is the notice."""
    with closing(Segmenter(None, CHOICES, tmp_path, "The model cannot be read.")) as segmenter:
        segmenter.improve(never)
        assert (segmenter.engine, segmenter.fallback) == (None, Trouble.FAILED)
        with pytest.raises(EngineError, match="The model cannot be read"):
            segmenter(PHOTO)
