"""`station what-if`: how many alarms another limit would have made of the station's own history.

An alarm that an operator accepted all the same counts as overridden; the best limit is the one that drops those and
keeps the ones that were taken again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from station.contracts import Store
from station.diagrams import offline
from station.diagrams.curves import Axes, Curve, around, curves
from station.errors import StationError
from station.measure.shares import wilson
from station.types import Action, Finding, Outcome, Record

PAGE = 500
STEPS = 7
"""Further limits beside the one asked for, spread over the figures of the history."""


@dataclass(frozen=True, slots=True)
class Case:
    """One photograph of the history: the check's worst figure, and what the operator did."""

    value: float
    alarmed: bool
    action: Action | None


@dataclass(frozen=True, slots=True)
class History:
    """All photographs in which the check gave a figure in `unit`; `above`: an alarm is a figure above the limit."""

    cases: tuple[Case, ...]
    unit: str
    above: bool

    def alarms(self, limit: float) -> tuple[Case, ...]:
        """Those that this limit would have called."""
        return tuple(case for case in self.cases if (case.value > limit if self.above else case.value < limit))


def read(store: Store, station: str, check: str, newest: int) -> History:
    """The history of one check at one station, of at most `newest` photographs. Raises StationError without any."""
    records = _records(store, station, newest)
    findings = [(r, f) for r in records for f in r.verdict.findings if f.check == check and f.value is not None]
    limited = [f for _, f in findings if f.limit is not None]
    if not limited:
        raise StationError(f"The records hold no figure of the check {check}.", _known(records))
    unit = Counter(f.unit for f in limited).most_common(1)[0][0]
    chosen = [(r, f) for r, f in findings if f.unit == unit]
    above = _above([f for _, f in chosen if f.limit is not None])
    return History(tuple(_cases(chosen, above)), unit, above)


def _records(store: Store, station: str, newest: int) -> list[Record]:
    found: list[Record] = []
    after = 0
    while batch := store.since(after, PAGE, station):
        found = [*found, *batch][-newest:]
        after = batch[-1].sequence
    return found


def _known(records: Iterable[Record]) -> str:
    names = sorted(
        {f.check for r in records for f in r.verdict.findings if f.value is not None and f.limit is not None}
    )
    return f"Checks with figures: {', '.join(names)}." if names else "Let the station judge some photographs first."


def _above(limited: Sequence[Finding]) -> bool:
    """Does this check alarm above its limit? As most of its alarms say; without any, as what passed says."""
    votes = 0
    for finding in limited:
        over = abs(finding.value or 0) > (finding.limit or 0)
        alarm = finding.outcome in (Outcome.WARN, Outcome.FAIL)
        votes += 1 if over == alarm else -1
    return votes >= 0


def _cases(chosen: Iterable[tuple[Record, Finding]], above: bool) -> Iterable[Case]:
    """One a photograph: of several findings (labels) the worst decides."""
    by_capture: dict[str, tuple[Record, list[Finding]]] = {}
    for record, finding in chosen:
        by_capture.setdefault(record.verdict.capture.id, (record, []))[1].append(finding)
    for record, findings in by_capture.values():
        values = [abs(f.value) for f in findings if f.value is not None]
        alarmed = any(f.outcome in (Outcome.WARN, Outcome.FAIL) for f in findings)
        action = record.decision.action if record.decision is not None else None
        yield Case(max(values) if above else min(values), alarmed, action)


def limits(history: History, asked: float) -> list[float]:
    """The limit asked for among others, ascending."""
    values = [case.value for case in history.cases]
    others = np.quantile(values, np.linspace(0.5, 1, STEPS) if history.above else np.linspace(0, 0.5, STEPS))
    return sorted({float(f"{value:.3g}") for value in others} | {asked})


def report(history: History, check: str, asked: float, console: Console) -> None:
    """The table."""
    was = sum(case.alarmed for case in history.cases)
    side = "above" if history.above else "below"
    console.print(f"{check}: {len(history.cases)} photographs with a figure ({history.unit}), {was} of them alarmed.")
    table = Table(f"alarm {side}", "alarms", "per 1,000 (95 %)", "accepted all the same", "taken again", "")
    most = max(len(history.alarms(limit)) for limit in limits(history, asked))
    for limit in limits(history, asked):
        called = history.alarms(limit)
        table.add_row(
            f"{'-> ' if limit == asked else ''}{limit:g} {history.unit}",
            str(len(called)),
            _per_1000(len(called), len(history.cases)),
            str(sum(case.action is Action.ACCEPT for case in called)),
            str(sum(case.action is Action.RETAKE for case in called)),
            "#" * round(24 * len(called) / most) if most else "",
        )
    console.print(table)


def _per_1000(hits: int, of: int) -> str:
    low, high = wilson(hits, of) or (0.0, 1.0)
    return f"{1000 * hits / of:.0f} ({1000 * low:.0f} to {1000 * high:.0f})"


def chart(history: History, check: str, asked: float) -> str:
    """Alarms over the limit: all, those accepted all the same, those taken again; as SVG."""
    at = np.quantile([case.value for case in history.cases], np.linspace(0, 1, 40))
    lines = []
    for name, action in (("alarms", None), ("accepted", Action.ACCEPT), ("taken again", Action.RETAKE)):
        counts = [sum(action in (None, c.action) for c in history.alarms(float(x))) for x in at]
        lines.append(Curve(name, [(float(x), float(n)) for x, n in zip(at, counts, strict=True)]))
    high = max((y for line in lines for _, y in line.points), default=1.0)
    axes = Axes(f"What if: {check}", f"limit, {history.unit}", "photographs", around(at.tolist()),
                    (0.0, high or 1.0), marks=[(asked, f"{asked:g}")])  # fmt: skip
    return offline.chart(curves(axes, lines))


def run(
    store: Store, station: str, check: str, asked: float, newest: int, picture: Path | None, console: Console
) -> None:
    """Read, print, and draw where a file is named. Raises StationError."""
    history = read(store, station, check, newest)
    report(history, check, asked, console)
    if picture is not None:
        picture.write_text(chart(history, check, asked) + "\n", encoding="utf-8")
        console.print(f"Drawn: {picture}")
