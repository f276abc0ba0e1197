"""Drawn pictures as training samples: what the painters say, in the form of what people annotated."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tqdm import tqdm

from engines import pasted_trays
from engines.drawing.canvas import SLIDE_CLASSES
from engines.synthesise import draw_sheet
from engines.synthesise_slides import draw_slides
from engines.truth import HERBARIUM, Sample, paint

PATIENCE = 1 if sys.stderr.isatty() else 20
"""Seconds between two looks of the progress bar: a log file wants fewer lines than a person."""


def slides(count: int, long_side_px: int, seed: int, bank: Sequence[Sample] = ()) -> list[Sample]:
    """`count` photographs of slides and trays with exact truth; a specimen is the whole of its outline. A third of them
    are trays of the slides in `bank`, where there are any, the others drawn."""
    samples = pasted_trays.trays(bank, count // 3, long_side_px, seed)
    for i in tqdm(range(count - len(samples)), desc="drawing", unit="picture", mininterval=PATIENCE):
        drawn = draw_slides(seed + i, long_side_px=long_side_px)
        things = tuple((t.name, t.polygon) for t in drawn.things)
        painted = paint(drawn.image, things, SLIDE_CLASSES, in_order=True)
        samples.append(Sample(f"drawn-{seed + i}", "drawn", drawn.image, *painted, drawn.upright_deg // 90 % 4, things))
    return samples


def sheets(count: int, long_side_px: int, seed: int, _bank: Sequence[Sample] = ()) -> list[Sample]:
    """`count` drawn sheets with exact truth; every sixth in the calm style of the demo. Photographs are composed
    later, with every view (engines/compose.py)."""
    samples = []
    for i in tqdm(range(count), desc="drawing", unit="sheet", mininterval=PATIENCE):
        sheet = draw_sheet(seed + i, long_side_px=long_side_px, plain=i % 6 == 0)
        things = tuple((t.name, t.polygon) for t in sheet.things)
        _, core, owner = paint(sheet.image, [t for t in things if t[0] != "specimen"], HERBARIUM)
        core[sheet.class_map == HERBARIUM.index("specimen")] = 0
        owner[sheet.class_map == HERBARIUM.index("specimen")] = 0
        upright = sheet.upright_deg // 90 % 4
        name = f"drawn-{seed + i}"
        samples.append(Sample(name, "drawn", sheet.image, sheet.class_map, core, owner, upright, things))
    return samples


PAINTERS = {"herbarium-sheet": sheets, "microscope-slide": slides}
"""Profile -> who paints (count, long side px, first seed, photographs to paint with)."""
