"""The writer's lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from station.errors import StoreError
from station.records import lock


def test_only_one_holds_it_and_the_other_is_told_who(tmp_path: Path) -> None:
    """A second taker is refused with the holder's process number; after the end it is free again."""
    held = lock.take(tmp_path / "records.sqlite")
    with pytest.raises(StoreError, match=f"process {os.getpid()}"):
        lock.take(tmp_path / "records.sqlite")
    os.close(held)
    os.close(lock.take(tmp_path / "records.sqlite"))
