"""Lots and second looks, on a connection that a store has opened: `store.note(partial(draw, station="stand-1", ...))`.

(200 captures) --draw--> open --every look answered, close--> closed [--mend: the line it had stopped goes on]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, func, insert, select, update

from station.records.rows import text
from station.records.tables import attempts, looks, lots, retakes, verdicts
from station.types import Answer, Look, Lot, RetakeState

Drawing = Callable[[Sequence[str], int], Sequence[str]]
"""(captures, how many) -> the sample; `random.sample`, but in tests."""


def waiting(connection: Connection, *, station: str, most: int) -> int:
    """How many captures would make the next lot, at most `most`."""
    return len(connection.execute(_free(connection, station, most)).all())


def draw(
    connection: Connection, *, station: str, size: int, sample: int, level: str, by: str, at: datetime, drawing: Drawing
) -> Lot | None:
    """A lot of the newest `size` captures that no lot holds and no photograph replaced, and a sample of it, in the
    order they were taken. None when there are fewer, or a lot of this station is open."""
    known = of_station(connection, station=station)
    if known and known[-1].closed_at is None:
        return None
    found = [(row.sequence, row.capture_id) for row in connection.execute(_free(connection, station, size + 1))]
    own = found[:size][::-1]
    if len(own) < size:
        return None
    made = {"station": text(station), "first": own[0][0], "last": own[-1][0], "captures": size, "level": level}
    passed_over = bool(known) and len(found) > size
    made |= {"irregular": passed_over, "drawn_at": at, "drawn_by": text(by), "mended_why": ""}
    added = connection.execute(insert(lots), made).inserted_primary_key
    assert added is not None
    chosen = set(drawing([capture_id for _, capture_id in own], sample))
    drawn = [capture_id for _, capture_id in own if capture_id in chosen]
    row = {"lot": added[0], "defect": "", "note": ""}
    connection.execute(insert(looks), [row | {"place": n, "capture_id": one} for n, one in enumerate(drawn, 1)])
    return get(connection, number=added[0])


def answer(
    connection: Connection, *, lot: int, place: int, said: Answer, defect: str, note: str, by: str, at: datetime
) -> Look | None:
    """What somebody says of one capture, or says instead of before; None for a closed lot or an unknown place."""
    found = get(connection, number=lot)
    if found is None or found.closed_at is not None:
        return None
    told = {"answer": said.name, "defect": text(defect), "note": text(note), "looked_by": text(by), "looked_at": at}
    done = connection.execute(update(looks).where(looks.c.lot == lot, looks.c.place == place).values(told))
    return next(one for one in of_lot(connection, lot=lot) if one.place == place) if done.rowcount else None


def close(connection: Connection, *, lot: int, at: datetime) -> Lot | None:
    """Count the faults of a lot; None when somebody has still to look, or it is closed."""
    answers = [one.answer for one in of_lot(connection, lot=lot)]
    if None in answers or not answers:
        return None
    values = {"closed_at": at, "faults": answers.count(Answer.MISSED)}
    done = connection.execute(update(lots).where(lots.c.sequence == lot, lots.c.closed_at.is_(None)).values(values))
    return get(connection, number=lot) if done.rowcount else None


def mend(connection: Connection, *, lot: int, by: str, why: str, at: datetime) -> Lot | None:
    """The cause that this lot made plain is found and mended; None when it is open, or was mended before."""
    closed = (lots.c.sequence == lot, lots.c.closed_at.is_not(None), lots.c.mended_at.is_(None))
    values = {"mended_at": at, "mended_by": text(by), "mended_why": text(why)}
    done = connection.execute(update(lots).where(*closed).values(values))
    return get(connection, number=lot) if done.rowcount else None


def get(connection: Connection, *, number: int) -> Lot | None:
    """One lot by its number."""
    row = connection.execute(select(lots).where(lots.c.sequence == number)).mappings().first()
    return None if row is None else _lot(row)


def of_station(connection: Connection, *, station: str) -> tuple[Lot, ...]:
    """Every lot of a station, oldest first."""
    query = select(lots).where(lots.c.station == text(station)).order_by(lots.c.sequence)
    return tuple(_lot(row) for row in connection.execute(query).mappings())


def of_lot(connection: Connection, *, lot: int) -> tuple[Look, ...]:
    """The sample of a lot, in its order."""
    query = select(looks).where(looks.c.lot == lot).order_by(looks.c.place)
    return tuple(_look(row) for row in connection.execute(query).mappings())


def counts(connection: Connection, *, station: str) -> tuple[tuple[Answer, str, int], ...]:
    """(answer, defect, how often) over every closed lot of a station, most frequent first."""
    number = func.count().label("number")
    query = select(looks.c.answer, looks.c.defect, number).join(lots, lots.c.sequence == looks.c.lot)
    query = query.where(lots.c.station == text(station), lots.c.closed_at.is_not(None))
    rows = connection.execute(query.group_by(looks.c.answer, looks.c.defect).order_by(number.desc(), looks.c.defect))
    return tuple((Answer[row.answer], row.defect, row.number) for row in rows)


def _free(connection: Connection, station: str, most: int) -> Select[Any]:
    """The newest captures after the last lot that nothing replaced and nobody waits to replace, newest first."""
    last = connection.scalar(select(func.max(lots.c.last)).where(lots.c.station == text(station))) or 0
    replaced = exists().where(attempts.c.retake_of == verdicts.c.capture_id)
    owed = exists().where(retakes.c.head == verdicts.c.capture_id, retakes.c.state == RetakeState.OPEN.name)
    query = select(verdicts.c.sequence, verdicts.c.capture_id)
    query = query.where(verdicts.c.station == text(station), verdicts.c.sequence > last, ~replaced, ~owed)
    return query.order_by(verdicts.c.sequence.desc()).limit(most)


def _lot(row: RowMapping) -> Lot:
    held = dict(row)
    return Lot(number=held.pop("sequence"), **held)


def _look(row: RowMapping) -> Look:
    held = dict(row)
    said = held.pop("answer")
    return Look(answer=None if said is None else Answer[said], **held)
