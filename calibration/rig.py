"""Good photographs of one stand -> calibration/rigs/NAME.yaml: what is normal here.

Learned are the size of the photographs, the resolution, the sheet's size, where the required objects lie, how sharp
sharp labels are, how bright bare sheets are, and the camera settings that never change. A photograph that fails a check
is left out and named: a baseline made of bad photographs would call bad ones normal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from tqdm import tqdm

from station import judging, kit, line
from station.config import CALIBRATION, Config, RigFile
from station.errors import StationError
from station.line import Judged
from station.measure import geometry
from station.types import Outcome, Verdict

LEAST, ENOUGH = 10, 30
"""Fewer good photographs than this say too little; more than this say nothing new."""
ROOM, SPREADS = 0.02, 4.0
"""A zone is as wide as its object wandered, and this share of the frame, or so many spreads, wider on every side."""
TAGS = ("Model", "LensModel", "FocalLength", "FNumber", "ExposureTime", "ISOSpeedRatings", "WhiteBalance",
        "ExposureMode")  # fmt: skip
"""EXIF tags that do not change from sheet to sheet at a stand with manual settings."""
FIXED = ("colour_chart", "scale_bar", "barcode", "label", "sheet", "slide")
"""Classes that may have a zone; plants, stamps and packets lie anywhere."""
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Figure:
    """Median, and half the distance between the 16th and the 84th percentile: the standard deviation of a normal
    distribution, which a few odd values do not move. `values` in the order of the photographs."""

    median: float
    spread: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What the good photographs have in common. `facts` are the keys of the rig file; `usual` by name of the figure;
    `boxes`: class -> (left, top, right, bottom) in shares of the frame, one a photograph; `left_out`: name -> why."""

    facts: Mapping[str, Any]
    usual: Mapping[str, Figure]
    boxes: Mapping[str, tuple[tuple[float, float, float, float], ...]]
    used: tuple[str, ...]
    left_out: Mapping[str, str]
    sheet_mm: tuple[float, float] | None = None
    exif: Mapping[str, str] = field(default_factory=dict)


def learn(photographs: Iterable[Path], config: Config, ppi: float | None = None) -> Learned:
    """Judge each photograph and learn from the good ones. `ppi`: the resolution, where it is known.

    Raises StationError for fewer than LEAST good photographs, with the reason why each was left out.
    """
    segmenter = kit.open_segmenter(config)
    made = kit.make_line(config, segmenter)
    good: list[Verdict] = []
    exif: list[Mapping[str, str]] = []
    left_out: dict[str, str] = {}
    try:
        for path in tqdm(list(photographs), desc="photographs", unit="photograph"):
            judged = line.judge(judging.capture_of(path), made)
            if (why := _wrong(judged)) is None and judged.photo is not None:
                good.append(judged.verdict)
                exif.append(dict(judged.photo.exif))
            else:
                left_out[path.name] = why or "it cannot be read"
    finally:
        segmenter.close()
    if len(good) < LEAST:
        reasons = "; ".join(f"{name}: {why}" for name, why in list(left_out.items())[:5])
        remedy = f"Take {LEAST} to {ENOUGH} photographs that pass. {reasons}"
        raise StationError(f"{len(good)} good photographs are too few to learn a rig from.", remedy.strip())
    return _learned(good, exif, left_out, ppi, config)


def _wrong(judged: Judged) -> str | None:
    """Why a photograph is no good example: what fails, except what only a calibrated rig can tell."""
    failed = [f for f in judged.verdict.findings if f.outcome is Outcome.FAIL and f.check not in ("drift", "scale")]
    if failed:
        return failed[0].message
    return None if judged.photo is not None else "it cannot be read"


def _learned(
    good: Sequence[Verdict],
    exif: Sequence[Mapping[str, str]],
    left_out: Mapping[str, str],
    ppi: float | None,
    config: Config,
) -> Learned:
    usual = {name: u for name, read in FIGURES.items() if (u := _usual(map(read, good))) is not None}
    constant = {tag: exif[0][tag] for tag in TAGS if tag in exif[0] and len({e.get(tag) for e in exif}) == 1}
    size = Counter(v.size_px for v in good if v.size_px is not None).most_common(1)[0][0]
    resolution = ppi or (round(usual["ppi"].median, 1) if "ppi" in usual else None)
    required = config.rig.required or config.profile.required
    boxes = {name: b for name in FIXED if name in required and len(b := _boxes(good, name)) >= LEAST}
    kinds = Counter(c["kind"] for v in good for c in _listed(v, "charts") if c.get("kind"))
    facts: dict[str, Any] = {
        "ppi": resolution,
        "size_px": list(size),
        "required": dict(config.rig.required) if config.rig.required is not None else None,
        "charts": [kind for kind, times in kinds.most_common() if times >= len(good) / 2 and _known(kind)] or None,
        "zones": {name: list(zone(found)) for name, found in boxes.items() if name not in ("sheet", "slide")} or None,
        "sharpness_edge_px": _written(usual.get("sharpness_edge_px")),
        "sheet_level": _written(usual.get("sheet_level")),
        "light_uneven": _written(usual.get("light_uneven")),
        "chart_length_px": _written(usual.get("chart_length_px")),
        "camera": constant or None,
    }
    return Learned(facts, usual, boxes, tuple(v.capture.path.name for v in good), left_out,
                   _sheet_mm(good, resolution), constant)  # fmt: skip


def _known(kind: str) -> bool:
    """Is there a file of this kind of chart?"""
    return (CALIBRATION / "charts" / f"{kind}.yaml").is_file()


def _written(usual: Figure | None) -> dict[str, float] | None:
    return None if usual is None else {"median": round(usual.median, 3), "spread": round(usual.spread, 3)}


def _listed(verdict: Verdict, name: str) -> list[Mapping[str, Any]]:
    found = verdict.measures.get(name)
    return [m for m in found if isinstance(m, Mapping)] if isinstance(found, list | tuple) else []


def _edges(verdict: Verdict) -> float | None:
    widths = [m["edge_width_px"] for m in _listed(verdict, "labels") if m.get("edge_width_px") is not None]
    return float(np.median(widths)) if widths else None


def _number(name: str, verdict: Verdict) -> float | None:
    value = verdict.measures.get(name)
    return float(value) if isinstance(value, int | float) else None


def _level(verdict: Verdict) -> float | None:
    values = [f.value for f in verdict.findings if (f.check, f.code) == ("exposure", "ok") and f.value is not None]
    return values[0] if values else None


def _chart_length(verdict: Verdict) -> float | None:
    return geometry.long_sides_px([r.polygon for r in verdict.regions if r.name == "colour_chart"]) or None


FIGURES = {
    "sharpness_edge_px": _edges,
    "skew_deg": lambda verdict: _number("skew_deg", verdict),
    "ppi": lambda verdict: _number("ppi", verdict),
    "sheet_level": _level,
    "light_uneven": lambda verdict: _number("light_uneven", verdict),
    "chart_length_px": _chart_length,
}
"""Name -> how a verdict tells it."""


def _usual(values: Iterable[float | None]) -> Figure | None:
    known = [v for v in values if v is not None]
    if len(known) < LEAST // 2:
        return None
    low, middle, high = np.percentile(known, [15.865, 50, 84.135])
    return Figure(float(middle), float(high - low) / 2, tuple(known))


def _boxes(good: Sequence[Verdict], name: str) -> tuple[tuple[float, float, float, float], ...]:
    """The box round all objects of a class in each photograph, shares of the frame."""
    found = []
    for verdict in good:
        rings = [r.polygon for r in verdict.regions if r.name == name]
        if rings and verdict.size_px is not None:
            points = np.concatenate(rings) / np.array(verdict.size_px)
            found.append((*points.min(axis=0).tolist(), *points.max(axis=0).tolist()))
    return tuple(found)


def zone(boxes: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """(left, top, width, height) in shares of the frame: where every box lies, with room for a little more."""
    table = np.array(boxes, float)
    low, high = np.percentile(table, 15.865, axis=0), np.percentile(table, 84.135, axis=0)
    room = np.maximum(ROOM, SPREADS * (high - low) / 2)
    left, top = np.clip(table[:, :2].min(axis=0) - room[:2], 0, 1)
    right, bottom = np.clip(table[:, 2:].max(axis=0) + room[2:], 0, 1)
    return (round(float(left), 4), round(float(top), 4), round(float(right - left), 4), round(float(bottom - top), 4))


def _sheet_mm(good: Sequence[Verdict], ppi: float | None) -> tuple[float, float] | None:
    """Median width and height of the sheets, mm; None where the resolution is not known."""
    sides = []
    for verdict in good:
        for ring in (r.polygon for r in verdict.regions if r.name in ("sheet", "slide") and len(r.polygon) == 4):
            edges = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
            sides.append(((edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2))
    if not ppi or not sides:
        return None
    width, height = np.median(np.array(sides), axis=0) / ppi * MM_PER_INCH
    return round(float(width), 1), round(float(height), 1)


def write(learned: Learned, name: str, target: Path, now: datetime) -> None:
    """Write the rig file; keys that this software does not know are left to its comment. Raises StationError."""
    known = {key: value for key, value in learned.facts.items() if value is not None and key in RigFile.model_fields}
    about = [f"Rig {name}, learned {now:%Y-%m-%d} from {len(learned.used)} good photographs; {len(learned.left_out)} "
             "left out."]  # fmt: skip
    if learned.sheet_mm is not None:
        about.append(f"Sheets are {learned.sheet_mm[0]:g} x {learned.sheet_mm[1]:g} mm.")
    about += [f"{key}: median {u.median:.3g}, spread {u.spread:.2g}" for key, u in learned.usual.items()]
    text = "".join(f"# {row}\n" for row in about)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "".join(_line(key, value) for key, value in known.items()), encoding="utf-8")
    except OSError as error:
        raise StationError(
            f"{target} cannot be written: {error}", "Name a path of your own: --out FILE.yaml."
        ) from error


def _line(key: str, value: object) -> str:
    """One key of the rig file on one line, as a person would write it."""
    return (
        f"{key}: {yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix('...' + chr(10)).strip()}\n"
    )
