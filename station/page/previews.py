"""The small pictures that the daemon wrote before it wrote the record. Any of them may be missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from station.records import Event
from station.types import Verdict

ID = r"[0-9a-f]{4,64}"
"""A capture id: hex digits only, so it can be no way out of the folder."""

NAME = r"(?:photo|thumb|crop-[0-9]{1,3})\.jpg"


@dataclass(frozen=True, slots=True)
class Previews:
    """`<root>/<id[:2]>/<id>/photo.jpg`, `thumb.jpg` and `crop-<n>.jpg` for finding number n, counted from 0."""

    root: Path

    def of(self, verdict: Verdict) -> Event:
        """Addresses on this server of what there is; null for what is missing. `crops`: one entry a finding."""
        there = self._listing(verdict.capture.id)
        address = f"/previews/{verdict.capture.id}/"
        found = {name: address + name for name in there}
        crops = [found.get(f"crop-{number}.jpg") for number in range(len(verdict.findings))]
        return {"photo": found.get("photo.jpg"), "thumb": found.get("thumb.jpg"), "crops": crops}

    def read(self, capture_id: str, name: str) -> bytes | None:
        """The bytes of one picture, or None."""
        if not re.fullmatch(NAME, name) or not re.fullmatch(ID, capture_id):
            return None
        try:
            return (self.root / capture_id[:2] / capture_id / name).read_bytes()
        except OSError:  # removed by the retention, or never written: the screen shows a placeholder
            return None

    def _listing(self, capture_id: str) -> tuple[str, ...]:
        try:
            return tuple(path.name for path in (self.root / capture_id[:2] / capture_id).iterdir())
        except OSError:
            return ()
