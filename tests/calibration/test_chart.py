"""Recording one physical chart, from photographs and from measured values."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calibration import chart as recording
from station import charts, config
from station.errors import ConfigError, EngineError

DAY = date(2026, 11, 28)
CLASSIC = recording.kind_of("colorchecker-classic")


def csv_of(folder: Path, shift: float = 0.0, head: str = "patch,L,a,b\n", lines: int = 24) -> Path:
    """The nominal values, a little darker, as a file of a spectrophotometer's program."""
    rows = [(p.name, *(np.array(p.lab) - (shift, 0, 0))) for p in CLASSIC.patches][:lines]
    path = folder / "values.csv"
    path.write_text(head + "".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("head", ["", "patch,L,a,b\n"])
def test_measured_values_become_a_chart_of_its_own(tmp_path: Path, head: str) -> None:
    """It has its kind's layout, its own values and serial number, and is due after a year."""
    made = recording.measured(csv_of(tmp_path, 1.0, head), CLASSIC)
    path = recording.write(made, "SN 123/4", tmp_path, DAY, 12)
    assert path.name == "colorchecker-classic-sn-123-4.yaml"
    chart = charts.load(path)
    assert (chart.layout, chart.values, chart.serial) == ("colorchecker-classic", "measured", "SN 123/4")
    assert (chart.recorded, chart.due) == (DAY, date(2027, 11, 28))
    assert chart.patches[0].lab == pytest.approx((36.54, 14.37, 14.92))
    assert chart.patches[0].place == CLASSIC.patches[0].place
    assert made.from_nominal is not None
    assert 0.5 < made.from_nominal < 1.5


def test_a_rig_takes_the_file(tmp_path: Path) -> None:
    """By its path; then its values are the stand's."""
    path = recording.write(recording.measured(csv_of(tmp_path), CLASSIC), "7", tmp_path, DAY, 6)
    rig = tmp_path / "stand.yaml"
    rig.write_text(f"charts: [{path.name}]\n")
    (own,) = config.load(None, rig=str(rig)).rig.charts
    assert (own.serial, own.values) == ("7", "measured")
    assert yaml.safe_load(path.read_text())["due"] == date(2027, 5, 28)


def test_the_same_chart_may_be_recorded_again_another_one_not_over_it(tmp_path: Path) -> None:
    """The serial number decides."""
    made = recording.measured(csv_of(tmp_path), CLASSIC)
    recording.write(made, "A-1", tmp_path, DAY, 12)
    recording.write(made, "A-1", tmp_path, date(2027, 11, 1), 12)
    with pytest.raises(ConfigError, match="belongs to another chart"):
        recording.write(made, "A 1", tmp_path, DAY, 12)
    with pytest.raises(ConfigError, match="is no serial number"):
        recording.write(made, "//", tmp_path, DAY, 12)


@pytest.mark.parametrize(
    "text", ["", "1,2\n" * 24, "a,b,c\n" * 24, "900,0,0\n" * 24, "nan,0,0\n" * 24, "50,0,0\n" * 23]
)
def test_values_that_do_not_fit_are_refused(tmp_path: Path, text: str) -> None:
    """With the number of lines that are wanted."""
    path = tmp_path / "values.csv"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        recording.measured(path, CLASSIC)
    assert "24 patches" in caught.value.remedy


def test_unknown_kinds_are_named() -> None:
    """With those that there are."""
    with pytest.raises(ConfigError) as caught:
        recording.kind_of("colourchecker")
    assert "colorchecker-classic" in caught.value.remedy


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_due_dates_are_whole_months_later(day: date, months: int) -> None:
    """The same day, or the last of a shorter month."""
    due = recording.later(day, months)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == months
    assert due.day == day.day or (due.day < day.day and due.day >= 28)


def test_several_photographs_are_recorded_by_their_median(shared: Path, tmp_path: Path) -> None:
    """Three sheets photographed one after the other beside the same small ColorChecker."""
    folder = shared / "data" / "herbarium" / "train" / "images"
    photos = [folder / f"{name}.jpg" for name in ("t296", "t299", "t302")]
    made = recording.photographed(photos, recording.kind_of("colorchecker-mini"), config.load(None))
    assert made.photographs == 3
    assert made.spread < recording.STEADY_DE
    chart = charts.load(recording.write(made, "M", tmp_path, DAY, 12))
    assert (chart.values, chart.layout) == ("photographed", "colorchecker-classic")
    with pytest.raises(EngineError, match="No photograph shows the chart"):
        recording.photographed(photos[:1], recording.kind_of("spydercheckr-24"), config.load(None))
