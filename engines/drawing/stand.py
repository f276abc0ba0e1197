"""The calm scene: a sheet of a well kept collection on a well kept copy stand. Nothing lies on anything else."""

from __future__ import annotations

from engines.drawing import barcode, chart, habits, label, paper, plant, stamp
from engines.drawing.bench import Bench
from engines.drawing.canvas import moved
from engines.drawing.carrier import Carrier
from engines.drawing.chart import Piece

SHEET_MM = (280.0, 425.0)
MARGIN_MM = 26.0
BELOW_MM = 84.0
"""Room below the sheet for chart and ruler."""


def arrange(
    bench: Bench, number: str, *, with_chart: bool, with_labels: bool, with_barcode: bool, blur_mm: float
) -> None:
    """Chart and ruler below the sheet, stamp top right, label bottom right, barcode bottom left."""
    rng, k = bench.rng, bench.k
    w, h = bench.sheet_mm
    y = bench.frame_mm[1] / 2 - 38
    if with_chart:
        bench.put_carrier(
            Carrier([[Piece(chart.known("colorchecker-classic", k, 82), "colour_chart")]]), bench.bench @ moved(-88, y)
        )
    ruler = Carrier([[Piece(chart.ruler(k, 10, 18, rng, plain=True), "scale_bar")]])
    bench.put_carrier(ruler, bench.bench @ moved(60, y))
    bench.lay_sheet((246.0, 243.0, 234.0), 1.3)
    seal = stamp.stamp(k, rng, plain=True)
    where = (w / 2 - 32, -h / 2 + 32, float(rng.normal(0, 3)))
    bench.put(seal.ink, "stamp", *where, alpha=seal.alpha, outline=seal.outline, text=seal.text, ink=True)
    specimen(bench, w - 60, h - 200)
    if with_labels:
        label_corner(bench, blur_mm)
    if with_barcode:
        tile = barcode.sticker(number, "Code128", k, 0.5, 11, rng, plain=True)
        bench.put(tile, "barcode", -w / 2 + 50, h / 2 - 24, float(rng.normal(0, 0.3)), text=number, lift_mm=0.3)
    if rng.random() < 0.5:
        tile, outline, text = paper.packet(70, 46, k, (238, 235, 226), rng)
        turn = float(rng.normal(0, 0.5))
        bench.put(tile, "packet", -w / 2 + 50, h / 2 - 72, turn, text=text, outline=outline, lift_mm=0.7)


def specimen(bench: Bench, w: float, h: float) -> None:
    """One plant or two, above the labels."""
    rng = bench.rng
    count = 1 if rng.random() < 0.7 else 2
    for n in range(count):
        blades = plant.fitted(habits.grow(h * rng.uniform(0.8, 1.0), rng, habits.COMELY), w / count * 0.95, h)
        bench.press(blades, bench.sheet @ moved((n + 0.5) * w / count - w / 2, -46 + rng.normal(0, 3)))


def label_corner(bench: Bench, blur_mm: float) -> None:
    """The collection label bottom right (blurred by `blur_mm`), none to two determination slips above it."""
    rng, k = bench.rng, bench.k
    w, h = bench.sheet_mm
    tile, text = label.legible(128, 74, k, rng)
    blur = blur_mm * bench.canvas.px_per_mm
    bench.put(tile, "label", w / 2 - 72, h / 2 - 45, float(rng.normal(0, 0.3)), text=text, lift_mm=0.3, blur_px=blur)
    for n in range(int(rng.integers(0, 3))):
        tile, text = label.legible(110, 18, k, rng)
        y = h / 2 - 95 - 22 * n
        bench.put(tile, "label", w / 2 - 63, y, float(rng.normal(0, 0.4)), text=text, lift_mm=0.3)
