"""A rig learned from drawn photographs of one stand: what is written is what was drawn, and the station reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calibration import rig, rig_report
from engines.synthesise import Defect, draw_sheet
from station.config import load
from station.errors import StationError

COUNT = 11
BOX = st.tuples(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.5, 1), st.floats(0.5, 1))


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sheets of one calm stand; the last one without a chart."""
    folder = tmp_path_factory.mktemp("stand")
    made = []
    for seed in range(COUNT):
        defect = Defect.NO_CHART if seed == COUNT - 1 else Defect.NONE
        sheet = draw_sheet(200 + seed, long_side_px=1700, plain=True, defect=defect, skew_deg=0.1)
        made.append(folder / f"{seed}.jpg")
        cv2.imwrite(str(made[-1]), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95])
    return made


@pytest.fixture(scope="module")
def learned(photographs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> rig.Learned:
    """Learned once for all tests; the barcode of these small drawings need not be read."""
    config = tmp_path_factory.mktemp("config") / "station.yaml"
    config.write_text("checks: {barcode: off}\n")
    return rig.learn(photographs, load(config), ppi=100.0)


def test_the_bad_photograph_is_left_out_and_named(learned: rig.Learned) -> None:
    """Ten are good; the one without a chart is named with its reason."""
    assert len(learned.used) == COUNT - 1
    assert list(learned.left_out) == [f"{COUNT - 1}.jpg"]
    assert "chart" in learned.left_out[f"{COUNT - 1}.jpg"]


def test_the_stand_is_described_as_it_was_drawn(learned: rig.Learned) -> None:
    """Skew 0.1 degrees within 0.03; the chart's zone holds the chart and leaves most of the frame out."""
    assert learned.usual["skew_deg"].median == pytest.approx(0.1, abs=0.03)
    left, top, width, height = learned.facts["zones"]["colour_chart"]
    boxes = np.array(learned.boxes["colour_chart"])
    assert (boxes[:, :2] >= (left, top)).all()
    assert (boxes[:, 2:] <= (left + width + 1e-3, top + height + 1e-3)).all()
    assert width * height < 0.3
    sides = (boxes[:, 2:] - boxes[:, :2]) * learned.facts["size_px"]
    assert learned.usual["chart_length_px"].median == pytest.approx(np.median(sides.max(axis=1)), rel=0.02)
    assert learned.sheet_mm is not None
    assert learned.sheet_mm[1] > learned.sheet_mm[0]


def test_the_rig_file_is_read_by_the_station(learned: rig.Learned, tmp_path: Path) -> None:
    """What is written is a rig file without errors, and says when and from what it was learned."""
    target = tmp_path / "stand.yaml"
    rig.write(learned, "stand", target, datetime(2026, 3, 1, tzinfo=UTC))
    assert load(None, rig=str(target)).rig.ppi == 100.0
    assert "2026-03-01" in target.read_text()
    assert yaml.safe_load(target.read_text())["ppi"] == 100.0


def test_the_report_shows_what_was_learned(learned: rig.Learned, tmp_path: Path) -> None:
    """Plots and zones as SVG, and why a photograph was left out."""
    rig_report.write(learned, "stand <1>", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "Skew of the sheets" in text
    assert "left out" in text
    assert "stand &lt;1&gt;" in text


def test_too_few_good_photographs_are_refused(photographs: list[Path]) -> None:
    """Three teach nothing; the remedy says how many are needed."""
    with pytest.raises(StationError) as told:
        rig.learn(photographs[:3], load(None))
    assert "10 to 30" in told.value.remedy


@given(st.lists(BOX, min_size=10, max_size=20))
def test_a_zone_holds_every_box_and_stays_in_the_frame(boxes: list[tuple[float, float, float, float]]) -> None:
    """However they wander."""
    left, top, width, height = rig.zone(boxes)
    assert 0 <= left <= min(b[0] for b in boxes) + 1e-4
    assert 0 <= top <= min(b[1] for b in boxes) + 1e-4
    assert max(b[2] for b in boxes) - 2e-4 <= left + width <= 1 + 2e-4
    assert max(b[3] for b in boxes) - 2e-4 <= top + height <= 1 + 2e-4
