"""The findings that people called wrong, to set limits by and to train with: a ZIP of their crops and one COCO file.

wrong-alarms.json, in the form of https://cocodataset.org/#format-data: `images` are the photographs (name, size in px,
sha256, station, rig), `categories` the codes (`label_sharpness:blurred`), `annotations` the findings with their place
in photo pixels, value, limit, who called it wrong and why, and the name of the crop.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import IO, Any

from station.contracts import Store
from station.records import alarms
from station.types import Record, WrongAlarm

BATCH = 200


def write(store: Store, out: IO[bytes]) -> int:
    """Write the ZIP; how many findings it holds. Raises StoreError."""
    images: dict[str, dict[str, Any]] = {}
    categories: dict[str, int] = {}
    found: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for alarm, record in _every(store):
            image = images.setdefault(alarm.capture_id, _image(len(images) + 1, record))
            crop = store.ask(partial(alarms.crop, number=alarm.number))
            name = None if crop is None else f"crops/{alarm.number:06}.jpg"
            if crop is not None and name is not None:
                archive.writestr(zipfile.ZipInfo(name), crop)  # a JPEG: nothing to deflate, and no time of today
            made = _annotation(alarm, record, categories)
            found.append(made | {"image_id": image["id"], "crop": name})
        named = [{"id": number, "name": code} for code, number in categories.items()]
        told = {"images": list(images.values()), "categories": named, "annotations": found}
        archive.writestr("wrong-alarms.json", json.dumps(told, ensure_ascii=False, indent=1))
    return len(found)


def _every(store: Store) -> Iterator[tuple[WrongAlarm, Record]]:
    after = 0
    while batch := store.ask(partial(alarms.since, number=after, limit=BATCH)):
        for alarm in batch:
            record = store.get(alarm.capture_id)
            if record is not None and alarm.finding < len(record.verdict.findings):
                yield alarm, record
        after = batch[-1].number


def _image(number: int, record: Record) -> dict[str, Any]:
    capture = record.verdict.capture
    width, height = record.verdict.size_px or (None, None)
    own = {"id": number, "file_name": capture.path.name, "width": width, "height": height, "sha256": capture.sha256}
    return own | {"capture_id": capture.id, "station": record.station, "rig": record.verdict.rig}


def _annotation(alarm: WrongAlarm, record: Record, categories: dict[str, int]) -> dict[str, Any]:
    finding = record.verdict.findings[alarm.finding]
    category = categories.setdefault(f"{finding.check}:{finding.code}", len(categories) + 1)
    box = None if finding.where is None else list(finding.where)
    place = {"bbox": box, "area": 0 if box is None else box[2] * box[3], "iscrowd": 0}
    judged = {"outcome": finding.outcome.name, "value": finding.value, "limit": finding.limit, "unit": finding.unit}
    said = {"operator": alarm.operator, "note": alarm.note, "at": alarm.at.isoformat()}
    return {"id": alarm.number, "category_id": category} | place | judged | said
