"""What repeats is recorded once and then started by one call, with the same answers; or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from station.backends import tensorrt
from station.config import ZOO
from station.gpu import graphs
from station.gpu.child import call
from station.segment import read_model
from tests.station.gpu.driver import HERE, FakeGpu


@pytest.mark.parametrize("can", [True, False])
def test_recorded_work_gives_the_same_maps(fake_gpu: FakeGpu, tmp_path: Path, can: bool) -> None:
    """Sizes by turns, each three times: step by step, recorded, started again; also where nothing can be recorded."""
    model = read_model(ZOO / "herbarium-sheet")
    plain = tensorrt.Settings(memory_mb=1024, batch=1, usual_px=(64, 96))
    graph = plain.model_copy(update={"cuda_graph": True})
    if not can:
        fake_gpu.set("FAKE_CUDA_NO_GRAPH", "1")
    plan = fake_gpu.plan(model, plain, tmp_path)
    rng = np.random.default_rng(1)
    shapes = [(64, 96, 3), (96, 64, 3), (128, 128, 3)] * 3
    images = [rng.integers(0, 255, shape, np.uint8) for shape in shapes]
    with_graph = tensorrt.start(model, graph, lambda _: plan)
    without = tensorrt.start(model, plain, lambda _: plan)
    for image in images:
        np.testing.assert_array_equal(with_graph.infer([image]).class_map, without.infer([image]).class_map)
    for backend in (with_graph, without):
        backend.close()


def test_a_graph_is_really_used(fake_gpu: FakeGpu) -> None:
    """The driver counts: recorded once, started twice."""
    fake_gpu.also(HERE)
    assert call("childish:graph", {}, 30) == {"after_recording": 0, "after_two": 2}


def test_without_a_driver_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that has no such functions: None, and the work is not begun."""
    monkeypatch.setattr(graphs, "LIBRARY", "libc.so.6")
    assert graphs.record(1, lambda: pytest.fail("begun")) is None
