"""What lies where: the calm scene of a well kept stand, and the wild ones for training."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from engines.drawing import barcode, chart, paper, plant
from engines.drawing.bench import Bench
from engines.drawing.canvas import Colour, moved
from engines.drawing.chart import Piece

BACKINGS: tuple[Colour, ...] = (
    (18, 18, 19), (30, 30, 32), (44, 36, 38), (70, 70, 72), (120, 120, 122), (228, 228, 228), (250, 250, 250),
    (150, 110, 70), (60, 90, 130), (30, 70, 60), (150, 175, 185),
)  # fmt: skip


def calm(bench: Bench, number: str, *, with_chart: bool, with_labels: bool, with_barcode: bool, blur_mm: float) -> None:
    """One sheet of a well kept collection: nothing lies on anything else."""
    rng, k = bench.rng, bench.k
    w, h = bench.sheet_mm
    below = bench.frame_mm[1] / 2 - 38
    if with_chart:
        bench.put_row([Piece(chart.colorchecker(k, 82), "colour_chart")], bench.bench @ moved(-88, below), None)
    bench.put_row([Piece(chart.ruler(k, 10, 18, rng, plain=True), "scale_bar")], bench.bench @ moved(60, below), None)
    bench.lay_sheet(tuple(c * 0.99 for c in (248.0, 245.0, 236.0)), 1.3)
    ink, alpha, text = paper.stamp(k, rng, plain=True)
    bench.put(ink, "stamp", w / 2 - 32, -h / 2 + 32, float(rng.normal(0, 3)), alpha=alpha, text=text, ink=True)
    plants(bench, (0, -38), (w - 50, h - 160))
    if with_labels:
        calm_labels(bench, blur_mm)
    if with_barcode:
        tile = barcode.sticker(number, "Code128", k, 0.5, 11, rng, plain=True)
        bench.put(tile, "barcode", -w / 2 + 50, h / 2 - 24, float(rng.normal(0, 0.3)), text=number, lift_mm=0.3)
    if rng.random() < 0.5:
        tile, text = paper.packet(70, 46, k, (240, 238, 230), rng)
        bench.put(tile, "packet", -w / 2 + 50, h / 2 - 72, float(rng.normal(0, 0.5)), text=text, lift_mm=0.7)


def calm_labels(bench: Bench, blur_mm: float) -> None:
    """The collection label bottom right (blurred by `blur_mm`), none to two determination slips above it."""
    rng, k = bench.rng, bench.k
    w, h = bench.sheet_mm
    tile, text = paper.label(128, 74, k, rng, plain=True)
    blur = blur_mm * bench.canvas.px_per_mm
    bench.put(tile, "label", w / 2 - 72, h / 2 - 45, float(rng.normal(0, 0.3)), text=text, lift_mm=0.3, blur_px=blur)
    for n in range(int(rng.integers(0, 3))):
        tile, text = paper.label(110, 18, k, rng, plain=True)
        y = h / 2 - 95 - 22 * n
        bench.put(tile, "label", w / 2 - 63, y, float(rng.normal(0, 0.4)), text=text, lift_mm=0.3)


def plants(bench: Bench, centre: tuple[float, float], room_mm: tuple[float, float]) -> None:
    """One large plant or several small ones in the room."""
    rng = bench.rng
    count = int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
    w, h = room_mm
    for n in range(count):
        share = w / count
        grown = plant.grow(h * rng.uniform(0.6, 1.0) * (0.75 if count > 1 else 1), rng)
        blades = plant.fitted(grown, share * 1.05, h)
        x = centre[0] + (n + 0.5) * share - w / 2
        y = centre[1] + rng.normal(0, h * 0.04)
        bench.press(blades, bench.sheet @ moved(x, y))


def wild(bench: Bench, number: str, *, with_chart: bool, with_labels: bool, with_barcode: bool) -> None:
    """Anything a herbarium somewhere may have put under a camera."""
    rng = bench.rng
    if with_chart and rng.random() < 0.8:
        scale_and_chart(bench, on_sheet=False)
        with_chart = False
    bench.lay_sheet(paper.cream(rng), float(rng.uniform(0.3, 3)))
    for _ in range(int(rng.integers(0, 4))):
        stamped(bench)
    before = rng.random() < 0.3
    if before and with_labels:
        labels(bench)
    w, h = bench.sheet_mm
    plants(
        bench,
        (rng.normal(0, w * 0.04), rng.normal(-h * 0.05, h * 0.04)),
        (w * rng.uniform(0.6, 1), h * rng.uniform(0.6, 0.98)),
    )
    if not before and with_labels:
        labels(bench)
    if rng.random() < 0.35:
        pocket(bench)
    if with_barcode and rng.random() < 0.85:
        coded(bench, number)
    if with_chart and rng.random() < 0.5:
        scale_and_chart(bench, on_sheet=True)


def spot(bench: Bench, w: float, h: float, rng: Generator) -> tuple[float, float]:
    """A place on the sheet for a thing of w x h mm: near the edges, preferably free."""
    sw, sh = bench.sheet_mm
    x = y = 0.0
    for _ in range(12):
        x = float(rng.choice([-1, 0, 1], p=[0.4, 0.15, 0.45])) * (sw - w) / 2 * rng.uniform(0.85, 1.0)
        y = float(rng.choice([-1, 0, 1], p=[0.25, 0.15, 0.6])) * (sh - h) / 2 * rng.uniform(0.75, 1.0)
        if bench.free(x, y, w, h):
            break
    return x, y


def turned(rng: Generator) -> float:
    """Nearly straight; seldom on its side or head."""
    return float(rng.normal(0, 1.5) + rng.choice([0, 90, -90, 180], p=[0.93, 0.03, 0.03, 0.01]))


def labels(bench: Bench) -> None:
    """Up to six labels, the first the largest."""
    rng = bench.rng
    for n in range(int(rng.integers(1, 7))):
        w = rng.uniform(70, 140) if n == 0 else rng.uniform(20, 120)
        h = w * (rng.uniform(0.45, 0.9) if n == 0 else rng.uniform(0.12, 0.7))
        tile, text = paper.label(w, h, bench.k, rng, plain=False)
        x, y = spot(bench, w, h, rng)
        bench.put(tile, "label", x, y, turned(rng), text=text, lift_mm=float(rng.uniform(0.1, 0.6)))


def stamped(bench: Bench) -> None:
    """A stamp somewhere on the sheet."""
    rng = bench.rng
    ink, alpha, text = paper.stamp(bench.k, rng, plain=False)
    x, y = spot(bench, ink.shape[1] / bench.k, ink.shape[0] / bench.k, rng)
    bench.put(ink, "stamp", x, y, float(rng.normal(0, 5)), text=text, alpha=alpha, ink=True)


def pocket(bench: Bench) -> None:
    """A packet, mostly of nearly the sheet's own colour."""
    rng = bench.rng
    w = rng.uniform(45, 130)
    h = w * rng.uniform(0.5, 1.4)
    tile, text = paper.packet(w, h, bench.k, paper.cream(rng), rng)
    x, y = spot(bench, w, h, rng)
    bench.put(tile, "packet", x, y, float(rng.normal(0, 1.5)), text=text, lift_mm=float(rng.uniform(0.3, 1)))


def coded(bench: Bench, number: str) -> None:
    """A barcode sticker."""
    rng = bench.rng
    kind = str(rng.choice(["Code128", "Code39", "QRCode", "DataMatrix"], p=[0.45, 0.3, 0.1, 0.15]))
    module = rng.uniform(0.25, 0.42) if kind.startswith("Code") else rng.uniform(0.5, 0.9)
    tile = barcode.sticker(number, kind, bench.k, float(module), float(rng.uniform(5, 13)), rng, plain=False)
    x, y = spot(bench, tile.shape[1] / bench.k, tile.shape[0] / bench.k, rng)
    bench.put(tile, "barcode", x, y, turned(rng), text=number, lift_mm=0.2)


def scale_and_chart(bench: Bench, *, on_sheet: bool) -> None:
    """Chart and ruler, together on a carrier or alone, along one side of the frame or on the sheet."""
    rng, k = bench.rng, bench.k
    high = float(rng.uniform(12, 26))
    pieces: list[Piece] = []
    kind = int(rng.integers(6))
    if kind == 0:
        pieces.append(Piece(chart.colorchecker(k, float(rng.uniform(50, 110))), "colour_chart"))
    elif kind == 1:
        pieces.append(Piece(chart.mini_checker(k, float(rng.uniform(18, 40)), rng), "colour_chart"))
    elif kind < 5:
        for greys in ((False,), (True,), (False, True))[kind - 2]:
            tile = chart.strip(k, float(rng.uniform(80, 190)), high, rng, greys=greys)
            pieces.append(Piece(tile, "colour_chart"))
    if kind == 5 or rng.random() < 0.8:
        tile = chart.ruler(k, int(rng.choice([5, 10, 10, 15, 20, 30])), high, rng, plain=False)
        pieces.append(Piece(tile, "scale_bar"))
    if rng.random() < 0.5:
        pieces.reverse()
    w, h = bench.sheet_mm if on_sheet else bench.frame_mm
    tall = max(p.tile.shape[0] / k for p in pieces)
    side = int(rng.integers(4))
    along = rng.normal(0, 0.1)
    inset = tall / 2 + rng.uniform(0, 6)
    x, y = ((0, -h / 2 + inset), (0, h / 2 - inset), (-w / 2 + inset, 0), (w / 2 - inset, 0))[side]
    x, y = (x + along * w, y) if side < 2 else (x, y + along * h)
    turn = float(rng.normal(0, 0.6)) + (0 if side < 2 else float(rng.choice([90, -90])))
    carrier: Colour | None = (30, 30, 32) if rng.random() < 0.4 else None
    bench.put_row(pieces, (bench.sheet if on_sheet else bench.bench) @ moved(float(x), float(y), turn), carrier)
