"""Photographs without annotations -> annotations that the present model is sure of, to train the next one with.

    python -m engines.self_training --photographs DIR --out DIR [--model engines/zoo/herbarium-sheet]

Self-training with confident pseudo-labels (Lee 2013; Xie et al. 2020, "Noisy Student": the pupil sees the photographs
turned, relit and recomposed, the teacher saw them as they are). What the model is not sure of becomes `doubtful`:
engines/truth.py takes no loss there, so that a doubtful label is not taught as bare paper. `OUT/coco.json` and a link
`OUT/images` are read by train.py like any annotated folder.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from engines.truth import DOUBTFUL, HERBARIUM
from station import kit, regions
from station.config import load
from station.decode import decode
from station.judging import capture_of
from station.types import Region, Segmentation

SURE = 0.85
"""Mean confidence from which an object is taken as true."""
UNSURE_PIXEL = 0.6
"""Confidence below which a pixel is doubtful, where such pixels form more than an outline."""
STRIP = 12.0
"""A chart longer than so many times its width is doubtful: it may be two cards laid end to end, taken for one."""
OUTLINE = 7
"""Width in map pixels of what is called an outline: two classes meet there and neither is sure."""
Named = tuple[str, NDArray[np.float32]]


def pseudo_labels(segmented: Segmentation, found: Iterable[Region]) -> list[Named]:
    """(class or DOUBTFUL, polygon in photo pixels) of one photograph."""
    named = [(DOUBTFUL if r.confidence < SURE or _strip(r) else r.name, r.polygon) for r in found]
    unsure = (segmented.confidence < UNSURE_PIXEL * 255).astype(np.uint8)
    blobs = cv2.morphologyEx(unsure, cv2.MORPH_OPEN, np.ones((OUTLINE, OUTLINE), np.uint8))
    contours, _ = cv2.findContours(blobs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array(segmented.photo_px_per_map_px)
    rings = [((c.reshape(-1, 2) + 0.5) * scale).astype(np.float32) for c in contours if len(c) >= 3]
    return named + [(DOUBTFUL, ring) for ring in rings]


def _strip(region: Region) -> bool:
    sides = cv2.minAreaRect(region.polygon)[1]
    return region.name == "colour_chart" and max(sides) > STRIP * max(min(sides), 1)


def labelled(
    photographs: Path, model: Path, left_out: Collection[str]
) -> Iterator[tuple[Path, tuple[int, int], int | None, list[Named]]]:
    """(file, size in px, upright or None, objects) of every photograph with a sheet in it, but for those `left_out`."""
    config = replace(load(None), model=model)
    segmenter = kit.open_segmenter(config)
    files = sorted(p for p in photographs.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".tif"))
    for path in tqdm([p for p in files if p.name not in left_out], unit="photograph"):
        photo = decode(capture_of(path), config.decode)
        segmented = segmenter(photo)
        objects = pseudo_labels(segmented, regions.find(segmented, photo))
        if any(name == "sheet" for name, _ in objects):
            yield path, photo.size_px, segmented.upright_deg, objects


def institutions(index: Path) -> dict[str, str]:
    """File name -> institution from an `index.csv` with these two columns; empty without one."""
    if not index.exists():
        return {}
    with index.open(newline="") as file:
        return {row["file"]: row["institution"] for row in csv.DictReader(file)}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=Path, required=True, help="a folder of photographs")
    parser.add_argument("--model", type=Path, default=Path(__file__).parent / "zoo" / "herbarium-sheet")
    parser.add_argument("--out", type=Path, required=True)
    said = "an institution the model does not know, as in index.csv"
    parser.add_argument("--leave-out", nargs="*", default=[], metavar="INSTITUTION", help=said)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    whose = institutions(args.photographs.parent / "index.csv")
    left_out = {name for name, institution in whose.items() if institution in args.leave_out}
    kinds = [*HERBARIUM[1:], DOUBTFUL]
    images: list[dict[str, object]] = []
    notes: list[dict[str, object]] = []
    for path, (width, height), upright, objects in labelled(args.photographs, args.model, left_out):
        images.append({"id": len(images) + 1, "file_name": path.name, "width": width, "height": height,
                       "upright": upright, "institution": whose.get(path.name, "unknown")})  # fmt: skip
        notes.extend(
            {"id": len(notes) + n, "image_id": len(images), "category_id": kinds.index(name) + 1,
             "segmentation": [[round(float(v), 1) for v in ring.ravel()]]}
            for n, (name, ring) in enumerate(objects, 1)
        )  # fmt: skip
    categories = [{"id": n, "name": name} for n, name in enumerate(kinds, 1)]
    (args.out / "coco.json").write_text(json.dumps({"images": images, "annotations": notes, "categories": categories}))
    link = args.out / "images"
    if not link.exists():
        link.symlink_to(args.photographs.resolve(), target_is_directory=True)
    doubtful = sum(note["category_id"] == len(kinds) for note in notes)
    print(f"{len(images)} photographs, {len(notes)} objects, {doubtful} of them doubtful")


if __name__ == "__main__":
    main()
