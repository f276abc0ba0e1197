"""What the screens are told, as JSON: records with their pictures, decisions, the pulse, what is open at the bench."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from station.page.previews import Previews
from station.records import Event, record_event
from station.types import Decision, Finding, Outcome, Pulse, Record, Retake, Session, WrongAlarm


@dataclass(frozen=True, slots=True)
class Frame:
    """One server-sent event, encoded; `sequence` is that of a record, else 0."""

    body: bytes
    sequence: int = 0


def frame(kind: str, made: Event) -> Frame:
    """One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    return Frame(f"event: {kind}\ndata: {json.dumps(made, ensure_ascii=False)}\n\n".encode())


def shown(record: Record, previews: Previews, alarms: Iterable[WrongAlarm] = ()) -> Event:
    """The event of the contract, and beside it what the screen needs: the latest decision, the pictures, and the
    numbers (from 0) of findings that a person called wrong."""
    decision = record.decision and decision_event(record.decision)
    more = {"decision": decision, "previews": previews.of(record.verdict)}
    return record_event(record) | more | {"wrong_alarms": sorted({alarm.finding for alarm in alarms})}


def decision_event(decision: Decision) -> Event:
    """A decision as a JSON object; `at` is UTC, ISO 8601."""
    return {
        "capture_id": decision.capture_id,
        "action": decision.action.value,
        "operator": decision.operator,
        "reason_code": decision.reason_code,
        "note": decision.note,
        "at": decision.at.isoformat(),
    }


def pulse_event(pulse: Pulse) -> Event:
    """The daemon's sign of life."""
    engine = pulse.engine
    return {
        "at": pulse.at.isoformat(),
        "station": pulse.station,
        "arriving": list(pulse.arriving),
        "waiting": pulse.waiting,
        "problem": pulse.problem,
        "notice": pulse.notice,
        "fallback": pulse.fallback,
        "problem_of": pulse.problem_of and pulse.problem_of.value,
        "notice_of": pulse.notice_of and pulse.notice_of.value,
        "engine": engine and {"model": engine.model, "backend": engine.backend, "precision": engine.precision},
    }


def session_event(session: Session) -> Event:
    """An operator's session; `ended_at` is null while it runs, `signed_by` null when it was handed over."""
    return {
        "number": session.number,
        "station": session.station,
        "rig": session.rig,
        "operator": session.operator,
        "job": session.job,
        "started_at": session.started_at.isoformat(),
        "ended_at": session.ended_at and session.ended_at.isoformat(),
        "signed_by": session.signed_by,
        "supervisor": session.supervisor,
        "reason": session.reason,
        "open_retakes": session.open_retakes,
    }


def retake_event(retake: Retake, head: Record | None, previews: Previews) -> Event:
    """A specimen that is owed a photograph, and what its newest one is."""
    worst = None if head is None else worst_finding(head)
    return {
        "number": retake.number,
        "specimen": retake.specimen,
        "attempts": retake.attempts,
        "policy": retake.policy.value,
        "awaited": retake.awaited,
        "opened_at": retake.opened_at.isoformat(),
        "session": retake.session,
        "head": retake.head,
        "sequence": head and head.sequence,
        "outcome": head and head.verdict.outcome.name,
        "check": worst and worst.check,
        "code": worst and worst.code,
        "thumb": None if head is None else previews.of(head.verdict)["thumb"],
    }


def worst_finding(record: Record) -> Finding | None:
    """The finding that decided the outcome; None when there is none worse than PASS."""
    found = max(record.verdict.findings, key=lambda finding: finding.outcome, default=None)
    return None if found is None or found.outcome is Outcome.PASS else found
