"""The pictures of the defect atlas, drawn: one of each kind of fault, small JPEG files.

    python -m engines.atlas --out station/atlas

Every picture follows from a fixed seed; the sheet is drawn, the fault is seeded as `station bench defects` seeds it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from engines.synthesise import Defect, Drawn, draw_sheet
from station.bench.defects import background, seeds
from station.bench.defects.frames import Frame
from station.types import Image

SEED, LONG_SIDE_PX, HIGH_PX, QUALITY = 11, 1600, 300, 72
Make = Callable[[Frame], Image]


def frame_of(drawn: Drawn) -> Frame:
    """A drawn sheet with its truth."""
    objects: dict[str, tuple[np.ndarray[tuple[int, int], np.dtype[np.float32]], ...]] = {}
    for thing in drawn.things:
        objects[thing.name] = (*objects.get(thing.name, ()), thing.polygon.astype(np.float32))
    return Frame(Path("drawn.jpg"), drawn.image, objects)


def close_up(name: str, kernel: float = 0.0) -> Make:
    """The first object of a class, near, and blurred by a disc of so many pixels."""

    def make(frame: Frame) -> Image:
        ring = max(frame.objects[name], key=lambda p: float(cv2.contourArea(p)))
        (x0, y0), (x1, y1) = ring.min(axis=0).astype(int), ring.max(axis=0).astype(int)
        room = round(0.25 * max(x1 - x0, y1 - y0))
        cut = frame.image[max(0, y0 - room) : y1 + room, max(0, x0 - room) : x1 + room]
        return seeds.blurred(cut, seeds.disc(kernel)) if kernel else np.ascontiguousarray(cut)

    return make


def keystone(frame: Frame) -> Image:
    """Seen from the side: the upper edge a tenth shorter."""
    h, w = frame.image.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    target = np.array([[0.07 * w, 0], [0.93 * w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    return np.asarray(cv2.warpPerspective(frame.image, matrix, (w, h), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def cut_short(frame: Frame) -> Image:
    """The lower part never arrived."""
    image = frame.image.copy()
    image[round(0.58 * len(image)) :] = 128
    return image


def noisy(frame: Frame) -> Image:
    """A chart as at a very high ISO."""
    image = close_up("colour_chart")(frame).astype(np.float32)
    return np.clip(image + np.random.default_rng(SEED).normal(0, 28, image.shape), 0, 255).astype(np.uint8)


def marked(frame: Frame, sign: str) -> Image:
    """The sheet, dim, with one large sign."""
    image = (0.35 * frame.image + 40).astype(np.uint8)
    size, thick = image.shape[1] / 60, max(2, image.shape[1] // 30)
    (w, h), _ = cv2.getTextSize(sign, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    at = ((image.shape[1] - w) // 2, (image.shape[0] + h) // 2)
    return np.asarray(cv2.putText(image, sign, at, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), thick, cv2.LINE_AA))


def small_in(frame: Frame) -> Image:
    """The whole picture, much too small."""
    image = np.full_like(frame.image, 40)
    tiny = cv2.resize(frame.image, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    image[: tiny.shape[0], : tiny.shape[1]] = tiny
    return image


def chart_at_the_edge(frame: Frame) -> Image:
    """The frame cut through the chart."""
    ring = frame.objects["colour_chart"][0]
    middle, size = ring.mean(axis=0), np.array(frame.image.shape[1::-1])
    side = int(np.argmin(np.concatenate([middle / size, 1 - middle / size])))
    x, y = (round(float(v)) for v in middle)
    image = (frame.image[:, x:], frame.image[y:], frame.image[:, :x], frame.image[:y])[side]
    return np.ascontiguousarray(image)


def side_by_side(frame: Frame) -> Image:
    """The same picture twice."""
    half = cv2.resize(frame.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(np.hstack([half, np.full((half.shape[0], 12, 3), 255, np.uint8), half]), np.uint8)


PICTURES: dict[str, tuple[Defect, Make]] = {
    "skewed": (Defect.NONE, lambda f: seeds.turned(f, 5)),
    "clipped": (Defect.NONE, lambda f: seeds.cropped(f, "left", 0.06)),
    "margin": (Defect.NONE, lambda f: seeds.cropped(f, "right", -0.004)),
    "not_found": (Defect.NONE, lambda f: background.plate(f.image, f.outside, (0, 0))),
    "upside_down": (Defect.NONE, lambda f: seeds.quarter_turned(f, 180)),
    "turned": (Defect.NONE, lambda f: seeds.quarter_turned(f, 90)),
    "keystone": (Defect.NONE, keystone),
    "chart_missing": (Defect.NO_CHART, lambda f: f.image),
    "chart_clipped": (Defect.NONE, chart_at_the_edge),
    "chart_covered": (Defect.NONE, lambda f: seeds.half_covered(f, "colour_chart", 0.5)),
    "colour_error": (Defect.NONE, lambda f: seeds.cast(f.image, 28)),
    "noise": (Defect.NONE, noisy),
    "over": (Defect.NONE, lambda f: seeds.exposed(f.image, 1.3)),
    "under": (Defect.NONE, lambda f: seeds.exposed(f.image, -1.8)),
    "uneven": (Defect.NONE, lambda f: seeds.uneven(f.image, 70)),
    "blurred": (Defect.NONE, close_up("label", 5)),
    "label_missing": (Defect.LABEL_MISSING, lambda f: f.image),
    "barcode": (Defect.NONE, close_up("barcode")),
    "barcode_covered": (Defect.NONE, lambda f: close_up("barcode")(Frame(f.path, covered(f), f.objects))),
    "truncated": (Defect.NONE, cut_short),
    "black_lines": (Defect.NONE, lambda f: seeds.black_lines(f.image, 40)),
    "stuck_frame": (Defect.NONE, side_by_side),
    "wrong_size": (Defect.NONE, small_in),
    "not_judged": (Defect.NONE, lambda f: marked(f, "?")),
}


def covered(frame: Frame) -> Image:
    """A card over half the barcode."""
    return seeds.half_covered(frame, "barcode", 0.5)


def draw(out: Path) -> None:
    """Write every picture as `out`/NAME.jpg."""
    out.mkdir(parents=True, exist_ok=True)
    frames = {d: frame_of(draw_sheet(SEED, long_side_px=LONG_SIDE_PX, plain=True, defect=d)) for d in Defect}
    for name, (defect, make) in PICTURES.items():
        image = make(frames[defect])
        scale = HIGH_PX / max(image.shape[:2])
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(out / f"{name}.jpg"), small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def main() -> None:
    """Read the options and draw."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the defect atlas.")
    parser.add_argument("--out", type=Path, required=True)
    draw(parser.parse_args().out)


if __name__ == "__main__":
    main()
