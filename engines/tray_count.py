"""Count the slides of whole trays as the station finds them, beside the boxes that people drew.

    python -m engines.tray_count --trays DIR [--model engines/zoo/microscope-slide]

DIR holds photographs `NAME.jpg` and `NAME_boxes.csv` with the columns x, y, w, h (pixels) and row, col: reading order.
Rows whose `kind` says that they are no slide are left out. One JSON line a tray, in totals.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station import regions, segment, trays
from station.backends import onnxruntime
from station.contracts import Backend
from station.decode import Settings, decode
from station.judging import capture_of
from station.types import Model, Photo, Segmentation

LEAST_IOU = 0.5
"""Overlap from which a found slide is the true one."""
ZOO = Path(__file__).parent / "zoo"
Boxes = NDArray[np.float64]


def read_boxes(path: Path) -> Boxes:
    """The slides of one CSV in reading order: float (n, 4), left, top, width, height. Raises OSError and ValueError."""
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if "no_slide" not in row.get("kind", "")]
    rows.sort(key=lambda row: (int(row["row"]), int(row["col"])))
    return np.array([[float(row[key]) for key in ("x", "y", "w", "h")] for row in rows]).reshape(-1, 4)


def counted(true: Boxes, found: Boxes) -> dict[str, int]:
    """slides: how many there are; found; hits: those found with LEAST_IOU, each by one; in_order: the most of the hits
    that follow one another as people read."""
    partner = [-1] * len(found)
    overlaps = np.array([[_iou(a, b) for b in found] for a in true]).reshape(len(true), len(found))
    while overlaps.size and overlaps.max() >= LEAST_IOU:
        i, j = np.unravel_index(int(overlaps.argmax()), overlaps.shape)
        partner[int(j)] = int(i)
        overlaps[i, :] = overlaps[:, j] = 0
    order = [i for i in partner if i >= 0]
    return {"slides": len(true), "found": len(found), "hits": len(order), "in_order": _longest_rise(order)}


def _longest_rise(numbers: Sequence[int]) -> int:
    """The length of the longest part of a row of numbers, gaps allowed, that only rises."""
    best: list[int] = []
    for k, number in enumerate(numbers):
        best.append(1 + max((best[i] for i in range(k) if numbers[i] < number), default=0))
    return max(best, default=0)


def _iou(a: Boxes, b: Boxes) -> float:
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(w, 0.0) * max(h, 0.0)
    return float(both / max(a[2] * a[3] + b[2] * b[3] - both, 1e-9))


def slides_of(path: Path, model: Model, backend: Backend) -> Boxes:
    """What the station finds, in its reading order. Raises DecodeError and EngineError."""
    photo = decode(capture_of(path), Settings())

    def see(part: Photo) -> Segmentation:
        return segment.segment(part, model, backend)

    first = regions.find(see(photo), photo)
    sights = trays.look(photo, first, see, regions.find)
    if not sights:
        return np.array([r.box for r in first if r.name == "slide"], np.float64).reshape(-1, 4)
    corners = [sight.regions[0].polygon + np.array(sight.crop.box[:2], np.float32) for sight in sights]
    return np.array([[*c.min(axis=0), *(c.max(axis=0) - c.min(axis=0))] for c in corners], np.float64)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trays", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ZOO / "microscope-slide")
    args = parser.parse_args()
    model = segment.read_model(args.model)
    with closing(onnxruntime.build(model, onnxruntime.Settings())) as backend:
        for path in sorted(args.trays.glob("*_boxes.csv")):
            photograph = path.with_name(path.name.replace("_boxes.csv", ".jpg"))
            true = read_boxes(path)
            print(json.dumps({"tray": photograph.name, **counted(true, slides_of(photograph, model, backend))}))


if __name__ == "__main__":
    main()
