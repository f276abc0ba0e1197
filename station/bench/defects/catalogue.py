"""Which faults are seeded, how severe, and which finding is right for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from station.bench.defects import seeds
from station.bench.defects.frames import Frame
from station.types import Image, Outcome

Make = Callable[[Frame, Generator], Image]
Kernel = NDArray[np.float32]
ANY = frozenset({"*"})
"""Any code of that check."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one severity (`unit`), and the finding that is right: a code of `check` of outcome `least` or worse.

    `make` raises ValueError where a photograph does not allow it. `quality` of the JPEG it is written with; `kept`,
    the share of the file that is written at all. `figure` (figures.py) is what the fault makes larger, or smaller if it
    `falls`.
    """

    family: str
    severity: float
    unit: str
    check: str
    codes: frozenset[str]
    make: Make
    least: Outcome = Outcome.WARN
    quality: int = 95
    kept: float = 1.0
    figure: str | None = None
    falls: bool = False

    @property
    def key(self) -> str:
        """Names it among all."""
        return f"{self.family} {self.severity:g}"


def catalogue() -> tuple[Fault, ...]:
    """All of them, family by family, the mildest of each first."""
    return (*_placed(), *_chart(), *_colour(), *_blur(), *_illegible(), *_missing(), *_file())


def _placed() -> Iterable[Fault]:
    def turn(deg: float) -> Make:
        return lambda frame, _: seeds.turned(frame, deg)

    for deg in (-10.0, -5.0, -2.0, -1.5, -1.2, -0.8, -0.3, -0.1, 0.1, 0.3, 0.8, 1.2, 1.5, 2.0, 5.0, 10.0):
        yield Fault("rotation", deg, "degrees", "sheet_alignment", frozenset({"skewed"}), turn(deg))
    for side in seeds.SIDES:
        for per_cent in (0.5, 2.0, 5.0):
            make = partial(lambda frame, _, side, share: seeds.cropped(frame, side, share), side=side,
                           share=per_cent / 100)  # fmt: skip
            yield Fault(f"cut at {side}", per_cent, "% of the sheet", "sheet_alignment", frozenset({"clipped"}), make)
    for deg in (90.0, 180.0, 270.0):
        codes = frozenset({"upside_down" if deg == 180 else "turned"})
        make = partial(lambda frame, _, deg: seeds.quarter_turned(frame, deg), deg=deg)
        yield Fault("quarter turn", deg, "degrees", "sheet_alignment", codes, make)


def _chart() -> Iterable[Fault]:
    gone = frozenset({"missing"})
    fail = Outcome.FAIL
    paint, cut = (lambda f, _: seeds.without(f, "colour_chart"), lambda f, _: seeds.cropped_off(f, "colour_chart"))
    yield Fault("chart painted over", 100, "% hidden", "colour_chart", gone, paint, fail)
    yield Fault("chart cropped off", 100, "% hidden", "colour_chart", gone, cut, fail)
    for per_cent in (25.0, 50.0, 75.0):
        make = partial(lambda frame, _, share: seeds.half_covered(frame, "colour_chart", share), share=per_cent / 100)
        yield Fault("chart covered", per_cent, "% hidden", "colour_chart", frozenset({"covered", "missing"}), make)


def _colour() -> Iterable[Fault]:
    for per_cent in (5.0, 10.0, 20.0):
        make = partial(lambda frame, _, by: seeds.cast(frame.image, by), by=per_cent)
        yield Fault("warm cast", per_cent, "% red more, blue less", "colour_chart", ANY, make,
                    figure="white_balance_de")  # fmt: skip
    for stops in (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0):
        make = partial(lambda frame, _, by: seeds.exposed(frame.image, by), by=stops)
        code = frozenset({"under" if stops < 0 else "over"})
        yield Fault("underexposed" if stops < 0 else "overexposed", abs(stops), "stops", "exposure", code, make,
                    figure="sheet_level", falls=stops < 0)  # fmt: skip
    for per_cent in (10.0, 20.0, 40.0):
        make = partial(lambda frame, _, by: seeds.uneven(frame.image, by), by=per_cent)
        yield Fault("uneven light", per_cent, "% left to right", "exposure", frozenset({"uneven"}), make,
                    figure="light_uneven")  # fmt: skip


def _blur() -> Iterable[Fault]:
    def whole(kernel: Callable[[Generator], Kernel]) -> Make:
        return lambda frame, rng: seeds.blurred(frame.image, kernel(rng))

    def label(kernel: Callable[[Generator], Kernel]) -> Make:
        return lambda frame, rng: seeds.label_blurred(frame, kernel(rng))

    shapes = (
        ("defocus", (1.0, 2.0, 3.0, 4.0, 6.0, 9.0), "px radius", lambda by, _: seeds.disc(by)),
        ("Gaussian blur", (1.0, 2.0, 3.0, 4.0, 6.0), "px sigma", lambda by, _: seeds.bell(by)),
        ("motion blur", (4.0, 8.0, 12.0, 20.0), "px", lambda by, rng: seeds.streak(by, float(rng.uniform(0, 180)))),
    )
    for where, made in (("", whole), (" of one label", label)):
        for name, severities, unit, kernel in shapes:
            for by in severities:
                make = made(partial(kernel, by))
                yield Fault(name + where, by, unit, "label_sharpness", frozenset({"blurred"}), make,
                            figure="edge_width_px")  # fmt: skip


def _illegible() -> Iterable[Fault]:
    """The largest label blurred in proportion to its letters: at the median of what costs an OCR engine a tenth of the
    words of 47 transcribed labels (calibration/reading.py), at their least, and at nine tenths of them."""
    shapes = (
        ("label illegible by defocus", (0.08, 0.25, 0.37), "x-heights radius", lambda by, _: seeds.disc(by)),
        ("label illegible by Gaussian blur", (0.08, 0.21, 0.30), "x-heights sigma", lambda by, _: seeds.bell(by)),
        ("label illegible by motion", (0.18, 0.46, 0.66), "x-heights",
         lambda by, rng: seeds.streak(by, float(rng.uniform(0, 180)))),
    )  # fmt: skip
    for name, severities, unit, kernel in shapes:
        for by in severities:
            make = partial(_by_letters, kernel, by)
            yield Fault(name, by, unit, "label_sharpness", frozenset({"blurred"}), make,
                            figure="edge_width_px")  # fmt: skip


def _by_letters(kernel: Callable[[float, Generator], Kernel], by: float, frame: Frame, rng: Generator) -> Image:
    return seeds.label_blurred(frame, kernel(by * seeds.letters_px(frame), rng))


def _missing() -> Iterable[Fault]:
    for name, check, codes in (
        ("label", "required_objects", frozenset({"missing"})),
        ("barcode", "required_objects", frozenset({"missing"})),
    ):
        make = partial(lambda frame, _, name: seeds.without(frame, name), name=name)
        yield Fault(f"every {name} painted over", 100, "% hidden", check, codes, make, Outcome.FAIL)


def _file() -> Iterable[Fault]:
    for rows in (1.0, 8.0, 64.0):
        make = partial(lambda frame, _, rows: seeds.black_lines(frame.image, rows), rows=round(rows))
        yield Fault("black lines", rows, "rows", "file", frozenset({"black_lines"}), make)
    for quality in (75, 50, 20, 10):
        yield Fault("JPEG quality", float(quality), "of 100", "file", frozenset({"note"}), lambda f, _: f.image,
                    quality=quality)  # fmt: skip
    for kept in (0.99, 0.9, 0.5):
        codes = frozenset({"truncated", "unreadable"})
        lost = round(100 * (1 - kept))
        yield Fault("file cut short", lost, "% lost", "file", codes, lambda f, _: f.image, Outcome.FAIL, kept=kept)
