"""`station engine ...` as a user meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from station import engine_commands
from station.errors import EngineError
from tests.station.test_cli import run


def test_a_missing_library_is_one_sentence_and_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stations do without PyTorch; who wants to teach a model reads what to install."""
    monkeypatch.setattr(engine_commands, "TRAINING", ("torch_that_nobody_has", "json"))
    with pytest.raises(EngineError, match="needs torch_that_nobody_has, not installed here") as raised:
        engine_commands.need_training_extra()
    assert raised.value.remedy == "pip install 'capture-station[train]'"


def test_the_help_knows_the_command() -> None:
    """Without importing what it needs."""
    status, output = run("engine", "finetune", "--help")
    assert status == 0
    for option in ("--images", "--annotations", "--out", "--steps", "--seed"):
        assert option in output


def test_nothing_heavy_is_loaded_by_the_command_line() -> None:
    """`station run` starts without the training's libraries."""
    code = "import sys, station.cli; print({'torch', 'onnx', 'matplotlib', 'engines.finetune'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.train
def test_wrong_annotations_end_with_78(tmp_path: Path) -> None:
    """The error says what is wrong with them; no stack trace."""
    pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
    pytest.importorskip("onnx", reason="onnx (extra `train`) is not installed")
    pytest.importorskip("matplotlib", reason="matplotlib (extra `train`) is not installed")
    (tmp_path / "coco.json").write_text("{}")
    status, output = run("engine", "finetune", "--images", tmp_path, "--annotations", tmp_path / "coco.json")
    assert status == 78
    assert "is neither COCO nor LabelMe" in output
