"""The ladder has a rung for every engine, those that are not there with the reason; it agrees with itself."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from calibration import int8
from engines import build, ladder
from station.errors import EngineError
from tests.engines.test_tune import small
from tests.station.test_cli import run


def test_what_is_here_is_timed_and_what_is_not_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference agrees with itself wholly, one thread with many; nothing was tuned; no rung is missing."""
    monkeypatch.setattr(build, "CALIBRATION", int8.LEAST)
    station = small(tmp_path)
    status, output = run("bench", "engine", "--config", str(station.source), "--rounds", "3",
                         "--out", str(tmp_path / "ladder.svg"))  # fmt: skip
    assert status == 0, output
    assert "100.00%" in output
    assert "as tuned, auto: The CPU engine is not tuned: nothing was measured" in output
    assert output.count("TensorRT, ") == 3
    picture = ET.fromstring((tmp_path / "ladder.svg").read_text())
    assert len(picture.findall("{http://www.w3.org/2000/svg}rect")) >= 3


def test_without_a_reference_there_is_no_ladder(tmp_path: Path) -> None:
    """A model that cannot be read is an error, not an empty table."""
    station = small(tmp_path)
    (tmp_path / "small" / "model.onnx").write_bytes(b"")
    with pytest.raises(EngineError):
        ladder.climb(station, 3)


def test_the_picture_shows_what_could_be_timed() -> None:
    """A bar each, the longest for the slowest; what is not there has none."""
    rungs = [ladder.Rung("fast", "fp16", 1.0, 1.1, 0.999, 80), ladder.Rung("slow", "fp32", 100.0, 110.0, 1.0, 90),
             ladder.Rung("none", "int8", refused="no driver")]  # fmt: skip
    drawn = ET.fromstring(ladder.picture(rungs))
    bars = [float(r.attrib["width"]) for r in drawn.findall("{http://www.w3.org/2000/svg}rect")[1:]]
    assert len(bars) == 2
    assert bars[1] == pytest.approx(100 * bars[0], rel=0.1)
