"""Seed every fault into every photograph, judge each, keep what was answered: one line of JSON a photograph.

A run that was stopped goes on where it was: a photograph whose line stands in `judged.jsonl` with the same software,
configuration and catalogue is not judged again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from station import judging, kit, line
from station.bench.defects import figures, frames
from station.bench.defects.catalogue import Fault, catalogue
from station.bench.defects.frames import Frame, Polygon, Truth
from station.config import Config
from station.errors import StationError
from station.line import Line
from station.records.events import plain
from station.types import Image, Outcome, Verdict

Answer = dict[str, Any]
"""What one judgement said: `findings` [[check, code, outcome, value, where]], `skew_deg`, `outcome`, `seconds`,
`figures` (figures.py)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to judge: photographs, annotations by stem (frames.known; a photograph without any is taken as the
    station sees it), and which families of faults; all where none is named."""

    photographs: tuple[Path, ...]
    truths: Mapping[str, tuple[tuple[int, int], Truth]]
    config: Config
    out: Path
    families: tuple[str, ...] = ()
    seed: int = 1

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those asked for. Raises StationError for a family that there is not."""
        known = {fault.family for fault in catalogue()}
        if unknown := set(self.families) - known:
            remedy = f"Known: {', '.join(sorted(known))}."
            raise StationError(f"There is no fault '{sorted(unknown)[0]}'.", remedy)
        return tuple(f for f in catalogue() if not self.families or f.family in self.families)


def judged(order: Order) -> list[dict[str, Any]]:
    """One row a photograph, newly judged or kept from before. Raises StationError."""
    order.out.mkdir(parents=True, exist_ok=True)
    kept = order.out / "judged.jsonl"
    key = _key(order)
    done = {row["path"]: row for row in _rows(kept) if row["key"] == key}
    segmenter = kit.open_segmenter(order.config)
    made = kit.make_line(order.config, segmenter)
    rows = []
    try:
        with kept.open("a", encoding="utf-8") as file:
            for path in tqdm(order.photographs, desc="photographs", unit="photograph"):
                if (row := done.get(str(path))) is None:
                    row = plain({"key": key, "path": str(path), **_one(path, order, made)})
                    file.write(json.dumps(row) + "\n")
                    file.flush()
                rows.append(row)
    finally:
        segmenter.close()
    return rows


def _key(order: Order) -> str:
    said = [order.config.digest, kit.SOFTWARE, order.seed, [f.key for f in order.faults]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    if path.exists():
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(text)
            except ValueError:  # the last line of a run that was killed
                continue


def _one(path: Path, order: Order, made: Line) -> dict[str, Any]:
    clean = line.judge(judging.capture_of(path), made).verdict
    image = frames.read(path)
    size, truth = order.truths.get(path.stem, ((0, 0), None))
    said = frames.seen(clean.regions) if truth is None else frames.scaled(truth, image.shape[1] / size[0])
    frame = Frame(path, image, said.objects)
    seeded = {fault.key: _seeded(frame, fault, order.seed, made) for fault in order.faults}
    return {
        "size_px": image.shape[1::-1],
        "annotated": truth is not None,
        "visible_sides": frame.visible_sides,
        "upright_deg": said.upright_deg,
        "skew_deg": frame.skew_deg,
        "objects": {name: [_relative(p, image) for p in rings] for name, rings in frame.objects.items()},
        "clean": _answer(clean),
        "seeded": seeded,
    }


def _seeded(frame: Frame, fault: Fault, seed: int, made: Line) -> Answer | str:
    """What the line said of the faulty photograph; why not, where the photograph does not allow the fault."""
    rng = np.random.default_rng([seed, zlib.crc32(frame.path.stem.encode()), zlib.crc32(fault.key.encode())])
    try:
        image = fault.make(frame, rng)
    except (ValueError, KeyError) as why:
        return str(why)
    return _answer(_judge(image, fault, made))


def _relative(polygon: Polygon, image: Image) -> list[float]:
    """Left, top, right, bottom as shares of the frame."""
    low, high, size = polygon.min(axis=0), polygon.max(axis=0), np.array(image.shape[1::-1])
    return [round(float(v), 4) for v in (*(low / size), *(high / size))]


def _judge(image: Image, fault: Fault, made: Line) -> Verdict:
    options = [cv2.IMWRITE_JPEG_QUALITY, fault.quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
               cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]  # fmt: skip
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(data.tobytes()[: round(fault.kept * len(data))])
        file.flush()
        return line.judge(judging.capture_of(Path(file.name)), made).verdict


def _answer(verdict: Verdict) -> Answer:
    findings = [[f.check, f.code, f.outcome.name, f.value, f.where] for f in verdict.findings]
    skew = verdict.measures.get("skew_deg")
    return {"findings": findings, "skew_deg": skew, "outcome": verdict.outcome.name, "seconds": dict(verdict.seconds),
            "figures": figures.of(verdict.measures)}  # fmt: skip


def matching(answer: Mapping[str, Any], right: Callable[[str, str], bool], least: Outcome) -> bool:
    """Does any finding for which right(check, code) holds reach `least`? UNKNOWN reaches no alarm."""
    alarms = [o.name for o in (Outcome.WARN, Outcome.FAIL) if o >= least]
    return any(outcome in alarms and right(check, code) for check, code, outcome, *_ in answer["findings"])
