"""Findings that a person called wrong, each with its picture, for thresholds and for training."""

from __future__ import annotations

import dataclasses

from sqlalchemy import Connection, insert, select

from station.records.rows import text
from station.records.tables import wrong_alarms
from station.types import WrongAlarm

_ALL_BUT_THE_CROP = [column for column in wrong_alarms.c if column.name not in ("sequence", "crop")]


def add(connection: Connection, alarm: WrongAlarm) -> WrongAlarm:
    """Append one; its number is given here. The same finding of the same capture is kept once."""
    for known in of_capture(connection, capture_id=alarm.capture_id):
        if known.finding == alarm.finding:
            return known
    kept = dataclasses.replace(alarm, operator=text(alarm.operator), note=text(alarm.note))
    row = {name: value for name, value in dataclasses.asdict(kept).items() if name != "number"}
    added = connection.execute(insert(wrong_alarms), row).inserted_primary_key
    assert added is not None
    return dataclasses.replace(kept, number=added[0])


def of_capture(connection: Connection, *, capture_id: str) -> tuple[WrongAlarm, ...]:
    """Those of one capture, oldest first, without their pictures."""
    query = select(wrong_alarms.c.sequence.label("number"), *_ALL_BUT_THE_CROP)
    query = query.where(wrong_alarms.c.capture_id == capture_id).order_by(wrong_alarms.c.sequence)
    return tuple(WrongAlarm(**row) for row in connection.execute(query).mappings())


def since(connection: Connection, *, number: int, limit: int = 100) -> tuple[WrongAlarm, ...]:
    """Those after a number, oldest first, without their pictures."""
    query = select(wrong_alarms.c.sequence.label("number"), *_ALL_BUT_THE_CROP)
    query = query.where(wrong_alarms.c.sequence > number).order_by(wrong_alarms.c.sequence).limit(limit)
    return tuple(WrongAlarm(**row) for row in connection.execute(query).mappings())


def crop(connection: Connection, *, number: int) -> bytes | None:
    """The picture of one."""
    return connection.scalar(select(wrong_alarms.c.crop).where(wrong_alarms.c.sequence == number))
