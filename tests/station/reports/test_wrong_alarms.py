"""What people called wrong, as an archive."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from station.records import alarms
from station.reports.wrong_alarms import write
from station.stores import sqlite
from station.types import Outcome, WrongAlarm
from tests.station.page.desk import WHERE, Station, finding

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


def opened(archive: io.BytesIO) -> tuple[dict[str, bytes], dict[str, list[dict[str, object]]]]:
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        held = {name: file.read(name) for name in file.namelist()}
    return held, json.loads(held.pop("wrong-alarms.json"))


def test_crops_and_coco(tmp_path: Path) -> None:
    """One image a photograph, one annotation a finding with its place and its crop; each number fits the others."""
    station = Station(tmp_path)
    bad = finding(Outcome.FAIL)
    records = [station.shoot(findings=(bad, bad)), station.shoot(Outcome.WARN)]
    said = [(records[0], 0, b"one"), (records[0], 1, None), (records[1], 0, b"three")]
    for record, number, crop in said:
        alarm = WrongAlarm(0, record.verdict.capture.id, number, "Anna", "dust", NOW, crop)
        station.store.note(partial(alarms.add, alarm=alarm))
    out = io.BytesIO()
    assert write(station.store, out) == 3
    crops, told = opened(out)
    assert crops == {"crops/000001.jpg": b"one", "crops/000003.jpg": b"three"}
    assert [one["name"] for one in told["categories"]] == ["label_sharpness:blurred"]
    assert [one["image_id"] for one in told["annotations"]] == [1, 1, 2]
    assert [one["id"] for one in told["images"]] == [1, 2]
    assert told["annotations"][0]["bbox"] == list(WHERE)
    assert [one["crop"] for one in told["annotations"]] == ["crops/000001.jpg", None, "crops/000003.jpg"]
    assert told["annotations"][0]["operator"] == "Anna"
    station.store.close()


def test_nothing_was_wrong(tmp_path: Path) -> None:
    """The file is there, and empty."""
    store = sqlite.build(sqlite.Settings(), tmp_path)
    out = io.BytesIO()
    assert write(store, out) == 0
    assert opened(out) == ({}, {"images": [], "categories": [], "annotations": []})
    store.close()
