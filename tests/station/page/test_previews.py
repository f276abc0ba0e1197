"""The pictures on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.page.previews import Previews
from station.types import Outcome
from tests.station.page.desk import Station


def test_only_what_is_there_has_an_address(station: Station) -> None:
    """A crop belongs to the finding with its number; what is missing is null."""
    verdict = station.shoot(Outcome.FAIL).verdict
    base = f"/previews/{verdict.capture.id}/"
    told = Previews(station.previews).of(verdict)
    assert told == {"photo": f"{base}photo.jpg", "thumb": f"{base}thumb.jpg", "crops": [f"{base}crop-0.jpg"]}


@pytest.mark.parametrize(
    "name", ["../photo.jpg", "photo.jpg/..", "crop-.jpg", "crop-1234.jpg", "photo.png", "photo.jpg\n", ""]
)
def test_no_other_file_is_read(tmp_path: Path, name: str) -> None:
    """Three kinds of name, nothing else."""
    folder = tmp_path / "ab" / "abcd"
    folder.mkdir(parents=True)
    (folder / "photo.jpg").write_bytes(b"picture")
    assert Previews(tmp_path).read("abcd", "photo.jpg") == b"picture"
    assert Previews(tmp_path).read("abcd", name) is None
    assert Previews(tmp_path).read("../ab", "photo.jpg") is None
