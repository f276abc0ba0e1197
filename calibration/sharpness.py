"""Are the limits of label sharpness right? The check itself, on labels blurred until an OCR engine loses their words.

Takes what `calibration.reading` wrote: for every label and kind of blur the least one that costs a tenth of the words.
Each label is put to the check as it is, at that blur and at stronger ones, and all of it once more at half and at twice
the size, since reading depends on blur in proportion to the letters: neither more nor fewer pixels may change the
answer. Prints, per kind and strength, how many are called blurred, and between which figures the limits have to lie.

    python -m calibration.sharpness reading.json LABELS..
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from calibration.reading import KINDS, kernel
from station import writing
from station.bench.defects import seeds
from station.checks import label_sharpness
from station.types import Image

STRENGTHS = (1.0, 1.25, 1.6, 2.5)
"""The anchor itself, and stronger ones."""
INTERPOLATION = (cv2.INTER_AREA, cv2.INTER_CUBIC)
SIZES = (1.0, 0.5, 2.0)
MARGIN_PX = 12
"""Paper round the lines that counts as label."""


@dataclass(frozen=True, slots=True)
class Case:
    """One picture of one label: kind of blur and strength in parts of the anchor ("as it is", 0), size, the code that
    the check gives it, and its strokes."""

    label: str
    kind: str
    strength: float
    size: float
    code: str
    strokes: writing.Strokes


def cut(image: Image, lines: Iterable[Any]) -> Image:
    """The part of the photograph that holds the lines."""
    points = np.concatenate([np.asarray(line) for line in lines])
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - MARGIN_PX, 0)
    high = np.ceil(points.max(axis=0)).astype(int) + MARGIN_PX
    return image[low[1] : high[1], low[0] : high[0]]


def judged(label: str, kind: str, strength: float, size: float, image: Image) -> Case:
    """What the check says of a picture that is one label."""
    picture = image if size == 1 else cv2.resize(image, None, fx=size, fy=size, interpolation=INTERPOLATION[size > 1])
    code, strokes = label_sharpness.alone(np.asarray(picture, np.uint8), label_sharpness.Settings())
    return Case(label, kind, strength, size, code, strokes)


def cases(anchors: dict[str, Any], labels: Iterable[Path]) -> Iterator[Case]:
    """Every label at every size, kind and strength; those that the engine could not read only as they are."""
    for path in sorted(labels):
        found = anchors.get(path.name) or {}
        image = np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)
        crop = cut(image, found["lines"]) if found.get("lines") else image
        yield from (judged(path.name, "as it is", 0.0, size, crop) for size in SIZES)
        for kind in KINDS:
            for strength in STRENGTHS if found.get(kind) else ():
                soft = seeds.blurred(crop, kernel(kind, strength * found[kind], found["deg"]))
                for size in SIZES:
                    yield judged(path.name, kind, strength, size, soft)


def table(found: Iterable[Case]) -> Table:
    """Called blurred, and the figures' medians and extremes, per kind, strength and size."""
    groups: dict[tuple[str, float, float], list[Case]] = defaultdict(list)
    for case in found:
        groups[case.kind, case.strength, case.size].append(case)
    shown = Table(
        "blur", "x anchor", "size", "labels", "blurred", "other", "edge px", "edge / x-height", "tail px", "smear"
    )
    for (kind, strength, size), members in sorted(groups.items()):
        codes = [case.code for case in members]
        others = ", ".join(f"{codes.count(c)} {c}" for c in sorted(set(codes)) if c not in ("blurred", "ok"))
        measured = [m.strokes for m in members if m.strokes.edge_px is not None]
        ratios = [s.edge_px / s.x_height_px for s in measured if s.edge_px and s.x_height_px]
        shown.add_row(
            kind, f"{strength:g}", f"{size:g}", str(len(members)), str(codes.count("blurred")), others,
            _range(s.edge_px for s in measured), _range(ratios), _range(s.tail_px for s in measured),
            _range(s.smear for s in measured),
        )  # fmt: skip
    return shown


def _range(values: Iterable[float | None]) -> str:
    known = sorted(v for v in values if v is not None)
    return f"{known[0]:.2f} .. {np.median(known):.2f} .. {known[-1]:.2f}" if known else "-"


def main(arguments: Iterable[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reading", type=Path)
    parser.add_argument("labels", nargs="+", type=Path)
    asked = parser.parse_args(None if arguments is None else list(arguments))
    Console(width=170).print(table(cases(json.loads(asked.reading.read_text("utf-8")), asked.labels)))


if __name__ == "__main__":
    main()
