"""Chart files: every one that is shipped, and every way a new one can be wrong."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import yaml

from station import charts
from station.errors import ConfigError
from station.types import Chart
from tests.station import oracle

FOLDER = Path(__file__).parents[2] / "calibration" / "charts"
FILES = sorted(FOLDER.glob("*.yaml"))
NAMES = [path.stem for path in FILES]
VALUES = {"nominal", "approximate", "none"}


@pytest.fixture(params=FILES, ids=NAMES)
def path(request: pytest.FixtureRequest) -> Path:
    """Each file in turn."""
    file: Path = request.param
    return file


def test_every_file_says_whose_values_it_has(path: Path) -> None:
    """Name, maker and source stand in it; where values are `none`, no patch has one, else every patch has."""
    written, chart = yaml.safe_load(path.read_text()), charts.load(path)
    assert written["name"]
    assert written["maker"]
    assert written["source"]
    assert chart.values in VALUES
    assert {patch.lab is not None for patch in chart.patches} == {chart.values != "none"}
    assert not chart.serial


def test_every_patch_is_a_colour_with_a_place_of_its_own(path: Path) -> None:
    """CIELAB in range, inside the card, none over another, names unique."""
    chart = charts.load(path)
    for patch in chart.patches:
        assert 0 <= patch.look[0] <= 100.5
        assert all(abs(v) < 128 for v in patch.look[1:])
        x, y, w, h = patch.place
        assert min(x, y) >= 0
        assert max(x + w, y + h) <= 1
        assert min(w, h) > 0
    for one, other in itertools.combinations([p.place for p in chart.patches], 2):
        over = [min(one[k] + one[k + 2], other[k] + other[k + 2]) - max(one[k], other[k]) for k in (0, 1)]
        assert min(over) <= 1e-9
    names = [p.name for p in chart.patches]
    assert len(set(names)) == len(names)


def test_charts_of_one_layout_are_told_by_the_file_that_gave_it(path: Path) -> None:
    """`like` leads to a file that is like no other."""
    chart = charts.load(path)
    base = charts.load(FOLDER / f"{chart.layout}.yaml")
    assert base.layout == base.name
    assert [p.place for p in base.patches] == [p.place for p in chart.patches]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("colorchecker-classic", "ColorChecker24 - After November 2014"),
        ("colorchecker-classic-2005", "ColorChecker24 - Before November 2014"),
        ("colorchecker-sg", "ColorCheckerSG - After November 2014"),
    ],
)
def test_values_are_those_of_the_oracle(name: str, known: str) -> None:
    """The maker's values as colour-science has them, by the names of the patches."""
    chart, published = charts.load(FOLDER / f"{name}.yaml"), oracle.chart(known)
    rows = zip(chart.patches, published.values(), strict=True) if name != "colorchecker-sg" else (
        (p, published[p.name]) for p in chart.patches
    )  # fmt: skip
    for patch, lab in rows:
        assert patch.lab == pytest.approx(lab, abs=0.02), patch.name


def test_densities_are_lightness() -> None:
    """L* = 116 * 10 ** (-D / 3) - 16 (CIE 15:2004), for every patch that tells its density."""
    table = yaml.safe_load((FOLDER / "kodak-gray-scale-q13.yaml").read_text())
    for patch in table["patches"]:
        assert patch["lab"][0] == pytest.approx(116 * 10 ** (-patch["density"] / 3) - 16, abs=0.01)


def test_the_patches_lie_as_they_are_drawn() -> None:
    """The grid of the check and that of the drawings is one."""
    from engines.drawing.chart import layout

    drawn = layout("colorchecker-classic")
    shares = charts.grid(drawn.rows, drawn.columns, drawn.gap, drawn.aspect, (0, 0, 1, 1))
    assert shares[0].x == pytest.approx(1 - shares[5].x - shares[5].w)
    assert len(shares) == len(drawn.colours)


GOOD = "name: own\nrows: 1\ncolumns: 2\npatches:\n  - {lab: [90, 0, 0]}\n  - {lab: [20, 30, 0]}\n"


def written(folder: Path, text: str, name: str = "own.yaml") -> Path:
    """A chart file."""
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (GOOD.replace("columns: 2", "columns: 3"), 4, "2 patches, but 1 rows of 3"),
        (GOOD.replace("{lab: [20, 30, 0]}", "{name: x}"), 6, "neither lab nor rgb"),
        (GOOD + "colour: 1\n", 7, "unknown key 'colour'"),
        ("like: nothing\n", 1, "there is no chart 'nothing'"),
        ("like: colorchecker-classic\nvalues: nominal\npatches: [{lab: [1, 2, 3]}]\n", 3, "1 patches, but"),
        (GOOD + "values: precise\n", 7, "values"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    """A ConfigError that leads to the place."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as caught:
        charts.load(path)
    assert str(caught.value).startswith(f"{path}:{line}:")
    assert caught.value.remedy


def test_a_physical_copy_has_the_layout_of_its_kind_and_its_own_values(tmp_path: Path) -> None:
    """Which it shares with no other, so it is no kind."""
    rows = "".join(f"  - {{lab: [{10 + 3 * n}, 1, 1]}}\n" for n in range(24))
    head = "like: colorchecker-classic\nserial: S1\nvalues: measured\nrecorded: 2026-11-01\ndue: 2027-11-01\n"
    text = f"{head}patches:\n{rows}"
    chart = charts.load(written(tmp_path, text))
    assert (chart.layout, chart.serial, chart.values) == ("colorchecker-classic", "S1", "measured")
    assert chart.patches[1].lab == pytest.approx((13, 1, 1))
    assert str(chart.due) == "2027-11-01"
    assert charts.known(tmp_path) == ()


def test_a_chart_without_colour_is_grey() -> None:
    """It is told from its patches."""
    grey = {path.stem: charts.load(path).grey for path in FILES}
    assert {name for name, is_grey in grey.items() if is_grey} == {"kodak-gray-scale-q13", "kodak-gray-scale-q14"}


def test_charts_are_keys() -> None:
    """Equal ones are one key."""
    one = charts.load(FILES[0])
    again = Chart(one.name, one.title, one.layout, one.aspect, one.values, one.patches, one.length_mm)
    assert {one: 1}[again] == 1
    assert np.isfinite(hash(one))
