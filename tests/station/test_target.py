"""Charts in photographs: which one, how large its patches, what they measure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from station import charts, target
from station.types import Chart, Image
from tests.station import oracle
from tests.station.measure.drawn_charts import Floats, draw, laid
from tests.station.scenes import ArrayPhoto

KINDS = charts.known(Path(__file__).parents[2] / "calibration" / "charts")
BY_NAME = {chart.name: chart for chart in KINDS}
CLASSIC = BY_NAME["colorchecker-classic"]


def photo(chart: Chart, long_px: int = 900, turn: float = 1.5, gain: float = 1.0) -> tuple[ArrayPhoto, Floats, Image]:
    """A photograph of a chart, the chart's corners in it, and its pixels."""
    picture, corners, _ = laid(draw(chart, long_px), turn, (long_px + 200, long_px + 200))
    picture = np.clip(np.round(picture * gain), 0, 255).astype(np.uint8)
    return ArrayPhoto(picture), corners, picture


@pytest.mark.parametrize("name", [c.name for c in KINDS if c.layout == c.name and c.values != "none"])
def test_differences_are_those_of_the_oracle(name: str) -> None:
    """Mean, highest and 90th percentile of CIEDE2000 on a rendered chart, to 0.05, from pixels the oracle reads too."""
    shot, corners, picture = photo(BY_NAME[name], 1400 if name == "golden-thread-object-level" else 900, gain=0.93)
    seen = target.see(shot, corners, KINDS)
    assert seen.chart is not None
    assert seen.chart.name == name
    assert seen.corners is not None
    middles = np.round(seen.corners.mean(axis=1)).astype(int)
    rgb = picture[middles[:, 1], middles[:, 0]]
    off = oracle.difference(oracle.lab(rgb), np.array([p.lab for p in seen.chart.patches]))
    found = target.figures(seen)
    assert found.mean == pytest.approx(off.mean(), abs=0.05)
    assert found.highest == pytest.approx(off.max(), abs=0.05)
    assert found.p90 == pytest.approx(np.percentile(off, 90), abs=0.05)


def test_a_faithful_photograph_has_no_difference() -> None:
    """The chart's own colours, as far as sRGB shows them: cyan lies beyond it."""
    shot, corners, _ = photo(CLASSIC)
    found = target.figures(target.see(shot, corners, KINDS))
    assert found.mean is not None
    assert found.mean < 0.7
    assert found.white_balance == pytest.approx(0, abs=0.3)
    assert found.tone == pytest.approx(0, abs=0.3)
    assert found.noise == pytest.approx(0, abs=0.2)
    assert found.misregistration == pytest.approx(0, abs=0.1)
    assert found.clipped == 0
    assert found.white_off == pytest.approx(0, abs=0.3)


def test_a_yellow_cast_shows_in_the_white_balance() -> None:
    """As the difference in a*b* that the oracle finds in the greys."""
    shot, corners, picture = photo(CLASSIC)
    picture[..., 2] = np.round(picture[..., 2] * 0.85).astype(np.uint8)
    seen = target.see(shot, corners, KINDS)
    assert seen.corners is not None
    assert seen.chart is not None
    middles = np.round(seen.corners.mean(axis=1)).astype(int)[18:]
    meant = np.array([p.lab for p in seen.chart.patches])[18:]
    off = oracle.lab(picture[middles[:, 1], middles[:, 0]]) - meant
    assert target.figures(seen).white_balance == pytest.approx(np.hypot(off[:, 1], off[:, 2]).mean(), abs=0.05)


def test_without_values_only_the_greys_are_judged() -> None:
    """They are meant to be neutral; no difference is made up."""
    shot, corners, _ = photo(BY_NAME["isa-colorgauge-micro"])
    found = target.figures(target.see(shot, corners, KINDS))
    assert (found.mean, found.highest, found.tone) == (None, None, None)
    assert found.white_balance is not None


def test_black_and_white_has_no_colour_to_judge() -> None:
    """The chart is recognised, its colours are not measured."""
    shot, corners, picture = photo(CLASSIC)
    picture[:] = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
    seen = target.see(shot, corners, KINDS)
    assert seen.chart is not None
    assert (target.figures(seen).mean, target.figures(seen).white_balance) == (None, None)


def test_small_patches_are_not_read() -> None:
    """A chart of 60 px is recognised; its patches are mixed with their neighbours."""
    shot, corners, _ = photo(CLASSIC, 60)
    seen = target.see(shot, corners, KINDS)
    assert seen.chart is not None
    assert target.figures(seen) == target.Figures()


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_half_a_chart_is_told(side: str) -> None:
    """A sheet of paper lies over the other half."""
    shot, corners, picture = photo(CLASSIC, turn=0)
    middle = picture.shape[0] // 2
    part: tuple[slice, ...] = {
        "left": np.s_[:, :middle],
        "right": np.s_[:, middle:],
        "top": np.s_[:middle, :],
        "bottom": np.s_[middle:, :],
    }[side]
    picture[part] = (226, 214, 190)
    seen = target.see(shot, corners, KINDS)
    assert seen.half
    assert seen.chart is not None
    assert seen.chart.layout == "colorchecker-classic"
    assert target.figures(seen) == target.Figures()


@pytest.mark.parametrize(("ppi", "name"), [(None, "classic"), (900 / 11, "classic"), (212, "mini"), (570, "nano")])
def test_size_tells_charts_of_one_layout_apart(ppi: float | None, name: str) -> None:
    """900 px are 279 mm at 82 ppi, 108 mm at 212, 40 mm at 570; without the resolution it is the Classic."""
    shot, corners, _ = photo(CLASSIC)
    seen = target.see(shot, corners, KINDS, ppi=ppi)
    assert seen.chart is not None
    assert seen.chart.name == f"colorchecker-{name}"


def test_the_charts_of_the_stand_go_before_their_kinds() -> None:
    """The same layout, its own values."""
    own = Chart("ours", "Ours", CLASSIC.layout, CLASSIC.aspect, "measured", CLASSIC.patches, serial="7")
    shot, corners, _ = photo(CLASSIC)
    assert target.see(shot, corners, KINDS, (own,)).chart == own


def test_paper_is_no_chart() -> None:
    """Nothing is recognised."""
    blank = ArrayPhoto(np.full((400, 500, 3), 220, np.uint8))
    seen = target.see(blank, np.array([[50, 50], [400, 50], [400, 300], [50, 300.0]]), KINDS)
    assert seen == target.Seen()
    assert target.figures(seen) == target.Figures()


def test_what_is_read_lies_inside_the_patch() -> None:
    """Under any turn, and at least a third of its side."""
    for turn in range(0, 180, 15):
        angle = np.radians(turn)
        spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        ring = np.array([[-40, -40], [40, -40], [40, 40], [-40, 40.0]]) @ spin.T + 100
        (box,) = target.inner_boxes(ring[None], (200, 200))
        corners = np.array([[box.x, box.y], [box.x + box.w, box.y], [box.x, box.y + box.h]], np.float32)
        shape = ring.astype(np.float32).reshape(-1, 1, 2)
        assert all(cv2.pointPolygonTest(shape, (float(x), float(y)), measureDist=False) >= 0 for x, y in corners)
        assert min(box.w, box.h) > 80 / 3.5


@pytest.mark.parametrize("deg", [0.0, 3.0, 90.0])
def test_the_patches_tell_the_resolution(deg: float) -> None:
    """A chart of 100 mm whose card is drawn 400 px wide has 4 px a mm, however it lies."""
    sized = replace(CLASSIC, width_mm=100.0)
    shares = np.array([(p.place.x, p.place.y, p.place.w, p.place.h) for p in sized.patches])
    x, y, w, h = shares.T
    corners = np.stack([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]).transpose(2, 0, 1)
    a = np.radians(deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    placed = (corners * (400, 400 / sized.aspect)) @ turn + (70, 30)
    assert target.px_per_mm(target.Seen(sized, placed)) == pytest.approx(4.0)
    assert target.px_per_mm(target.Seen(CLASSIC, placed)) is None
    assert target.px_per_mm(target.Seen(sized, placed, half=True)) is None
