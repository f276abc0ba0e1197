"""Charts, rulers and plates as institutions combine them: rows of pieces on one carrier or side by side."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator

from engines.drawing import chart
from engines.drawing.canvas import Colour, Pixels
from engines.drawing.chart import Piece
from engines.drawing.writing import printed


class Carrier(NamedTuple):
    """Rows of pieces from top to bottom; `gap_mm` between neighbours; `colour` of the card behind them, if any."""

    rows: list[list[Piece]]
    gap_mm: float = 0.0
    colour: Colour | None = None

    def size_mm(self, k: float) -> tuple[float, float]:
        """Width and height over all rows; `k` tile pixels per mm."""
        widths = [sum(p.tile.shape[1] for p in row) / k + self.gap_mm * (len(row) - 1) for row in self.rows]
        heights = [max(p.tile.shape[0] for p in row) / k for row in self.rows]
        return max(widths), sum(heights) + self.gap_mm * (len(self.rows) - 1)


def plate(k: float, height_mm: float, rng: Generator) -> Pixels:
    """A plate with the institution's seal and a line of fine print."""
    w = round(height_mm * rng.uniform(0.9, 1.8) * k)
    light = rng.random() < 0.7
    tile = chart.sheet_of(height_mm * k, w, (238, 238, 240) if light else (40, 40, 42))
    ink: Colour = (50, 50, 60) if light else (190, 190, 190)
    h = tile.shape[0]
    for radius in (0.3, 0.2, 0.08):
        cv2.circle(
            tile, (w // 2, round(0.42 * h)), round(radius * min(h, w)), ink, max(1, round(0.02 * h)), cv2.LINE_AA
        )
    printed(tile, ["Provided by the herbarium"], None, 0.1 * h, ink, (0, 0.8 * h), centred=True)
    return tile


def instrument(k: float, rng: Generator) -> Carrier:
    """A black centimetre ruler, an emblem plate and a very small chart in a row, in any order."""
    high = float(rng.uniform(14, 26))
    row = [Piece(chart.ruler(k, 10, high, rng, plain=False, dark=True), "scale_bar")]
    if rng.random() < 0.6:
        row.append(Piece(plate(k, high, rng), "label"))
    if rng.random() < 0.8:
        small = rng.random() < 0.7
        tile = (
            chart.mini_checker(k, high * 1.05, rng)
            if small
            else chart.known("colorchecker-classic", k, float(rng.uniform(30, 60)))
        )
        row.insert(int(rng.integers(0, len(row) + 1)), Piece(tile, "colour_chart"))
    return Carrier([row], float(rng.choice([0, 1, 8])))


def object_level(k: float, rng: Generator) -> Carrier:
    """A long slim target: patches in one half, ticks in the other, all on grey."""
    length, high = float(rng.uniform(150, 310)), float(rng.uniform(7, 12))
    grey = float(rng.choice([28, 90, 125]))
    if rng.random() < 0.4:
        patches = chart.known("object-level-strip", k, length)
    else:
        patches = chart.strip(k, length, high, rng, greys=False, frame=(grey,) * 3, with_greys=True)
    ruler = chart.tape(k, length, high * float(rng.uniform(0.6, 1.2)), (grey,) * 3, rng)
    rows = [[Piece(patches, "colour_chart")], [Piece(ruler, "scale_bar")]]
    return Carrier(rows if rng.random() < 0.5 else rows[::-1], 0.0, (grey,) * 3)


def separation_guide(k: float, rng: Generator) -> Carrier:
    """A colour control strip and a grey scale, end to end or one over the other, abutting."""
    length, high = float(rng.uniform(130, 210)), float(rng.uniform(12, 32))
    if rng.random() < 0.5:
        tiles = [chart.known(stem, k, length) for stem in ("kodak-color-control-q13", "kodak-gray-scale-q13")]
    else:
        tiles = [chart.strip(k, length, high, rng, greys=greys) for greys in (False, True)]
    row = [Piece(tile, "colour_chart") for tile in tiles]
    if rng.random() < 0.5:
        row.reverse()
    rows = [row] if rng.random() < 0.7 else [[row[0]], [row[1]]]
    if rng.random() < 0.3:
        rows.append([Piece(chart.tape(k, 2 * length if len(rows) == 1 else length, 12, (210,) * 3, rng), "scale_bar")])
    return Carrier(rows, float(rng.choice([0.0, 0.0, 2.0])))


def printed_strip(k: float, rng: Generator) -> Carrier:
    """A home-made print: scale, greys and colours in one line on black or white."""
    high = float(rng.uniform(9, 18))
    dark = rng.random() < 0.7
    frame: Colour = (12, 12, 12) if dark else (240, 240, 240)
    row = [
        Piece(chart.ruler(k, int(rng.choice([5, 10, 13])), high, rng, plain=False, dark=dark), "scale_bar"),
        Piece(
            chart.strip(k, float(rng.uniform(60, 130)), high, rng, greys=False, frame=frame, with_greys=True),
            "colour_chart",
        ),
    ]
    if rng.random() < 0.3:
        row.reverse()
    return Carrier([row], 0.0, frame)


def checker_and_ruler(k: float, rng: Generator) -> Carrier:
    """A 24-patch chart, perhaps with a ruler beside or below it."""
    big = Piece(chart.known("colorchecker-classic", k, float(rng.uniform(35, 110))), "colour_chart")
    if rng.random() < 0.35:
        return Carrier([[big]])
    ruler = Piece(
        chart.ruler(k, int(rng.choice([5, 10, 15])), float(rng.uniform(10, 22)), rng, plain=False), "scale_bar"
    )
    return Carrier([[big, ruler]] if rng.random() < 0.6 else [[big], [ruler]], float(rng.choice([0, 2, 10])))


def ruler_only(k: float, rng: Generator) -> Carrier:
    """A ruler or measuring tape without any chart."""
    if rng.random() < 0.5:
        return Carrier(
            [[Piece(chart.ruler(k, int(rng.choice([5, 10, 15, 20, 30])), 20, rng, plain=False), "scale_bar")]]
        )
    grey = float(rng.choice([235, 215, 180, 130]))
    paper = (grey, grey, grey) if rng.random() < 0.7 else (grey, grey * 0.9, grey * 0.6)
    length, high = float(rng.uniform(100, 420)), float(rng.uniform(8, 28))
    return Carrier([[Piece(chart.tape(k, length, high, paper, rng), "scale_bar")]])


def small_chart(k: float, rng: Generator) -> Carrier:
    """A very small chart or one strip alone."""
    if rng.random() < 0.5:
        return Carrier([[Piece(chart.mini_checker(k, float(rng.uniform(18, 40)), rng), "colour_chart")]])
    tile = chart.strip(k, float(rng.uniform(60, 220)), float(rng.uniform(8, 30)), rng, greys=rng.random() < 0.4)
    return Carrier([[Piece(tile, "colour_chart")]])


KINDS = (instrument, object_level, separation_guide, printed_strip, checker_and_ruler, ruler_only, small_chart)


def any_carrier(k: float, rng: Generator) -> Carrier:
    """One of the kinds."""
    weights = np.array([0.26, 0.2, 0.14, 0.1, 0.14, 0.08, 0.08])
    return KINDS[int(rng.choice(len(KINDS), p=weights))](k, rng)
