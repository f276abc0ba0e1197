"""Row <-> value."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from station.errors import StoreError
from station.records.events import engine_event, engine_from_event, event, plain, shown, verdict_from_event
from station.types import Action, Capture, Concern, Decision, Pulse, Record, Stamp, Verdict

Row = dict[str, Any]
"""Column name -> value, ready for an insert."""


def verdict_row(verdict: Verdict, station: str, recorded_at: datetime) -> Row:
    """One row of `verdicts`, without its sequence."""
    engine = verdict.engine
    return {
        "capture_id": verdict.capture.id,
        "sha256": verdict.capture.sha256,
        "recorded_at": recorded_at,
        "station": text(station),
        "outcome": verdict.outcome.name,
        "specimen": text(verdict.specimen[0]) if verdict.specimen else None,
        "profile": text(verdict.profile),
        "rig": text(verdict.rig),
        "model": engine and text(engine.model),
        "model_sha256": engine and engine.model_sha256,
        "backend": engine and engine.backend,
        "precision": engine and engine.precision,
        "config_digest": verdict.config_digest,
        "software": verdict.software,
        "total_s": plain(verdict.seconds.get("total")),
        "document": _json(event(verdict)),
    }


def record_of(row: RowMapping) -> Record:
    """A verdict's row, beside it its latest decision (`decision_...`), as a value. Raises StoreError when damaged."""
    try:
        verdict = verdict_from_event(json.loads(row["document"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(f"verdict number {row['sequence']}", error) from error
    decision = None if row["decision_sequence"] is None else decision_of(row, "decision_")
    bench = {name: row[name] for name in ("session", "operator", "job", "retake", "retake_of", "replaced_by")}
    own = (row["sequence"], row["recorded_at"], row["station"])
    return Record(*own, verdict, decision, **bench, attempt=row["attempt"] or 1)


def file_rows(capture: Capture, station: str) -> list[Row]:
    """Rows of `files`: the photograph, and each companion that is there now.

    None for a photograph that could not be read: once its rights or its share are mended, neither its size nor its
    time has changed, and it must not be taken for known.
    """
    if not capture.sha256:
        return []
    stamps = {capture.path: capture.stamp}
    for companion in capture.companions:
        try:
            status = companion.stat()
        except OSError:  # gone or out of reach: nothing to recognise later
            continue
        stamps.setdefault(companion, Stamp.of(status))
    return [_file_row(path, stamp, capture.id, station) for path, stamp in stamps.items()]


def _file_row(path: Path, stamp: Stamp, capture_id: str, station: str) -> Row:
    own = {"station": text(station), "path": os.fsencode(path), "capture_id": capture_id}
    return dataclasses.asdict(stamp) | own


def decision_row(decision: Decision) -> Row:
    """One row of `decisions`, without its sequence."""
    return {
        "capture_id": decision.capture_id,
        "action": decision.action.name,
        "operator": text(decision.operator),
        "reason_code": text(decision.reason_code),
        "note": text(decision.note),
        "at": decision.at,
    }


def decision_of(row: RowMapping, prefix: str = "") -> Decision:
    """A row of `decisions` as a value. Raises StoreError for an action this software does not know."""
    try:
        action = Action[row[prefix + "action"]]
    except KeyError as error:
        raise _damaged(f"decision number {row[prefix + 'sequence']}", error) from error
    held = {name: row[prefix + name] for name in ("capture_id", "operator", "reason_code", "note", "at")}
    return Decision(action=action, **held)


def pulse_row(beat: Pulse) -> Row:
    """One row of `pulse`."""
    document = {
        "arriving": beat.arriving,
        "waiting": beat.waiting,
        "problem": beat.problem,
        "notice": beat.notice,
        "fallback": beat.fallback,
        "problem_of": beat.problem_of and beat.problem_of.value,
        "notice_of": beat.notice_of and beat.notice_of.value,
        "engine": engine_event(beat.engine),
    }
    return {"station": text(beat.station), "at": beat.at, "document": _json(plain(document))}


def _concern(held: str | None) -> Concern | None:
    """Of a newer daemon's word, nothing."""
    return Concern(held) if held in {one.value for one in Concern} else None


def pulse_of(row: RowMapping) -> Pulse:
    """A row of `pulse` as a value. Raises StoreError when it is damaged."""
    try:
        held = json.loads(row["document"])
        return Pulse(
            at=row["at"],
            station=row["station"],
            arriving=tuple(held["arriving"]),
            waiting=held["waiting"],
            problem=held["problem"],
            notice=held["notice"],
            fallback=held.get("fallback"),
            problem_of=_concern(held.get("problem_of")),
            notice_of=_concern(held.get("notice_of")),
            engine=engine_from_event(held["engine"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged("the daemon's sign of life", error) from error


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def text(given: str) -> str:
    r"""Text that every database takes: valid Unicode, and NUL (which PostgreSQL refuses) shown as `\x00`."""
    return shown(given).replace("\0", r"\x00")


def _damaged(what: str, error: Exception) -> StoreError:
    return StoreError(
        f"The records hold something unreadable: {what} ({error!r}).",
        "Keep a copy of the records file and run the software version that wrote it, or restore the last backup.",
    )
