"""One physical chart -> a chart file with its own values, its serial number, and when they are due again.

Values measured with a spectrophotometer (or printed on the chart by its maker) are absolute. Values photographed at the
stand on a good day are a baseline: what differs from them later has changed since, at the stand or at the chart.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from station import charts, judging, kit, target
from station.config import Config
from station.errors import CaptureError, ConfigError, EngineError
from station.line import Line
from station.measure import colour
from station.types import Chart

Floats = NDArray[np.float64]
AGAIN = "Photograph it flat, whole and sharp beside a sheet, as it always lies."
STEADY_DE = 1.5
"""Photographs of one chart that differ by more (mean CIEDE2000 from their median) were not taken alike (ours)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """`values` (n, 3) CIELAB of the patches of `kind`; `photographed` or measured; from how many photographs, how far
    they lie from their median (mean CIEDE2000); mean CIEDE2000 from the kind's own values, where it has any."""

    kind: Chart
    values: Floats
    photographed: bool
    photographs: int = 0
    spread: float = 0.0
    from_nominal: float | None = None


def kind_of(name: str) -> Chart:
    """The kind of that name. Raises ConfigError with all that there are."""
    known = {chart.name: chart for chart in charts.known(charts.SHIPPED)}
    if name not in known:
        raise ConfigError(f"There is no chart '{name}'.", f"There are: {', '.join(sorted(known))}.")
    return known[name]


def photographed(photos: Iterable[Path], kind: Chart, config: Config) -> Recorded:
    """The median of several photographs. Raises EngineError when the chart is recognised in none of them, when they
    differ among themselves, or when its patches are too small."""
    readings, why = [], {}
    segmenter = kit.open_segmenter(config)
    try:
        line = kit.make_line(config, segmenter)
        for path in photos:
            try:
                readings.append(_read(path, kind, line))
            except (CaptureError, EngineError) as error:
                why[path.name] = str(error)
    finally:
        segmenter.close()
    if not readings:
        said = "; ".join(f"{name}: {reason}" for name, reason in why.items()) or "no photograph was given"
        raise EngineError(f"No photograph shows the chart ({said}).", AGAIN)
    values = np.median(readings, axis=0)
    spread = max(float(colour.difference(one, values).mean()) for one in readings)
    if spread > STEADY_DE:
        said = f"The photographs differ from each other by dE2000 {spread:.1f}, more than {STEADY_DE:g}."
        raise EngineError(said, "Let the lamps warm up, shut out other light, take them one after the other.")
    return _recorded(Recorded(kind, values, True, len(readings), spread))


def _read(path: Path, kind: Chart, line: Line) -> Floats:
    """CIELAB of every patch in one photograph."""
    photo = line.decode(judging.capture_of(path))
    found = [region for region in line.find(line.segment(photo), photo) if region.name == "colour_chart"]
    seen = [target.see(photo, region.polygon, line.profile.charts, (kind,)) for region in found]
    mine = [one for one in seen if one.chart is not None and one.chart.layout == kind.layout and not one.half]
    if not mine:
        others = {one.chart.title for one in seen if one.chart is not None}
        but = f", but {', '.join(sorted(others))}" if others else ""
        raise EngineError(f"no {kind.title} was recognised{but}", AGAIN)
    if mine[0].reading is None:
        raise EngineError("its patches are too few pixels to be read", AGAIN)
    return mine[0].reading.lab


def measured(path: Path, kind: Chart) -> Recorded:
    """Values from a CSV file: a line a patch, row by row, its last three columns L*, a*, b* (D50, 2 degrees).

    Raises ConfigError for a file that does not fit.
    """
    remedy = f"One line for each of the {len(kind.patches)} patches, row by row, ending in L*, a*, b*."
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
        values = np.array([[float(cell) for cell in row[-3:]] for row in rows[len(rows) > len(kind.patches) :]])
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as values: {error}", remedy) from error
    fits = values.shape == (len(kind.patches), 3) and np.isfinite(values).all()
    if not fits or values[:, 0].min() < 0 or values[:, 0].max() > 101 or np.abs(values).max() > 150:
        raise ConfigError(f"{path}: {len(values)} lines, but {kind.title} has {len(kind.patches)} patches.", remedy)
    return _recorded(Recorded(kind, values, False))


def _recorded(made: Recorded) -> Recorded:
    meant = [patch.lab for patch in made.kind.patches]
    if any(lab is None for lab in meant):
        return made
    return replace(made, from_nominal=float(colour.difference(made.values, np.array(meant)).mean()))


def later(day: date, months: int) -> date:
    """The same day some months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def write(made: Recorded, serial: str, folder: Path, day: date, months: int) -> Path:
    """Write `KIND-SERIAL.yaml` into `folder`; an older record of the same chart is replaced. Raises ConfigError."""
    safe = "".join(c if c.isascii() and c.isalnum() else "-" for c in serial.lower()).strip("-")
    if not safe:
        raise ConfigError(f"'{serial}' is no serial number.", "Give what stands on the chart, or any name of your own.")
    path = folder / f"{made.kind.name}-{safe}.yaml"
    if path.exists() and charts.load(path).serial != serial:
        raise ConfigError(f"{path} belongs to another chart.", "Give --out another folder.")
    how = "photographed" if made.photographed else "measured"
    head = {
        "name": f"{made.kind.title}, {serial}",
        "like": made.kind.name,
        "serial": serial,
        "values": how,
        "source": f"median of {made.photographs} photographs" if made.photographed else "measured, entered from a file",
        "recorded": day,
        "due": later(day, months),
    }
    rows = [
        f"  - {{name: {yaml.safe_dump(patch.name, default_style=chr(34)).strip()}, "
        f"lab: [{', '.join(f'{value:.2f}' for value in lab)}]}}"
        for patch, lab in zip(made.kind.patches, made.values, strict=True)
    ]
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=110)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Written by `station calibrate chart`.\n{text}patches:\n" + "\n".join(rows) + "\n", "utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "Give --out a folder that may be written to.") from error
    return path
