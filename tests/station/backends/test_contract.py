"""What every backend in the drawer promises, asked of each with the shipped model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from station import parts
from station.backends import onnxruntime, recorded
from station.config import ZOO
from station.contracts import Backend
from station.errors import EngineError, Trouble
from station.segment import read_model
from station.types import Model

NAMES = parts.names("backends")
GREY = np.full((256, 192, 3), 200, np.uint8)
NOISE = [np.random.default_rng(seed).integers(0, 255, (128, 128, 3), np.uint8) for seed in (1, 2)]
WITHOUT_GPU = {Trouble.NO_DRIVER, Trouble.NO_DEVICE, Trouble.NOT_INSTALLED}


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(ZOO / "herbarium-sheet")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Path:
    """A state directory with what the backends keep there: a recording; a plan, where STATION_STATE has one."""
    if given := os.environ.get("STATION_STATE"):
        return Path(given)
    folder = tmp_path_factory.mktemp("state")
    made = onnxruntime.build(model, onnxruntime.Settings(threads=1), folder)
    about = {"name": made.name, "precision": made.precision, "version": made.version, "model_sha256": model.sha256}
    for image in (GREY, *NOISE):
        recorded.record(folder / "recorded", about, [image], made.infer([image]))
    made.close()
    return folder


def built(name: str, model: Model, state: Path) -> Backend:
    module = parts.part("backends", name)
    try:
        made: Backend = module.build(model, module.Settings(), state)
    except EngineError as error:
        if name == "tensorrt" and error.trouble in WITHOUT_GPU:
            pytest.skip(f"no GPU to run TensorRT on: {error}")
        raise
    return made


@pytest.fixture(scope="module", params=NAMES)
def backend(request: pytest.FixtureRequest, model: Model, state: Path) -> Iterator[Backend]:
    made = built(request.param, model, state)
    yield made
    made.close()


def test_an_image_becomes_maps_of_half_its_size(backend: Backend, model: Model) -> None:
    """class_map, confidence and core at half resolution; class ids the model has; upright probabilities sum to 1."""
    maps = backend.infer([GREY])
    assert maps.class_map.shape == maps.confidence.shape == maps.core.shape == (1, 128, 96)
    assert maps.class_map.max() < len(model.classes)
    assert maps.upright.sum() == pytest.approx(1, abs=1e-3)


def test_two_images_are_answered_like_one_and_one(backend: Backend) -> None:
    """A batch changes nothing but the speed."""
    both = backend.infer(NOISE).class_map
    for image, together in zip(NOISE, both, strict=True):
        assert (backend.infer([image]).class_map[0] == together).mean() > 0.999


def test_an_image_of_the_wrong_size_is_an_engine_error(backend: Backend) -> None:
    """Sides that are no multiple are refused in the station's own words."""
    with pytest.raises(EngineError):
        backend.infer([np.zeros((100, 77, 3), np.uint8)])


def test_images_of_two_sizes_are_an_engine_error(backend: Backend) -> None:
    """A batch has one shape."""
    with pytest.raises(EngineError):
        backend.infer([np.zeros((64, 64, 3), np.uint8), np.zeros((96, 64, 3), np.uint8)])


@pytest.mark.parametrize("name", NAMES)
def test_a_closed_backend_says_so(name: str, model: Model, state: Path) -> None:
    """After close, ping and infer raise EngineError; closing twice is allowed."""
    made = built(name, model, state)
    made.ping()
    made.close()
    made.close()
    with pytest.raises(EngineError):
        made.ping()
    with pytest.raises(EngineError):
        made.infer([GREY])


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_no_model_is_an_engine_error(name: str, tmp_path: Path) -> None:
    """Rubbish in place of the model is refused with a remedy, not with the library's own exception."""
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no model at all")
    module = parts.part("backends", name)
    with pytest.raises(EngineError) as caught:
        module.build(Model("m", path, "", "1", ("background",), 256, 32, ""), module.Settings(), tmp_path)
    assert caught.value.remedy
