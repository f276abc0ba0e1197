"""Verdict <-> the JSON object that `station judge --json`, the events and the records share.

The object holds every key the command line promises, and beside them, under `rig`, `config_digest`, `software` and
`capture`, what is needed to build the very same Verdict again. It is always valid JSON and valid Unicode:
a figure that is no finite number is null, and what is no Unicode in a text is shown as a backslash escape.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

import numpy as np
from numpy.typing import NDArray

from station.types import Box, Capture, Engine, Finding, Outcome, Policy, Record, Region, Stamp, Verdict

Event = dict[str, Any]
"""A JSON object: keys are text, values None, bool, int, float, str, list or another such object."""

_SCALARS = ("skew_deg", "orientation_deg", "sheet_corners_px", "ppi")
_LISTS = {
    "labels": ("bbox", "legible", "edge_width_px", "x_height_px", "blur_kind"),
    "charts": ("bbox", "kind", "mean_de2000", "max_de2000", "white_balance_de"),
    "slides": ("number", "row", "col", "bbox", "specimen"),
}
_STAGES = ("decode", "segment", "checks", "total")


def event(verdict: Verdict) -> Event:
    """The judge object of one verdict. Measures and stages that were not taken are null, or an empty list."""
    made: Event = plain(
        {
            "path": verdict.capture.path,
            "capture_id": verdict.capture.id,
            "sha256": verdict.capture.sha256,
            "size_px": verdict.size_px,
            "profile": verdict.profile,
            "outcome": verdict.outcome.name,
            "specimen": verdict.specimen,
            "findings": [_finding_event(finding) for finding in verdict.findings],
            "measures": _measures_event(verdict.measures),
            "regions": [_region_event(region) for region in verdict.regions],
            "engine": engine_event(verdict.engine),
            "seconds": dict.fromkeys(_STAGES) | dict(verdict.seconds),
            "policy": verdict.policy,
            "rig": verdict.rig,
            "config_digest": verdict.config_digest,
            "software": verdict.software,
            "capture": _capture_event(verdict.capture),
        }
    )
    return made


def record_event(record: Record) -> Event:
    """The judge object plus where, when and as which number it was recorded."""
    return event(record.verdict) | {
        "station": shown(record.station),
        "rig": shown(record.verdict.rig),
        "operator": record.operator,
        "job": record.job,
        "session": record.session,
        "sequence": record.sequence,
        "retake": record.retake,
        "attempt": record.attempt,
        "retake_of": record.retake_of,
        "replaced_by": record.replaced_by,
        "recorded_at": record.recorded_at.isoformat(),
    }


def verdict_from_event(made: Event) -> Verdict:
    """The verdict that `event` was given; its `measures` stay in the form of the event (plain JSON values, every
    promised key there). Raises KeyError, TypeError or ValueError when the object was not made by `event`."""
    size = made["size_px"]
    return Verdict(
        capture=_capture(made),
        profile=made["profile"],
        rig=made["rig"],
        size_px=None if size is None else (size[0], size[1]),
        specimen=tuple(made["specimen"]),
        findings=tuple(_finding(finding) for finding in made["findings"]),
        measures=made["measures"],
        regions=tuple(_region(region) for region in made["regions"]),
        engine=engine_from_event(made["engine"]),
        config_digest=made["config_digest"],
        software=made["software"],
        seconds={stage: seconds for stage, seconds in made["seconds"].items() if seconds is not None},
        policy=Policy[made.get("policy", Policy.INFORM.name)],  # records of version 0.1 have none
    )


def engine_event(engine: Engine | None) -> dict[str, str] | None:
    """As it stands in an event; null without one."""
    return None if engine is None else dataclasses.asdict(engine)


def engine_from_event(made: dict[str, str] | None) -> Engine | None:
    """The inverse of `engine_event`."""
    return None if made is None else Engine(**_fields(Engine, made))


def shown(text: str) -> str:
    r"""The text as valid Unicode: a byte of a file name that is no UTF-8 is shown as `\xff`. Applying it twice
    changes nothing more."""
    if text.isascii():
        return text
    try:
        raw = text.encode("utf-8", "surrogateescape")  # undoes what os.fsdecode made of a file name's odd bytes
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")


def plain(value: object) -> Any:
    """The value in JSON's own terms: arrays and tuples as lists, NaN and infinities as None, anything unknown as
    text, for a third party's measure must not keep a verdict from being recorded."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return shown(value)
        case float():
            return float(value) if math.isfinite(value) else None
        case np.generic():
            return plain(value.item())
        case np.ndarray():
            return _array(value)
        case Enum():
            return value.name
        case Mapping():
            return {shown(str(key)): plain(held) for key, held in value.items()}
        case Iterable() if not isinstance(value, (bytes, bytearray)):
            return [plain(held) for held in value]
        case _:
            return shown(str(value))


def _array(array: NDArray[Any]) -> Any:
    """Shortest decimals that give the same float32 again, without a detour over float64's 17 digits."""
    if array.dtype == np.float32 and np.isfinite(array).all():
        return array.astype(str).astype(np.float64).tolist()
    return plain(array.tolist())


def _measures_event(measures: Mapping[str, object]) -> Event:
    promised: Event = dict.fromkeys(_SCALARS) | {name: [] for name in _LISTS}
    made: Event = promised | plain(measures)
    for name, keys in _LISTS.items():
        made[name] = [dict.fromkeys(keys) | held for held in made[name] or ()]
    return made


def _finding_event(finding: Finding) -> Event:
    return {
        "check": finding.check,
        "code": finding.code,
        "outcome": finding.outcome.name,
        "message": finding.message,
        "remedy": finding.remedy,
        "value": None if finding.value is None else float(finding.value),
        "limit": None if finding.limit is None else float(finding.limit),
        "unit": finding.unit,
        "where": finding.where,
    }


def _finding(made: Event) -> Finding:
    where = made["where"]
    changed = {"outcome": Outcome[made["outcome"]], "where": None if where is None else Box(*where)}
    return Finding(**_fields(Finding, made) | changed)


def _fields(noun: type[Engine] | type[Finding] | type[Stamp], made: Event) -> Event:
    """What of the object this version's noun knows: a newer version may have said more."""
    return {field.name: made[field.name] for field in dataclasses.fields(noun) if field.name in made}


def _region_event(region: Region) -> Event:
    return {
        "class": region.name,
        "bbox": region.box,
        "polygon": region.polygon,
        "confidence": region.confidence,
        "area_px": region.area_px,
    }


def _region(made: Event) -> Region:
    return Region(
        name=made["class"],
        polygon=np.array(made["polygon"], dtype=np.float32).reshape(-1, 2),
        area_px=_figure(made["area_px"]),
        confidence=_figure(made["confidence"]),
    )


def _figure(value: float | None) -> float:
    return math.nan if value is None else value


def _capture_event(capture: Capture) -> Event:
    return {
        "file": _quoted(capture.path),
        "companions": [_quoted(path) for path in capture.companions],
        "seen_at": capture.seen_at.isoformat(),
        "bytes": capture.bytes,
        "stamp": dataclasses.asdict(capture.stamp),
    }


def _capture(made: Event) -> Capture:
    held = made["capture"]
    return Capture(
        id=made["capture_id"],
        path=_unquoted(held["file"]),
        sha256=made["sha256"],
        seen_at=datetime.fromisoformat(held["seen_at"]),
        bytes=held["bytes"],
        stamp=Stamp(**_fields(Stamp, held["stamp"])),
        companions=tuple(_unquoted(path) for path in held["companions"]),
    )


def _quoted(path: Path) -> str:
    """The path byte for byte, percent-encoded as in a file: URI (RFC 3986), which any language can undo."""
    return quote_from_bytes(os.fsencode(path))


def _unquoted(text: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(text)))
