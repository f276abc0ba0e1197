"""The model's manifest and the form its image takes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.config import ZOO
from station.errors import EngineError
from station.segment import input_image, read_model
from station.types import Model
from tests.station.scenes import ArrayPhoto, blank

MODEL = Model("m", Path("m.onnx"), "", "1", ("background",), 256, 32, "")


def test_the_shipped_model_is_the_one_in_its_manifest() -> None:
    """The ONNX file has the SHA-256 that model.yaml names, nine classes and background, and a licence."""
    model = read_model(ZOO / "herbarium-sheet")
    assert model.classes[0] == "background"
    assert len(model.classes) == 10
    assert model.licence == "Apache-2.0"


def test_a_model_that_was_changed_is_refused(tmp_path: Path) -> None:
    """One byte more than the manifest knows: an EngineError that says so."""
    folder = shutil.copytree(ZOO / "herbarium-sheet", tmp_path / "changed")
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(EngineError, match="is not the file"):
        read_model(folder)


@pytest.mark.parametrize("manifest", ["", "name: x", "name: [", "- 1"])
def test_a_damaged_manifest_is_an_engine_error(tmp_path: Path, manifest: str) -> None:
    """Whatever stands in model.yaml, the station says that the model cannot be read."""
    (tmp_path / "model.yaml").write_text(manifest)
    with pytest.raises(EngineError, match="cannot be read"):
        read_model(tmp_path)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700))
def test_sides_are_multiples_and_the_aspect_is_nearly_kept(width: int, height: int) -> None:
    """Both sides are multiples of 32, the longer one is the model's, the shorter is off by half a multiple at most."""
    made = input_image(ArrayPhoto(blank(width, height)), MODEL)
    assert made.dtype == np.uint8
    h, w = made.shape[:2]
    assert (h % 32, w % 32) == (0, 0)
    assert max(h, w) == 256
    exact = 256 / max(width, height) * min(width, height)
    assert abs(min(h, w) - exact) <= 16 or min(h, w) == 32
