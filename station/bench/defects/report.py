"""What came of a run: tables for people, `defects.json` for programs, `defects.html` and `defects.svg` with curves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from station.bench.defects import run
from station.bench.defects.catalogue import Fault
from station.bench.defects.run import Order
from station.bench.defects.tally import (
    Detection,
    FalseAlarm,
    Row,
    SkewErrors,
    detections,
    false_alarms,
    open_alarms,
    skew_errors,
)
from station.diagrams import offline
from station.diagrams.curves import Axes, Curve, around, curves
from station.diagrams.picture import Picture

LEAST_OF = 5
"""Fewer photographs with and without a fault than this make no ROC curve."""


def bench(order: Order, console: Console) -> Path:
    """Judge, count, print, write; the folder with the report. Raises StationError."""
    rows = run.judged(order)
    faults = order.faults
    found = detections(rows, faults)
    required = order.config.rig.required or order.config.profile.required
    (wrong, whole), undecided = false_alarms(rows, required), open_alarms(rows)
    errors = [skew_errors(rows, faults, sides) for sides in (4, 2)]
    of_whole = sum(row["visible_sides"] == 4 for row in rows)
    console.print(_detected(found, len(rows)))
    console.print(_alarms(f"False alarms on the same {len(rows)} photographs without a fault", wrong))
    console.print(_alarms("Alarms on them that no annotation decides", undecided))
    for line in words(errors, whole, of_whole):
        console.print(line)
    facts = {
        "photographs": len(rows),
        "whole_photographs": of_whole,
        "whole_with_false_fail": whole,
        "detections": [asdict(d) | {"interval": d.interval} for d in found],
        "false_alarms": [asdict(a) | {"per_1000": per_1000(a), "interval": a.interval} for a in wrong],
        "open_alarms": [asdict(a) | {"per_1000": per_1000(a), "interval": a.interval} for a in undecided],
        "skew": [{"sides": e.sides, "of": len(e.errors), "none": e.none, "median": e.at(50), "p95": e.at(95)}
                 for e in errors if e.errors],
    }  # fmt: skip
    (order.out / "defects.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    drawn = [*severity_curves(found), *roc_curves(rows, faults)]
    (order.out / "defects.svg").write_text(offline.sheet(drawn), encoding="utf-8")
    tables = [offline.table(_HEAD, map(_cells, found)), "<p>False alarms, and alarms that no annotation decides:</p>",
              *(offline.table(_HEAD_FALSE, map(_cells_false, alarms)) for alarms in (wrong, undecided))]  # fmt: skip
    said = [f"<p>{line}</p>" for line in words(errors, whole, of_whole)]
    text = offline.page(f"Seeded defects in {len(rows)} photographs", [*said, *map(offline.chart, drawn), *tables])
    (order.out / "defects.html").write_text(text, encoding="utf-8")
    console.print(f"Tables, curves and figures: {order.out / 'defects.html'}, defects.json, defects.svg.")
    return order.out


_HEAD = ("fault", "severity", "noticed", "of", "share", "95 % interval", "not judged", "left out")
_HEAD_FALSE = ("check", "code", "outcome", "false", "of", "per 1,000 clean", "95 % interval")


def _cells(one: Detection) -> tuple[str, ...]:
    share = f"{100 * one.hits / one.of:.1f} %" if one.of else "-"
    return (one.family, f"{one.severity:g} {one.unit}", str(one.hits), str(one.of), share, _span(one.interval, 100),
            str(one.unknown), str(one.left_out))  # fmt: skip


def per_1000(one: FalseAlarm) -> float:
    """False alarms in a thousand clean photographs."""
    return round(1000 * one.hits / one.of, 1) if one.of else 0.0


def _cells_false(one: FalseAlarm) -> tuple[str, ...]:
    head = (one.check, one.code, one.outcome, str(one.hits), str(one.of), f"{per_1000(one):g}")
    return (*head, _span(one.interval, 1000))


def _span(interval: tuple[float, float] | None, of: int) -> str:
    return "-" if interval is None else f"{of * interval[0]:.1f} to {of * interval[1]:.1f}"


def _detected(found: Sequence[Detection], photographs: int) -> Table:
    table = Table(*_HEAD, title=f"Faults seeded into {photographs} photographs")
    for one in found:
        table.add_row(*_cells(one))
    return table


def _alarms(title: str, wrong: Sequence[FalseAlarm]) -> Table:
    table = Table(*_HEAD_FALSE, title=title)
    for one in wrong:
        table.add_row(*_cells_false(one))
    return table


def words(errors: Iterable[SkewErrors], whole: int, of_whole: int) -> list[str]:
    """The figures that are no table."""
    said = [f"Whole photographs (four visible sides) with a false FAIL: {whole} of {of_whole}."]
    for one in errors:
        if one.errors:
            said.append(
                f"Skew of turned photographs with at least {one.sides} visible sides: error median {one.at(50):.3f}, "
                f"p95 {one.at(95):.3f}, largest {one.at(100):.3f} degrees of {len(one.errors)}; {one.none} not given."
            )
    return said


def severity_curves(found: Sequence[Detection]) -> list[Picture]:
    """One chart a family of several severities: share noticed, with its interval."""
    charts = []
    for family in dict.fromkeys(d.family for d in found):
        several = [d for d in found if d.family == family and d.of]
        if len(several) < 2:
            continue
        points = [(d.severity, d.interval[0], d.hits / d.of, d.interval[1]) for d in several if d.interval]
        reach = around([p[0] for p in points])
        axes = Axes(family, several[0].unit, "share noticed", reach)
        charts.append(curves(axes, [Curve(family, points)]))
    turned = [d for d in found if d.family.startswith("turned by") and d.interval]
    if turned:
        points = [(n, d.interval[0], d.hits / d.of, d.interval[1]) for n, d in enumerate(turned, 1) if d.interval]
        marks = [(n, f"{d.severity:g}") for n, d in enumerate(turned, 1)]
        axes = Axes("Skew alarmed, by total turn up to", "degrees (classes)", "share alarmed",
                        (0.5, len(turned) + 0.9), marks=marks)  # fmt: skip
        charts.insert(0, curves(axes, [Curve("", points)]))
    return charts


def roc_curves(rows: Sequence[Row], faults: Iterable[Fault]) -> list[Picture]:
    """One chart a family with a figure: share noticed over share of clean photographs alarmed, at every limit that the
    figure could have."""
    charts = []
    chosen = [f for f in faults if f.figure is not None]
    for family in dict.fromkeys(f.family for f in chosen):
        found = [c for f in chosen if f.family == family and (c := roc(rows, f)) is not None]
        if found:
            axes = Axes(f"ROC: {family}", "clean photographs alarmed", "share noticed", (0.0, 1.0), rising=True)
            charts.append(curves(axes, found[:6]))
    return charts


def roc(rows: Sequence[Row], fault: Fault) -> Curve | None:
    """Points (share of clean photographs alarmed, share noticed) from the strictest limit to the laxest; None of too
    few photographs."""
    faulty = [s for r in rows if (s := _score(r["seeded"].get(fault.key), fault)) is not None]
    clean = [s for r in rows if (s := _score(r["clean"], fault)) is not None]
    if min(len(faulty), len(clean)) < LEAST_OF or len(set(faulty + clean)) < 3:
        return None
    limits = np.unique([*faulty, *clean])[::-1]
    limits = limits[np.linspace(0, len(limits) - 1, min(60, len(limits))).astype(int)]
    points = [(float(np.mean(np.array(clean) >= x)), float(np.mean(np.array(faulty) >= x))) for x in limits]
    return Curve(f"{fault.severity:g} {fault.unit}", [(0.0, 0.0), *points, (1.0, 1.0)])


def _score(answer: object, fault: Fault) -> float | None:
    """How bad the fault's figure is, larger being worse, whatever the outcome."""
    value = answer.get("figures", {}).get(fault.figure) if isinstance(answer, dict) else None
    return None if value is None else -value if fault.falls else value
