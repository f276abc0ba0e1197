"""A recording plays back what was recorded, for the model it was recorded with, while it is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from station.backends import recorded
from station.errors import EngineError
from station.types import Image, Maps, Model

MODEL = Model("m", Path("m.onnx"), "ab" * 32, "1", ("background", "sheet"), 64, 32, "")
ABOUT = {"name": "tensorrt", "precision": "fp16", "version": "11.4", "model_sha256": MODEL.sha256}


def image(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (64, 32, 3), np.uint8)


def maps(count: int, value: int) -> Maps:
    layer = np.full((count, 32, 16), value, np.uint8)
    sides = np.full((count, 4, 8, 4), value + 3, np.uint8)
    return Maps(layer, layer + 1, layer + 2, np.full((count, 4), 0.25, np.float32), sides)


def test_what_was_recorded_is_played_back(tmp_path: Path) -> None:
    """Two of a batch and one alone, in any order; the engine says who made them."""
    recorded.record(tmp_path / "recorded", ABOUT, [image(1), image(2)], maps(2, 7))
    recorded.record(tmp_path / "recorded", ABOUT, [image(3)], maps(1, 9))
    backend = recorded.build(MODEL, recorded.Settings(), tmp_path)
    found = backend.infer([image(3), image(1)])
    assert found.class_map[:, 0, 0].tolist() == [9, 7]
    assert found.core[:, 0, 0].tolist() == [11, 9]
    assert found.sides[:, 0, 0, 0].tolist() == [12, 10]
    assert (backend.name, backend.precision, backend.version) == ("recorded", "fp16", "tensorrt 11.4")


def test_what_was_not_recorded_is_an_engine_error(tmp_path: Path) -> None:
    """Also a damaged file, and a folder that went away; when it comes back, it answers again."""
    folder = tmp_path / "recorded"
    recorded.record(folder, ABOUT, [image(1)], maps(1, 7))
    backend = recorded.build(MODEL, recorded.Settings(), tmp_path)
    with pytest.raises(EngineError, match="not recorded"):
        backend.infer([image(2)])
    for content in (b"", b"rubbish", (folder / recorded.file_name(image(1))).read_bytes()[:-40]):
        (folder / recorded.file_name(image(3))).write_bytes(content)
        with pytest.raises(EngineError, match="damaged"):
            backend.infer([image(3)])
    folder.rename(tmp_path / "away")
    with pytest.raises(EngineError, match="no recording"):
        backend.ping()
    (tmp_path / "away").rename(folder)
    backend.ping()
    backend.infer([image(1)])


def test_a_recording_of_another_model_is_refused(tmp_path: Path) -> None:
    """Its classes may be others; and a folder without notes is none."""
    recorded.record(tmp_path / "recorded", ABOUT | {"model_sha256": "cd" * 32}, [image(1)], maps(1, 7))
    with pytest.raises(EngineError, match="another model"):
        recorded.build(MODEL, recorded.Settings(), tmp_path)
    (tmp_path / "recorded" / recorded.ABOUT).write_text("[]")
    with pytest.raises(EngineError, match="no recording"):
        recorded.build(MODEL, recorded.Settings(), tmp_path)
    shutil.rmtree(tmp_path / "recorded")
    with pytest.raises(EngineError, match="no recording"):
        recorded.build(MODEL, recorded.Settings(), tmp_path)
