"""Pictures for people: complete or not there at all."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from station import preview
from station.errors import StoreError
from station.types import Box, Capture, Finding, Outcome, Photo, Stamp, Verdict
from tests.station.scenes import ArrayPhoto, blank, region

CAPTURE = Capture("ab" * 8, Path("a.jpg"), "ab" * 32, datetime(2026, 1, 1, tzinfo=UTC), 3, Stamp(1, 2, 3, 4))
FAILED = Finding("label_sharpness", "blurred", Outcome.FAIL, "blurred", where=Box(1900, 1400, 300, 200))
FINE = Finding("file", "ok", Outcome.PASS, "fine", where=Box(0, 0, 10, 10))
VERDICT = Verdict(CAPTURE, "p", "r", (2400, 1800), (), (FINE, FAILED), {}, (region("label", 1900, 1400, 300, 200),),
                  None, "d", "s")  # fmt: skip


def saved(photo: Photo, verdict: Verdict, folder: Path) -> None:
    with ThreadPoolExecutor(1) as beside:
        preview.save(beside.submit(preview.picture, photo), photo, verdict, folder)


def test_a_photo_a_thumb_and_a_crop_of_what_failed(tmp_path: Path) -> None:
    """Sizes as promised; a finding that passed has no crop; the crop holds the whole failed place."""
    saved(ArrayPhoto(blank(2400, 1800)), VERDICT, tmp_path)
    folder = preview.folder(tmp_path, CAPTURE.id)
    assert sorted(p.name for p in folder.iterdir()) == ["crop-1.jpg", "photo.jpg", "thumb.jpg"]
    sides = {p.stem: max(np.asarray(cv2.imread(str(p))).shape) for p in folder.iterdir()}
    assert sides["photo"] == preview.PHOTO_PX
    assert sides["thumb"] == preview.THUMB_PX
    assert sides["crop-1"] >= 300


def test_saving_again_replaces_the_pictures(tmp_path: Path) -> None:
    """A second save leaves one complete set."""
    for _ in range(2):
        saved(ArrayPhoto(blank(200, 100)), VERDICT, tmp_path)
    assert [p.name for p in (tmp_path / "ab").iterdir()] == [CAPTURE.id]


def test_an_unreadable_photo_has_no_pictures(tmp_path: Path) -> None:
    """Nothing is written, nothing is raised."""
    preview.save(None, None, VERDICT, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_outside_the_photo_costs_its_crop_only(tmp_path: Path) -> None:
    """A crop without pixels is left out; the other pictures are there."""
    odd = dataclasses.replace(VERDICT, findings=(dataclasses.replace(FAILED, where=Box(99999, 99999, 5, 5)),))
    saved(ArrayPhoto(blank(200, 100)), odd, tmp_path)
    assert sorted(p.name for p in preview.folder(tmp_path, CAPTURE.id).iterdir()) == ["photo.jpg", "thumb.jpg"]


def test_a_disk_that_does_not_take_them_is_a_store_error(tmp_path: Path) -> None:
    """A file in the folder's place: StoreError with a remedy."""
    (tmp_path / "ab").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        saved(ArrayPhoto(blank(200, 100)), VERDICT, tmp_path)
    assert "Free space" in caught.value.remedy


def test_the_overlay_is_drawn_over_the_photo() -> None:
    """Outlines and the failed place change pixels; the photograph itself is not touched."""
    photo = ArrayPhoto(blank(2400, 1800))
    drawn = preview.overlay(photo, VERDICT)
    assert drawn.shape[:2] == (1200, 1600)
    assert (drawn != photo.small(1600)).any()
    assert (photo.small(1600) == 230).all()
