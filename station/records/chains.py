"""Retake chains in the tables, on a connection that a store has opened; what happens to them is said by retakes.py.

`photographed` and `decided` are called within the very transaction that adds the verdict or the decision, so that a
power cut leaves both or neither. The chains that take photographs are few; they are read whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from station import retakes as rules
from station.records.rows import Row, text
from station.records.tables import attempts, retakes, verdicts
from station.retakes import Move
from station.types import Decision, Policy, Retake, RetakeState, Verdict


def open_ones(connection: Connection, *, station: str | None = None) -> tuple[Retake, ...]:
    """Specimens that are still on the bench, oldest first; None: of all stations."""
    query = select(retakes).where(retakes.c.state == RetakeState.OPEN.name).order_by(retakes.c.sequence)
    if station is not None:
        query = query.where(retakes.c.station == text(station))
    return tuple(_retake(row) for row in connection.execute(query).mappings())


def of_capture(connection: Connection, *, capture_id: str) -> Retake | None:
    """The chain that a capture belongs to."""
    query = select(retakes).join(attempts, attempts.c.retake == retakes.c.sequence)
    row = connection.execute(query.where(attempts.c.capture_id == capture_id)).mappings().first()
    return None if row is None else _retake(row)


def captures_of(connection: Connection, *, number: int) -> tuple[str, ...]:
    """Capture ids of a chain, oldest first."""
    query = select(attempts.c.capture_id).where(attempts.c.retake == number).order_by(attempts.c.number)
    return tuple(connection.scalars(query))


def photographed(connection: Connection, verdict: Verdict, *, station: str, session: int | None, at: datetime) -> Row:
    """Pair a verdict that was just added with its chain, or open one. Answers what its Record says of it."""
    move, capture_id = rules.photographed(verdict.outcome, verdict.policy), verdict.capture.id
    numbers = [text(number) for number in verdict.specimen]
    chain = rules.paired(_takers(connection, station, numbers), numbers, _before(connection, station, capture_id))
    if chain is None:
        if rules.TABLE[None, move] is None:
            return {}
        made = {"station": text(station), "session": session, "specimen": numbers[0] if numbers else None}
        return _open(connection, capture_id, made | {"policy": verdict.policy.name, "opened_at": at}, RetakeState.OPEN)
    state = rules.TABLE[chain.state, move]
    assert state is not None
    number, policy = chain.attempts + 1, verdict.policy if move is Move.DEMANDING else chain.policy
    changed = {
        "head": capture_id,
        "attempts": number,
        "awaited": False,
        "policy": policy.name,
        "specimen": chain.specimen or (numbers[0] if numbers else None),
    }
    _move(connection, chain, state, changed, at, by=None, reason_code="")
    linked = {"capture_id": capture_id, "retake": chain.number, "number": number, "retake_of": chain.head}
    connection.execute(insert(attempts), linked)
    return {"retake": chain.number, "attempt": number, "retake_of": chain.head}


def decided(connection: Connection, decision: Decision) -> None:
    """Let a person's word, just added, move the chain of its capture."""
    chain = of_capture(connection, capture_id=decision.capture_id)
    state = rules.decided(chain, decision.capture_id, decision.action)
    if chain is not None and state is not None:
        said = {"by": text(decision.operator), "reason_code": text(decision.reason_code)}
        _move(connection, chain, state, {}, decision.at, **said)
    elif state is not None:
        query = select(verdicts.c.station, verdicts.c.session, verdicts.c.specimen)
        own = connection.execute(query.where(verdicts.c.capture_id == decision.capture_id)).mappings().one()
        made = dict(own) | {"policy": Policy.BLOCK.name, "opened_at": decision.at}
        if state is not RetakeState.OPEN:
            made |= {"closed_at": decision.at, "closed_by": text(decision.operator)}
        _open(connection, decision.capture_id, made | {"reason_code": text(decision.reason_code)}, state)


def await_next(connection: Connection, *, station: str, number: int, specimen: str | None = None) -> Retake | None:
    """The next file of the station is of this open chain, and none other's; `specimen` gives it a number where it has
    none. None when it is not open there."""
    own = (retakes.c.sequence == number, retakes.c.station == text(station))
    row = connection.execute(select(retakes).where(*own)).mappings().first()
    if row is None or row["state"] != RetakeState.OPEN.name:
        return None
    connection.execute(update(retakes).where(retakes.c.station == row["station"]).values(awaited=False))
    named = row["specimen"] or (text(specimen) if specimen else None)
    connection.execute(update(retakes).where(retakes.c.sequence == number).values(awaited=True, specimen=named))
    return _retake(connection.execute(select(retakes).where(retakes.c.sequence == number)).mappings().one())


def _takers(connection: Connection, station: str, numbers: Sequence[str]) -> list[Retake]:
    """Chains that may take a photograph: every open one, and those set aside with one of these numbers."""
    aside = (retakes.c.state == RetakeState.SET_ASIDE.name) & retakes.c.specimen.in_(numbers)
    query = select(retakes).where(or_(retakes.c.state == RetakeState.OPEN.name, aside))
    return [_retake(row) for row in connection.execute(query.where(retakes.c.station == text(station))).mappings()]


def _before(connection: Connection, station: str, capture_id: str) -> str | None:
    query = select(verdicts.c.capture_id).where(
        verdicts.c.station == text(station), verdicts.c.capture_id != capture_id
    )
    return connection.scalar(query.order_by(verdicts.c.sequence.desc()).limit(1))


def _open(connection: Connection, capture_id: str, made: Row, state: RetakeState) -> Row:
    given = {"state": state.name, "first": capture_id, "head": capture_id, "attempts": 1, "awaited": False}
    added = connection.execute(insert(retakes), {"reason_code": ""} | made | given).inserted_primary_key
    assert added is not None
    connection.execute(insert(attempts), {"capture_id": capture_id, "retake": added[0], "number": 1})
    return {"retake": added[0]}


def _move(
    connection: Connection,
    chain: Retake,
    state: RetakeState,
    changed: Row,
    at: datetime,
    *,
    by: str | None,
    reason_code: str,
) -> None:
    if state is RetakeState.OPEN:
        changed |= {"state": state.name, "closed_at": None, "closed_by": None, "reason_code": ""}
    elif state is not chain.state:
        changed |= {"state": state.name, "closed_at": at, "closed_by": by, "reason_code": reason_code, "awaited": False}
    if changed:
        connection.execute(update(retakes).where(retakes.c.sequence == chain.number).values(changed))


def _retake(row: RowMapping) -> Retake:
    held: dict[str, Any] = dict(row)
    number, state, policy = held.pop("sequence"), RetakeState[held.pop("state")], Policy[held.pop("policy")]
    return Retake(number=number, state=state, policy=policy, **held)
