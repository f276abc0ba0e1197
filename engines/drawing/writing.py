"""Words and letters for drawn labels: invented taxa, places and collectors, printed, typed or handwritten."""

from __future__ import annotations

import importlib.util
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
Colour = tuple[float, float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SYLLABLES = (
    "ra", "me", "lo", "ti", "ca", "nu", "pho", "li", "xe", "ro", "gal", "bri", "thy", "sa", "lan", "der", "vi", "ola",
    "cor", "mu", "pen", "ste", "ari", "zo", "qui", "den", "fra", "hel",
)  # fmt: skip
ENDINGS = ("um", "us", "a", "ia", "ella", "ense", "oides", "ifolia", "ata", "ensis", "phyllum", "anthus")
PLACES = (
    "North Ridge", "Upper Valley", "Old Quarry", "Lake shore", "Rio Claro", "Cape Road", "Mill Brook", "Bosque Alto",
    "Granite hill",
)  # fmt: skip
NAMES = (
    "A. Moreau", "J. Lindqvist", "M. Okoro", "P. Silva", "K. Tanaka", "E. Brandt", "R. Osei", "L. Novak",
    "T. Whitfield", "C. Duarte",
)  # fmt: skip
HABITATS = (
    "open woodland on sandy soil", "wet meadow, locally common", "dry slope among rocks", "roadside, disturbed ground",
    "shaded gully near stream", "secondary forest, 12 m tree", "flowers pale yellow", "fruit green, ripening red",
    "margin of pond, in shallow water", "limestone cliff, rare",
)  # fmt: skip
HOUSES = (
    "HERBARIUM", "FLORA OF", "PLANTS OF", "BOTANICAL GARDEN", "MUSEUM OF NATURAL HISTORY", "NATIONAL HERBARIUM",
    "UNIVERSITY",
)  # fmt: skip
SCRIPTS = (
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL | cv2.FONT_ITALIC,
    cv2.FONT_HERSHEY_SIMPLEX | cv2.FONT_ITALIC,
)


def pick(rng: Generator, words: Sequence[str]) -> str:
    """One of the words."""
    return words[int(rng.integers(len(words)))]


def taxon(rng: Generator) -> str:
    """An invented binomial such as `Galthyra loticense`."""
    genus = "".join(pick(rng, SYLLABLES) for _ in range(int(rng.integers(2, 4)))) + pick(rng, ["a", "um", "us", "ia"])
    epithet = "".join(pick(rng, SYLLABLES) for _ in range(int(rng.integers(1, 4)))) + pick(rng, ENDINGS)
    return f"{genus.capitalize()} {epithet}"


def date(rng: Generator) -> str:
    """A day between 1850 and 2020 in one of the usual spellings."""
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(12)), int(rng.integers(1850, 2021))
    names = ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"]
    return [f"{day} {names[month]} {year}", f"{day}.{month + 1}.{year}", f"{year}-{month + 1:02}-{day:02}"][day % 3]


def label_lines(rng: Generator, count: int) -> list[str]:
    """`count` lines of a collection label, the name of the taxon in the second."""
    lines = [f"{pick(rng, HOUSES)} {pick(rng, PLACES).upper()}", f"{taxon(rng)} {pick(rng, ['L.', 'Mill.', 'DC.'])}"]
    while len(lines) < count - 2:
        lines.append(pick(rng, [*HABITATS, f"{pick(rng, PLACES)}, alt. {int(rng.integers(10, 3000))} m"]))
    lines += [f"Leg. {pick(rng, NAMES)} no. {int(rng.integers(1, 9999))}", date(rng)]
    return lines[:count]


def wrapped(rng: Generator, lines: int, letters: int) -> list[str]:
    """A paragraph of about `lines` lines of at most `letters` letters."""
    words = ""
    while len(words) < lines * letters * 0.9:
        words += pick(rng, HABITATS) + pick(rng, [", ", ". ", "; "])
    return textwrap.wrap(words, max(letters, 8))[:lines]


@cache
def faces() -> tuple[str | None, ...]:
    """Font files: None stands for Pillow's own face; matplotlib's faces follow where it is installed."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return (None,)
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    wanted = (
        "DejaVuSans DejaVuSerif DejaVuSansMono DejaVuSerif-Bold DejaVuSans-Bold DejaVuSerif-Italic DejaVuSansMono-Bold"
    )
    wanted += " STIXGeneral STIXGeneralItalic STIXGeneralBol cmr10 cmtt10 cmss10"
    return (None, *(str(p) for name in wanted.split() if (p := folder / f"{name}.ttf").is_file()))


@cache
def font(face: str | None, size_px: int) -> Font:
    """A face at a size; Pillow's built-in one where `face` is None."""
    return ImageFont.load_default(max(size_px, 4)) if face is None else ImageFont.truetype(face, max(size_px, 4))


def any_face(rng: Generator) -> str | None:
    """A random installed face (one draw from the generator whatever is installed)."""
    return faces()[int(rng.random() * len(faces()))]


def lettered(
    tile: Pixels, marks: list[tuple[float, float, str]], face: str | None, size_px: float, ink: Colour, anchor: str
) -> None:
    """Print (x, y, text) marks into `tile` in place; `anchor` as Pillow names it, e.g. "la" left and top."""
    if not any(text for _, _, text in marks):
        return
    picture = Pillow.fromarray(tile)
    draw = ImageDraw.Draw(picture)
    shape, fill = font(face, round(size_px)), (int(ink[0]), int(ink[1]), int(ink[2]))
    for x, y, text in marks:
        draw.text((x, y), text, fill=fill, font=shape, anchor=anchor)
    tile[:] = np.asarray(picture)


def printed(
    tile: Pixels,
    lines: list[str],
    face: str | None,
    size_px: float,
    ink: Colour,
    at: tuple[float, float],
    *,
    leading: float = 1.35,
    centred: bool = False,
) -> None:
    """Print lines of text into `tile` in place, from `at` (x, y) px or centred; `size_px` is the font size."""
    x = tile.shape[1] / 2 if centred else at[0]
    marks = [(x, at[1] + n * leading * size_px, line) for n, line in enumerate(lines)]
    lettered(tile, marks, face, size_px, ink, "ma" if centred else "la")


def handwritten(
    tile: Pixels, lines: list[str], size_px: float, ink: Colour, at: tuple[float, float], rng: Generator
) -> None:
    """Write lines into `tile` in place with a pen: a script face, each word shifted, scaled and slanted a little."""
    script = SCRIPTS[int(rng.integers(len(SCRIPTS)))]
    pen = max(1, round(size_px / rng.uniform(9, 18)))
    scale = size_px / 30
    for number, line in enumerate(lines):
        x, y = at[0] + rng.normal(0, size_px / 4), at[1] + size_px + number * 1.5 * size_px
        slope = rng.normal(0, 0.02)
        for word in line.split():
            if x > tile.shape[1] * 0.94:
                break
            where = (round(x), round(y + rng.normal(0, size_px / 18)))
            grown = scale * rng.uniform(0.9, 1.12)
            cv2.putText(tile, word, where, script, grown, ink, pen, cv2.LINE_AA)
            wide = cv2.getTextSize(word, script, grown, pen)[0][0]
            x += wide + size_px * 0.4
            y += slope * wide
