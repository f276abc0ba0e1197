"""The things on a drawn sheet: labels, charts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.drawing.chart import CHARTS, layout, srgb_from_lab_d50
from engines.synthesise import Defect, Drawn, draw_sheet


def test_blurred_labels_lose_their_edges() -> None:
    """LABEL_BLURRED blurs one label and nothing else, and says by how much."""
    sharp, soft = (draw_sheet(4, long_side_px=2000, plain=True, defect=d) for d in (Defect.NONE, Defect.LABEL_BLURRED))
    blurred = [thing for thing in soft.things if thing.blur_px > 0]
    assert [thing.name for thing in blurred] == ["label"]
    assert all(thing.blur_px == 0 for thing in sharp.things)

    def edges(drawn: Drawn) -> float:
        (x0, y0), (x1, y1) = blurred[0].polygon.min(axis=0).astype(int), blurred[0].polygon.max(axis=0).astype(int)
        inner = drawn.image[y0 + 20 : y1 - 20, x0 + 20 : x1 - 20]
        return float(cv2.Laplacian(cv2.cvtColor(inner, cv2.COLOR_RGB2GRAY), cv2.CV_32F).std())

    assert edges(soft) < edges(sharp) / 4


def test_plain_labels_are_legible() -> None:
    """Small letters of the plain labels are at least 15 px high at 3000 px."""
    drawn = draw_sheet(7, long_side_px=3000, plain=True)
    corners = next(thing for thing in drawn.things if thing.name == "label").polygon
    (x0, y0), (x1, y1) = corners.min(axis=0).astype(int) + 12, corners.max(axis=0).astype(int) - 12
    dark = (cv2.cvtColor(drawn.image[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY) < 128).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(dark)
    heights = boxes[1:, cv2.CC_STAT_HEIGHT]
    letters = heights[(boxes[1:, cv2.CC_STAT_AREA] > 60) & (heights < 60)]
    assert np.percentile(letters, 20) >= 15


def test_chart_is_drawn_in_its_own_colours() -> None:
    """The calm picture shows the ColorChecker's patches within 10 of 255 of the values in its file."""
    drawn = draw_sheet(2, long_side_px=2000, plain=True)
    corners = next(thing for thing in drawn.things if thing.name == "colour_chart").polygon
    made = layout("colorchecker-classic")
    for n, colour in enumerate(made.colours):
        across, down = (n % 6 + 0.5) / 6, (n // 6 + 0.5) / 4
        x, y = corners[0] + (corners[1] - corners[0]) * across + (corners[3] - corners[0]) * down
        seen = drawn.image[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5].reshape(-1, 3).mean(axis=0)
        assert np.abs(seen - colour).max() < 10, n


def test_chart_files_are_complete() -> None:
    """Every chart with rows and columns of its own can be drawn, and has as many patches as they hold."""
    for path in (path for path in CHARTS.glob("*.yaml") if "\nrows:" in path.read_text(encoding="utf-8")):
        made = layout(path.stem)
        assert len(made.colours) == made.rows * made.columns, path.stem
        assert {"name:", "maker:", "source:", "illuminant:"} <= set(path.read_text(encoding="utf-8").split()), path.stem


def test_lab_to_srgb_keeps_white_grey_and_black() -> None:
    """CIELAB D50 100 is sRGB white, 0 is black, and neutral stays neutral."""
    assert srgb_from_lab_d50((100, 0, 0)) == pytest.approx((255, 255, 255), abs=0.6)
    assert srgb_from_lab_d50((0, 0, 0)) == pytest.approx((0, 0, 0), abs=0.01)
    assert np.ptp(srgb_from_lab_d50((50, 0, 0))) < 0.6
