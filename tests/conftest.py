"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("STATION_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photographs that may lie beside the repository."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real photographs (../shared/data) are not beside this checkout")
    return SHARED
