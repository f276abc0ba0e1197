"""Drawn photographs of herbarium sheets with exact truth: for training, for the demonstration, and for tests.

    python -m engines.synthesise --out DIR --count N

`plain` pictures show a well kept stand and are legible; the others vary as widely as the herbaria of the world do.
Every picture follows from its seed alone (for the wild ones: and from the fonts installed).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from engines.drawing import camera, stand, wild
from engines.drawing.bench import Bench, camera_over
from engines.drawing.canvas import CLASSES, Canvas, Pixels, Thing, moved
from engines.drawing.paper import textured

__all__ = ["CLASSES", "Defect", "Drawn", "Thing", "draw_sheet"]


class Defect(Enum):
    """What is wrong with a picture on purpose. An unreadable file is made by cutting the written file short."""

    NONE = "none"
    NO_CHART = "no chart"
    SKEWED = "skewed"
    LABEL_BLURRED = "label blurred"
    LABEL_MISSING = "label missing"
    NO_BARCODE = "no barcode"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and its truth.

    `image` uint8 (h, w, 3) RGB; `class_map` uint8 (h, w), what is seen at each pixel; `things` in painting order.
    `skew_deg` is the clockwise turn of the sheet within (-45, 45]; `upright_deg` the clockwise quarter turns that make
    the writing upright.
    """

    image: Pixels
    things: tuple[Thing, ...]
    class_map: Pixels
    skew_deg: float
    upright_deg: int
    specimen_number: str
    defect: Defect
    seed: int


def draw_sheet(
    seed: int,
    *,
    long_side_px: int = 1536,
    defect: Defect = Defect.NONE,
    plain: bool = False,
    skew_deg: float | None = None,
) -> Drawn:
    """Draw one sheet. `long_side_px` >= 128. The plain style's labels are legible (x-height 15 px or more) and its
    barcode is readable from 3000 px on."""
    if long_side_px < 128:
        raise ValueError(f"long_side_px must be at least 128, got {long_side_px}")
    rng = np.random.default_rng(seed)
    number = f"E{int(rng.integers(1_000_000, 99_999_999)):08}"
    skew = skewed(rng, defect, plain) if skew_deg is None else skew_deg
    upright = 0 if plain else int(rng.choice([0, 90, 180, 270], p=[0.7, 0.1, 0.1, 0.1]))
    bench = set_up(rng, long_side_px, defect, plain, skew, upright)
    chart, labels, barcode = (defect is not d for d in (Defect.NO_CHART, Defect.LABEL_MISSING, Defect.NO_BARCODE))
    if plain:
        blur = float(rng.uniform(0.9, 1.4)) if defect is Defect.LABEL_BLURRED else 0.0
        stand.arrange(bench, number, with_chart=chart, with_labels=labels, with_barcode=barcode, blur_mm=blur)
    else:
        wild.arrange(bench, number, with_chart=chart, with_labels=labels, with_barcode=barcode)
    image = camera.calm(bench.canvas.image, rng) if plain else camera.wild(bench.canvas.image, rng)
    things = tuple(bench.canvas.things)
    return Drawn(image, things, bench.canvas.class_map, skew_of(things), upright, number, defect, seed)


def skewed(rng: Generator, defect: Defect, plain: bool) -> float:
    """How far the sheet is turned, degrees."""
    if defect is Defect.SKEWED:
        return float(rng.choice([-1, 1]) * rng.uniform(2, 6))
    if plain:
        return float(rng.uniform(-0.3, 0.3))
    return float(rng.normal(0, 1) if rng.random() < 0.85 else rng.uniform(-15, 15))


def set_up(rng: Generator, long_side_px: int, defect: Defect, plain: bool, skew: float, upright: int) -> Bench:
    """The empty stand: sheet and frame sizes, camera, backing."""
    if plain:
        sheet = stand.SHEET_MM
        left = right = top = stand.MARGIN_MM
        bottom = stand.BELOW_MM
        tilt = np.zeros((4, 2), np.float32)
        backing = textured_backing(rng, (34, 34, 36) if rng.random() < 0.6 else (104, 104, 106))
    else:
        width = float(rng.uniform(190, 330))
        sheet = (width, width * float(rng.uniform(1.3, 1.65)))
        left, right, top, bottom = (float(v) for v in rng.choice([-3, 0, 8, 20, 45], 4) * rng.uniform(0.7, 1.3, 4))
        tilt = (rng.normal(0, 0.008, (4, 2)) * (rng.random() < 0.3)).astype(np.float32)
        backing = textured_backing(rng, wild.BACKINGS[int(rng.integers(len(wild.BACKINGS)))])
    frame = (sheet[0] + left + right, sheet[1] + top + bottom)
    to_px, (w, h), k = camera_over(frame, long_side_px, upright, tilt)
    x, y = (left - right) / 2, (top - bottom) / 2
    if defect is Defect.CLIPPED:
        x += float(rng.choice([-1, 1]) * (max(left, right) + sheet[0] * rng.uniform(0.04, 0.12)))
    colour, strength = backing
    canvas = Canvas(textured(h, w, colour, rng, strength), np.zeros((h, w), np.uint8), k)
    return Bench(canvas, rng, to_px, to_px @ moved(x, y, skew), frame, sheet)


def textured_backing(rng: Generator, colour: tuple[float, float, float]) -> tuple[tuple[float, float, float], float]:
    """A backing colour, a little off, and how grainy it is."""
    r, g, b = np.array(colour) * rng.uniform(0.85, 1.1)
    return (float(min(r, 255)), float(min(g, 255)), float(min(b, 255))), float(rng.uniform(0.5, 4))


def skew_of(things: tuple[Thing, ...]) -> float:
    """The clockwise turn of the sheet from its four corners, degrees within (-45, 45]; mean of the four edges."""
    corners = next(thing.polygon for thing in things if thing.name == "sheet").astype(np.float64)
    edges = np.roll(corners, -1, axis=0) - corners
    angles = np.degrees(np.arctan2(edges[:, 1], edges[:, 0]))
    quarter = np.radians(angles * 4)
    mean = float(np.degrees(np.arctan2(np.sin(quarter).sum(), np.cos(quarter).sum())) / 4)
    return 45.0 if mean <= -45 else mean


def coco(drawn: list[tuple[str, Drawn]]) -> dict[str, object]:
    """COCO JSON of the pictures (file name, truth); categories have the ids of CLASSES."""
    images: list[dict[str, object]] = []
    notes: list[dict[str, object]] = []
    for number, (name, truth) in enumerate(drawn, 1):
        h, w = truth.class_map.shape
        images.append({"id": number, "file_name": name, "width": w, "height": h, "upright": truth.upright_deg})
        for thing in truth.things:
            low, high = thing.polygon.min(axis=0), thing.polygon.max(axis=0)
            notes.append(
                {
                    "id": len(notes) + 1,
                    "image_id": number,
                    "category_id": CLASSES.index(thing.name),
                    "segmentation": [[round(float(v), 1) for v in thing.polygon.ravel()]],
                    "bbox": [round(float(v), 1) for v in (*low, *(high - low))],
                    "area": float(cv2.contourArea(thing.polygon)),
                    "iscrowd": 0,
                }
            )
    kinds = [{"id": n, "name": name} for n, name in enumerate(CLASSES) if n]
    return {"images": images, "annotations": notes, "categories": kinds}


def write(
    out: Path, seeds: Iterable[int], long_side_px: int, *, plain: bool = False, defect: Defect = Defect.NONE
) -> Path:
    """Write pictures (JPEG), class maps (PNG) and coco.json into `out`; the path of the last."""
    out.mkdir(parents=True, exist_ok=True)
    made: list[tuple[str, Drawn]] = []
    for seed in seeds:
        truth = draw_sheet(seed, long_side_px=long_side_px, plain=plain, defect=defect)
        name = f"drawn-{seed:06}"
        cv2.imwrite(str(out / f"{name}.jpg"), truth.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        cv2.imwrite(str(out / f"{name}.png"), truth.class_map)
        made.append((f"{name}.jpg", truth))
    path = out / "coco.json"
    path.write_text(json.dumps(coco(made)))
    return path


def main() -> None:
    """Read the options and write."""
    parser = argparse.ArgumentParser(description="Draw photographs of herbarium sheets with exact truth.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--long-side", type=int, default=1536)
    parser.add_argument("--plain", action="store_true", help="calm pictures of one well kept stand")
    parser.add_argument("--defect", choices=[d.name for d in Defect], default="NONE")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.count)
    write(asked.out, seeds, asked.long_side, plain=asked.plain, defect=Defect[asked.defect])


if __name__ == "__main__":
    main()
