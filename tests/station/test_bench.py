"""The benchmarks run, and what they compare is compared rightly."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from engines.synthesise import draw_sheet
from station.bench import agreement, delivery, kills, latency
from station.config import load
from station.types import Verdict


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("photos")
    made = []
    for seed in (5, 6):
        sheet = draw_sheet(seed, long_side_px=700, plain=True)
        made.append(folder / f"{seed}.jpg")
        cv2.imwrite(str(made[-1]), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))
    return made


def test_copies_differ_in_content_but_not_in_pixels(photos: list[Path], tmp_path: Path) -> None:
    """Repeats of one photograph have another hash and the same picture."""
    made = delivery.copies(photos, 5, tmp_path)
    assert len({p.read_bytes() for p in made}) == 5
    first, third = (np.asarray(cv2.imread(str(made[i]))) for i in (0, 2))
    np.testing.assert_array_equal(first, third)


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_recorded_twice_when_the_daemon_is_killed(photos: list[Path], tmp_path: Path) -> None:
    """kill -9 at six random moments while twelve photographs arrive (`station bench kills` does 100 and 200)."""
    tally = kills.bench(photos, count=12, kills=6, folder=tmp_path, seed=3, console=None)
    assert (tally.photographs, tally.kills) == (12, 6)
    assert tally.lost == ()
    assert tally.twice == ()


@pytest.mark.timeout(300)
def test_latency_is_measured_from_the_closed_file_to_the_painted_page(photos: list[Path], tmp_path: Path) -> None:
    """Three photographs through daemon, store, page and browser; the table names medians and ratios."""
    if not any(Path(p).exists() for p in latency.CHROMIUM):
        pytest.skip("Chromium is not installed")
    console = Console(record=True, width=120)
    latency.bench(photos, 3, tmp_path, 8397, console)
    text = console.export_text()
    assert "page painted / imread" in text
    assert "3 photographs" in text


def test_agreement_counts_what_was_found_against_what_is_there(photos: list[Path], tmp_path: Path) -> None:
    """A drawn sheet against its own truth: chart and barcode present and found, the sheet's corners within 1 %."""
    sheet = draw_sheet(5, long_side_px=1400, plain=True)
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR))
    names = sorted({t.name for t in sheet.things})
    annotations = [
        {"image_id": 1, "category_id": names.index(t.name), "segmentation": [t.polygon.ravel().tolist()]}
        for t in sheet.things
    ]
    h, w = sheet.image.shape[:2]
    coco = {
        "categories": [{"id": i, "name": n} for i, n in enumerate(names)],
        "images": [{"id": 1, "file_name": "a.jpg", "width": w, "height": h, "upright": 0}],
        "annotations": annotations,
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    tally = agreement.bench(tmp_path / "coco.json", tmp_path / "images", load(None), Console(quiet=True))
    assert tally.presence["colour_chart"] == [(True, True)]
    assert tally.presence["barcode"] == [(True, True)]
    assert tally.corners[0] < 0.01


def test_a_sheet_that_was_not_found_is_wholly_wrong(photos: list[Path]) -> None:
    """No sheet region: the corner error is 1, not left out of the mean."""
    ring = [10.0, 10.0, 90.0, 10.0, 90.0, 90.0, 10.0, 90.0]
    truth = [("sheet", {"segmentation": [ring]})]
    empty = object.__new__(Verdict)
    object.__setattr__(empty, "size_px", (100, 100))
    object.__setattr__(empty, "regions", ())
    assert agreement.corner_error(empty, truth) == 1.0
