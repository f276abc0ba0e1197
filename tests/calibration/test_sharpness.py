"""The limits of label sharpness looked at on drawn labels."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration import sharpness
from tests.station.measure.test_focus import text


def drawn(folder: Path) -> Path:
    """A label as a photograph, lines of letters on paper."""
    path = folder / "label.png"
    cv2.imwrite(str(path), np.repeat(text(24)[..., None], 3, axis=2))
    return path


def test_what_lost_its_words_is_called_blurred_and_what_is_sharp_is_not(tmp_path: Path) -> None:
    """At the anchor and beyond, all kinds."""
    line = [[15, 40], [880, 40], [880, 395], [15, 395]]
    anchors = {"label.png": {"lines": [line], "deg": 0.0, "disc": 3.2, "gaussian": 4.0, "motion": 4.0}}
    found = list(sharpness.cases(anchors, [drawn(tmp_path)]))
    assert {(c.kind, c.strength) for c in found if c.size == 1} >= {("as it is", 0.0), ("disc", 1.0), ("motion", 2.5)}
    assert {c.code for c in found if c.kind == "as it is"} == {"ok"}
    assert {c.code for c in found if c.kind != "as it is" and c.size == 1} == {"blurred"}
    assert sharpness.table(found).row_count == (1 + 3 * len(sharpness.STRENGTHS)) * len(sharpness.SIZES)


def test_a_label_that_was_not_read_is_looked_at_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It counts among the sharp ones only."""
    path = drawn(tmp_path)
    (tmp_path / "reading.json").write_text(json.dumps({}), "utf-8")
    sharpness.main([str(tmp_path / "reading.json"), str(path)])
    assert "as it is" in capsys.readouterr().out
