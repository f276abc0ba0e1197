"""Which slides lie in the frame, and is a place between them empty?

Measures: the slides found (number) and `slides`, in reading order: number, row and column from 1, place, values read.
Default limits: an empty place between others is WARN `empty` (ours); with `slides` set, another number of slides is
FAIL `count` (ours): a slide that was not found is a slide that was not judged. A place is told to be empty where the
slides stand in rows and columns of one pitch; empty places at the rim are told only where another row reaches there.

UNKNOWN: the engine did not answer, its model knows no slides, no slide was found, or empty places are asked for and the
slides lie in no grid. For slides that lie loosely on a board set `empty: off`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from station.errors import EngineError
from station.settings import Settings as Base
from station.trays import in_order
from station.types import Barcode, Box, Finding, Measure, Outcome, Region, Scene

NAME = "tray"
OUTCOMES = {"fail": Outcome.FAIL, "warn": Outcome.WARN}


class Settings(Base):
    empty: Literal["fail", "warn", "off"] = Field(
        default="warn", description="What an empty place between slides means (ours)."
    )
    slides: int | None = Field(
        default=None, ge=1, description="Another number of slides in the frame is FAIL; empty: any number (ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """Findings about the places, one measure a slide. Raises EngineError when the engine did not answer."""
    if "slide" not in scene.segmentation.classes:
        yield _unknown("The engine's model knows no slides.", "Choose another profile or model.")
        return
    places, slides, grid = in_order(scene.regions)
    there = [(place, slides[place.thing]) for place in places if place.thing is not None]
    for number, (place, slide) in enumerate(there, 1):
        yield Measure("slides", _measure(number, place.row, place.col, slide, scene.barcodes))
    if not there:
        yield _unknown("No slide was found.", "Look whether a slide lies in the frame.")
        return
    alarms = list(_alarms(scene, settings, grid))
    yield from alarms
    if not alarms:
        many = f"{len(there)} slides lie" if len(there) > 1 else "One slide lies"
        rows = f" in {max(place.row for place in places)} rows" if len(there) > 1 else ""
        text = f"{many} in the frame{rows}."
        yield Finding(NAME, "ok", Outcome.PASS, text, "", len(there), settings.slides, "slides")


def _alarms(scene: Scene, settings: Settings, grid: bool) -> Iterator[Finding]:
    places, slides, _ = in_order(scene.regions)
    if settings.slides is not None and len(slides) != settings.slides:
        yield Finding(
            NAME,
            "count",
            Outcome.FAIL,
            f"{len(slides)} slides were found; there should be {settings.slides}.",
            "Look for a slide that is missing, lies on another or was overlooked; take it again.",
            len(slides),
            settings.slides,
            "slides",
        )
    if settings.empty == "off" or len(slides) < 2:
        return
    if not grid:
        yield _unknown(
            "The slides lie in no grid, so empty places cannot be told.",
            "Straighten the slides, or set `tray: {empty: off}` where they lie loosely.",
        )
    width, height = slides[0].box[2:]
    for place in places:
        if place.thing is None:
            x, y = place.middle
            yield Finding(
                NAME,
                "empty",
                OUTCOMES[settings.empty],
                f"The place in row {place.row}, column {place.col} is empty.",
                "If a slide belongs there, find it before the tray leaves the bench.",
                where=Box(max(0, round(x - width / 2)), max(0, round(y - height / 2)), width, height),
            )


def _measure(
    number: int, row: int, col: int, slide: Region, barcodes: tuple[Barcode, ...] | EngineError
) -> dict[str, object]:
    read = [] if isinstance(barcodes, EngineError) else [b.value for b in barcodes if _lies_in(b.box, slide.box)]
    return {"number": number, "row": row, "col": col, "bbox": list(slide.box), "specimen": read}


def _lies_in(inner: Box, outer: Box) -> bool:
    x, y = inner.x + inner.w / 2 - outer.x, inner.y + inner.h / 2 - outer.y
    return 0 <= x <= outer.w and 0 <= y <= outer.h


def _unknown(message: str, remedy: str) -> Finding:
    return Finding(NAME, "not_judged", Outcome.UNKNOWN, message, remedy)
