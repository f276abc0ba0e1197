"""The start-of-day run: passes a good photograph, stops production at a bad one, and is remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cv2
import pytest

from calibration import start_of_day
from engines.synthesise import Defect, draw_sheet
from station import conformance
from station.config import load
from station.errors import StationError

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(("defect", "passes"), [(Defect.NONE, True), (Defect.NO_CHART, False)])
def test_production_starts_only_after_a_good_photograph(tmp_path: Path, defect: Defect, passes: bool) -> None:
    """A missing chart is told by name; either way the run stands in the state folder."""
    sheet = draw_sheet(7_000, long_side_px=3000, plain=True, defect=defect)
    photo = tmp_path / "target.jpg"
    cv2.imwrite(str(photo), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])
    (tmp_path / "station.yaml").write_text("station: test\n")
    config = load(tmp_path / "station.yaml")
    run = start_of_day.check([photo], config, NOW)
    assert run.passed is passes, run.faults
    assert passes or run.faults[0].startswith("colour_chart")
    assert conformance.last(config.state) == run


def test_a_run_without_photographs_is_none(tmp_path: Path) -> None:
    """Nothing was looked at, nothing passes."""
    (tmp_path / "station.yaml").write_text("station: test\n")
    with pytest.raises(StationError, match="no photograph"):
        start_of_day.check([], load(tmp_path / "station.yaml"), NOW)
