"""Counts of a run: how many faults of each severity were noticed, how many alarms on clean photographs were false."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from station.bench.defects.catalogue import ANY, Fault
from station.bench.defects.run import matching
from station.measure.shares import wilson
from station.types import Outcome

Row = Mapping[str, Any]
BUCKETS = ((0.0, 0.3), (0.3, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 3.0), (3.0, 45.0))
"""Total skew of a turned photograph, degrees: the frame's own, as measured, and the seeded turn."""
ALARMS = ("WARN", "FAIL")
NEAR = 0.01
"""An object nearer to the frame than this share of it may truly be said to touch it."""
OPEN: dict[str, frozenset[str]] = {
    "colour_chart": frozenset({"colour_error", "white_balance", "tone", "noise", "covered", "wrong_zone",
                               "wrong_kind"}),
    "barcode": frozenset({"unreadable"}), "label_sharpness": frozenset({"too_small", "soft_print"}),
    "sheet_alignment": frozenset({"keystone"}), "exposure": ANY, "scale": ANY, "file": ANY, "drift": ANY,
}  # fmt: skip
"""Alarms of which the annotations do not say whether they are true (what the light was, whether a code of that size can
be read at all): counted apart."""


@dataclass(frozen=True, slots=True)
class Detection:
    """`hits` of `of` photographs with this fault got the right finding; `unknown`: the check said "not judged" instead.

    `left_out` photographs do not allow the fault, or had that finding before.
    """

    family: str
    severity: float
    unit: str
    hits: int
    of: int
    unknown: int
    left_out: int

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """`hits` of `of` clean photographs got an alarm (`outcome`) that their annotations do not bear out."""

    check: str
    code: str
    outcome: str
    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class SkewErrors:
    """Degrees between the measured turn and the seeded one, over `of` turned photographs with `sides` visible sides
    at least; `none`: no skew was given."""

    sides: int
    errors: tuple[float, ...]
    none: int

    def at(self, per_cent: float) -> float:
        """A percentile of the error, degrees; NaN of nothing."""
        return float(np.percentile(self.errors, per_cent)) if self.errors else float("nan")


def detections(rows: Sequence[Row], faults: Iterable[Fault]) -> list[Detection]:
    """One a fault; turned photographs by their total skew instead."""
    found = [_detection(rows, fault) for fault in faults if fault.family != "rotation"]
    return [*_by_skew(rows, [f for f in faults if f.family == "rotation"]), *found, *_chartless(rows)]


def right(fault: Fault) -> Callable[[str, str], bool]:
    """Is a finding (check, code) the right one for this fault?"""
    return lambda check, code: fault.check in ("*", check) and (fault.codes == ANY or code in fault.codes)


def _detection(rows: Sequence[Row], fault: Fault) -> Detection:
    hits = of = unknown = left_out = 0
    for row in rows:
        answer = row["seeded"].get(fault.key)
        if not isinstance(answer, Mapping) or matching(row["clean"], right(fault), fault.least):
            left_out += 1
            continue
        of += 1
        hit = matching(answer, right(fault), fault.least)
        hits += hit
        unknown += not hit and any(c == fault.check and o == "UNKNOWN" for c, _, o, *_ in answer["findings"])
    return Detection(fault.family, fault.severity, fault.unit, hits, of, unknown, left_out)


def turned(rows: Sequence[Row], faults: Sequence[Fault]) -> Iterable[tuple[Row, float, float, Mapping[str, Any]]]:
    """(photograph, its own skew, the seeded turn, what was answered) for every turned photograph with a base."""
    for row in rows:
        base = row["clean"]["skew_deg"]
        for fault in faults:
            answer = row["seeded"].get(fault.key)
            if isinstance(answer, Mapping) and base is not None:
                yield row, base, fault.severity, answer


def _by_skew(rows: Sequence[Row], faults: Sequence[Fault]) -> list[Detection]:
    counts = {bucket: [0, 0, 0] for bucket in BUCKETS}
    for _, base, deg, answer in turned(rows, faults):
        size = abs(base + deg)
        bucket = next((b for b in BUCKETS if b[0] < size <= b[1]), BUCKETS[0])
        alarmed = matching(answer, lambda check, code: (check, code) == ("sheet_alignment", "skewed"), Outcome.WARN)
        counts[bucket][0] += alarmed
        counts[bucket][1] += 1
        counts[bucket][2] += answer["skew_deg"] is None and not alarmed
    names = {b: f"turned by {b[0]:g} to" for b in BUCKETS}
    return [Detection(names[b], b[1], "degrees", h, of, u, 0) for b, (h, of, u) in counts.items() if of]


def skew_errors(rows: Sequence[Row], faults: Iterable[Fault], sides: int) -> SkewErrors:
    """How exact the skew is on photographs with at least so many visible sides."""
    chosen = [row for row in rows if row["visible_sides"] >= sides]
    errors, none = [], 0
    for _, base, deg, answer in turned(chosen, [f for f in faults if f.family == "rotation"]):
        if answer["skew_deg"] is None:
            none += 1
        else:
            errors.append(abs(answer["skew_deg"] - base - deg))
    return SkewErrors(sides, tuple(errors), none)


def _chartless(rows: Sequence[Row]) -> list[Detection]:
    """Real photographs without a chart, where people said so."""
    bare = [row for row in rows if row["annotated"] and not row["objects"].get("colour_chart")]
    hits = sum(matching(r["clean"], lambda *f: f == ("colour_chart", "missing"), Outcome.FAIL) for r in bare)
    return [Detection("no chart, real sheets", 100, "% hidden", hits, len(bare), 0, 0)] if bare else []


def false_alarms(rows: Sequence[Row], required: Mapping[str, int]) -> tuple[list[FalseAlarm], int]:
    """Every (check, code) with a false alarm on a clean photograph, most frequent first; and the number of whole
    photographs (four visible sides) that got any false FAIL."""
    counted: Counter[tuple[str, str, str]] = Counter()
    whole = 0
    for row in rows:
        wrong = {tuple(f[:3]) for f in row["clean"]["findings"] if is_false(f, row, required)}
        counted.update(wrong)
        whole += row["visible_sides"] == 4 and any(outcome == "FAIL" for *_, outcome in wrong)
    return [FalseAlarm(*key, hits, len(rows)) for key, hits in counted.most_common()], whole


def open_alarms(rows: Sequence[Row]) -> list[FalseAlarm]:
    """Alarms on clean photographs of which nobody has said whether they are true, most frequent first."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        counted.update({tuple(f[:3]) for f in row["clean"]["findings"] if f[2] in ALARMS and is_open(f[0], f[1])})
    return [FalseAlarm(*key, hits, len(rows)) for key, hits in counted.most_common()]


def is_open(check: str, code: str) -> bool:
    """Do the annotations leave open whether this alarm is true?"""
    return code == "not_judged" or OPEN.get(check) == ANY or code in OPEN.get(check, ())


def is_false(finding: Sequence[Any], row: Row, required: Mapping[str, int]) -> bool:
    """Is this an alarm that the annotations contradict? Where they say nothing it is not called false."""
    check, code, outcome = finding[:3]
    if outcome not in ALARMS or is_open(check, code):
        return False
    objects = row["objects"]
    if check == "sheet_alignment":
        return _false_alignment(code, row)
    if (check, code) == ("colour_chart", "missing"):
        return bool(objects.get("colour_chart"))
    if (check, code) == ("colour_chart", "clipped"):
        return not any(_gap(box) < NEAR for box in objects.get("colour_chart", ()))
    if (check, code) == ("required_objects", "missing"):
        return all(len(objects.get(name, ())) >= least for name, least in required.items())
    if check == "barcode":
        return bool(objects.get("barcode"))
    return True


def _false_alignment(code: str, row: Row) -> bool:
    if code == "skewed":
        return row["skew_deg"] is not None and abs(row["skew_deg"]) <= 0.3
    if code in ("turned", "upside_down"):
        return bool(row["upright_deg"] == 0)
    return bool(row["objects"].get("sheet")) and all(_gap(box) >= NEAR for box in row["objects"]["sheet"])


def _gap(box: Sequence[float]) -> float:
    return min(box[0], box[1], 1 - box[2], 1 - box[3])
