"""The atlas's pictures are those that are drawn."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engines.atlas import PICTURES, draw
from station import atlas


def test_the_committed_pictures_are_the_drawn_ones(tmp_path: Path) -> None:
    """Drawn anew they show the same (mean difference below three grey levels: another JPEG library may round)."""
    draw(tmp_path)
    assert {path.name for path in tmp_path.glob("*.jpg")} == {f"{name}.jpg" for name in PICTURES}
    for path in tmp_path.glob("*.jpg"):
        made, kept = (np.asarray(cv2.imread(str(p)), np.float32) for p in (path, atlas.HERE / path.name))
        assert made.shape == kept.shape, path.name
        assert float(np.abs(made - kept).mean()) < 3, path.name
