"""Known charts found again in pictures drawn from their own layout."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts import known
from station.measure import grid
from station.types import Chart, Image
from tests.station.measure.drawn_charts import Floats, draw, laid

CHARTS = known(Path(__file__).parents[3] / "calibration" / "charts")
LAYOUTS = [chart for chart in CHARTS if chart.layout == chart.name]
NAMES = [chart.name for chart in LAYOUTS]


def found(picture: Image, corners: Floats) -> tuple[grid.Fit, Floats]:
    """The best fit, and its patches' corners in the picture."""
    straight, matrix = grid.upright(picture, corners)
    lab = cv2.cvtColor(straight.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    best = grid.fit(lab, LAYOUTS)[0]
    there = cv2.perspectiveTransform(best.corners().reshape(1, -1, 2), np.linalg.inv(matrix)).reshape(-1, 4, 2)
    return best, there


def on_the_card(there: Floats, card: Image, matrix: Floats) -> Floats:
    """Corners in the picture -> shares of the card."""
    inverse = cv2.invertAffineTransform(matrix)
    return np.asarray((there @ inverse[:, :2].T + inverse[:, 2]) / card.shape[1::-1])


@pytest.mark.parametrize("chart", LAYOUTS, ids=NAMES)
@pytest.mark.parametrize("turn", [2.0, 91.5, 178.0, 269.0])
def test_each_chart_is_recognised_however_it_lies(chart: Chart, turn: float) -> None:
    """Kind, quarter turn, and what is read of each patch inside it, with noise, a cast and less contrast."""
    card = draw(chart, 600)
    picture, corners, matrix = laid(card, turn, (760, 760), noise=3)
    picture = (picture * np.array([0.9, 0.8, 0.7]) + 12).astype(np.uint8)
    best, there = found(picture, corners)
    assert best.chart.name == chart.name
    assert best.turn_deg == round(turn / 90) % 4 * 90
    assert best.score > 0.85
    shares = on_the_card(there, card, matrix)
    read = shares.mean(axis=1, keepdims=True) + (shares - shares.mean(axis=1, keepdims=True)) / 2
    places = np.array([p.place for p in chart.patches])[:, None]
    assert (read >= places[..., :2]).all()
    assert (read <= places[..., :2] + places[..., 2:]).all()


@given(st.sampled_from([c for c in LAYOUTS if not c.grey]), st.floats(-4, 4), st.floats(0.94, 1.06), st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_an_outline_may_be_a_little_wrong(chart: Chart, turn: float, size: float, seed: int) -> None:
    """The network's corners are off by some per cent."""
    picture, corners, _ = laid(draw(chart, 760), turn, (900, 900), noise=2, seed=seed)
    wrong = corners.mean(axis=0) + (corners - corners.mean(axis=0)) * size
    wrong += np.random.default_rng(seed).normal(0, 3, (4, 2))
    best, _ = found(picture, wrong)
    assert (best.chart.name, best.turn_deg) == (chart.name, 0)


def test_black_and_white_photographs_show_the_chart_too() -> None:
    """Lightness alone tells the ColorChecker and how it lies."""
    (chart,) = [c for c in LAYOUTS if c.name == "colorchecker-classic"]
    picture, corners, _ = laid(draw(chart, 500), 180, (640, 640), noise=2)
    grey = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    best, _ = found(grey, corners)
    assert (best.chart.name, best.turn_deg) == ("colorchecker-classic", 180)
    assert best.score > 0.85


@pytest.mark.parametrize("seed", range(6))
def test_other_things_fit_no_chart(seed: int) -> None:
    """Labels full of writing, and blotches of colour."""
    rng = np.random.default_rng(seed)
    blotches = cv2.resize(rng.integers(0, 255, (4 + seed, 7, 3), dtype=np.uint8), (420, 280))
    writing = np.full((280, 420, 3), 220, np.uint8)
    for row in range(30, 270, 22):
        cv2.putText(writing, "Herbarium of the garden", (8, row), 0, 0.9, (40, 30, 30), 2)
    for picture in (blotches, writing):
        lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        assert all(fit.score < 0.75 for fit in grid.fit(lab, LAYOUTS))


def test_a_picture_of_a_few_pixels_is_no_accident() -> None:
    """Nothing is found, nothing breaks."""
    straight, _ = grid.upright(np.full((4, 3, 3), 90, np.uint8), np.array([[0, 0], [3, 0], [3, 4], [0, 4.0]]))
    lab = cv2.cvtColor(straight.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    assert all(fit.score < 0.5 for fit in grid.fit(lab, LAYOUTS))
