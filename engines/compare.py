"""The parity gate: may this engine judge in place of the reference?

The golden photographs go down the whole line with both. An engine passes when, on every one of them, at least 99.5 % of
the pixels have the same class, every object has the same box (IoU >= 0.98, or no edge farther than one pixel of the
class map; none more and none less; of a plant, all its pieces together), and every check says the same. Otherwise it
is refused, with the reason.

Golden photographs are drawn sheets that follow from their seeds: each fault once, and sheets of the wild kind, where
the network is in doubt and rounding shows first. Real photographs can be added by folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from engines.synthesise import Defect, draw_sheet
from station import judging, kit, line, segment
from station.config import Config
from station.contracts import Backend
from station.errors import EngineError
from station.types import Box, Model, Photo, Region, Segmentation, Verdict

LEAST_AGREEMENT = 0.995
LEAST_BOX_IOU = 0.98
PLAIN = tuple((100 + i, defect) for i, defect in enumerate(Defect))
WILD = (201, 202, 203, 204, 205)
GOLDEN_PX = 1536


@dataclass(frozen=True, slots=True)
class Row:
    """One photograph. `agreement`: share of pixels of one class; `box_iou`: the worst object's; `changed`: what the
    checks say of it only with one of the two."""

    name: str
    agreement: float
    objects: int
    box_iou: float
    changed: tuple[str, ...]

    def faults(self) -> list[str]:
        """Why this photograph speaks against the engine."""
        said = []
        if self.agreement < LEAST_AGREEMENT:
            said.append(f"{self.agreement:.2%} of the pixels agree, {LEAST_AGREEMENT:.1%} are needed")
        if self.box_iou < LEAST_BOX_IOU:
            said.append(f"an object's boxes overlap by {self.box_iou:.3f} (IoU), {LEAST_BOX_IOU} is needed")
        if self.changed:
            said.append(f"another verdict: {'; '.join(self.changed)}")
        return [f"{self.name}: {words}" for words in said]


@dataclass(frozen=True, slots=True)
class Result:
    """What the gate found."""

    rows: tuple[Row, ...]
    faults: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """May the engine be used?"""
        return bool(self.rows) and not self.faults

    def facts(self) -> dict[str, Any]:
        """As it is stored beside a plan."""
        return {
            "passed": self.passed,
            "photographs": len(self.rows),
            "objects": sum(row.objects for row in self.rows),
            "agreement": min((row.agreement for row in self.rows), default=0.0),
            "box_iou": min((row.box_iou for row in self.rows), default=0.0),
            "changed_verdicts": sum(bool(row.changed) for row in self.rows),
            "faults": list(self.faults),
            "rows": [asdict(row) for row in self.rows],
        }


def gate(
    config: Config,
    model: Model,
    reference: Backend,
    candidate: Backend,
    photographs: Iterable[Path],
    tell: Callable[[str], None] = lambda _: None,
) -> Result:
    """Compare two engines on photographs, with the checks of `config`. Raises EngineError when one cannot judge."""
    rows = []
    for number, path in enumerate(photographs, 1):
        tell(f"comparing, photograph {number}")
        first, second = (_judged(path, config, model, backend) for backend in (reference, candidate))
        rows.append(_row(path.name, *first, *second))
    faults = tuple(fault for row in rows for fault in row.faults())
    return Result(tuple(rows), faults)


@contextmanager
def golden(folders: Sequence[Path] = (), count: int | None = None) -> Iterator[list[Path]]:
    """The golden photographs as files, the drawn ones for as long as the block lasts; then those of `folders`.

    `count`: only so many of the drawn ones.
    """
    with TemporaryDirectory(prefix="golden-") as folder:
        drawn = [(seed, defect, True) for seed, defect in PLAIN] + [(seed, Defect.NONE, False) for seed in WILD]
        made = [_drawn(Path(folder), *one) for one in drawn[:count]]
        yield [*made, *judging.photographs(folders)]


def _drawn(folder: Path, seed: int, defect: Defect, plain: bool) -> Path:
    image = draw_sheet(seed, long_side_px=GOLDEN_PX, defect=defect, plain=plain).image
    path = folder / f"drawn-{seed}-{defect.name.lower() if plain else 'wild'}.jpg"
    cv2.imwrite(str(path), image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    return path


def _judged(path: Path, config: Config, model: Model, backend: Backend) -> tuple[Verdict, Segmentation]:
    seen: list[Segmentation | EngineError] = []

    def watched(photo: Photo) -> Segmentation:
        try:
            done = segment.segment(photo, model, backend)
        except EngineError as error:
            seen.append(error)
            raise
        seen.append(done)
        return done

    verdict = line.judge(judging.capture_of(path), kit.make_line(config, watched)).verdict
    if not seen:
        said = f"{path.name} cannot be compared: {verdict.findings[0].message}"
        raise EngineError(said, "Take it out of the folder.")
    if isinstance(seen[0], EngineError):
        raise seen[0]
    return verdict, seen[0]


def _row(name: str, first: Verdict, a: Segmentation, second: Verdict, b: Segmentation) -> Row:
    agreement = float(np.mean(a.class_map == b.class_map)) if a.class_map.shape == b.class_map.shape else 0.0
    grain = max(a.photo_px_per_map_px) + 1  # boxes are rounded outwards to whole pixels of the photograph
    pairs = ((first.regions, second.regions), (second.regions, first.regions))
    iou = min(_matched(ours, theirs, grain) for ours, theirs in pairs)
    changed = tuple(sorted(_said(first) ^ _said(second)))
    return Row(name, round(agreement, 6), len(first.regions), round(iou, 4), changed)


def _matched(ours: Sequence[Region], theirs: Sequence[Region], grain: float) -> float:
    """The worst of our objects: the IoU of its box with the best box of its class over there; 1 without objects."""
    there = _boxes(theirs)
    alike = (max((_alike(box, t, grain) for name, t in there if name == own), default=0.0) for own, box in _boxes(ours))
    return min(alike, default=1.0)


def _boxes(regions: Sequence[Region]) -> list[tuple[str, Box]]:
    """(class, box) of each object. A plant falls into pieces where a stem is thin, so its box is round all of them."""
    plant = [region.polygon for region in regions if region.name == "specimen"]
    whole = [("specimen", Box.round(np.concatenate(plant)))] if plant else []
    return [(region.name, region.box) for region in regions if region.name != "specimen"] + whole


def _alike(a: Box, b: Box, grain: float) -> float:
    """IoU, but 1 when no edge is farther away than `grain`: one pixel of the map is much of a small object."""
    edges = zip((a.x, a.y, a.x + a.w, a.y + a.h), (b.x, b.y, b.x + b.w, b.y + b.h), strict=True)
    return 1.0 if all(abs(p - q) <= grain for p, q in edges) else box_iou(a, b)


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    common = max(0, w) * max(0, h)
    return common / (a.w * a.h + b.w * b.h - common) if common else 0.0


def _said(verdict: Verdict) -> set[str]:
    """What the checks found, the numbers read, and the direction: all that a person would see change."""
    found = {f"{f.check} {f.code} {f.outcome.name}" for f in verdict.findings}
    return found | {f"number {n}" for n in verdict.specimen} | {f"turn {verdict.measures.get('orientation_deg')}"}
