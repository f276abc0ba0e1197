"""Chart files -> Charts. A kind of chart, or one physical copy, is one YAML file; adding a chart is adding a file.

A file that says `like: NAME` has that kind's patches and layout, and its values unless it gives its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from station.located import Located, read
from station.measure import colour
from station.settings import Settings
from station.types import Chart, Patch, Share

SHIPPED = Path(str(files("calibration"))) / "charts"
Three = tuple[float, float, float]
Part = Annotated[float, Field(ge=0, le=1)]
NEUTRAL = 3.5
"""Patches of less chroma (CIELAB) are meant to be grey: the ColorChecker's white has 3.1, its dullest colour 21."""


class PatchTable(Settings):
    """One patch in a chart file."""

    name: str = Field(default="", description="What the maker calls it.")
    lab: Three | None = Field(default=None, description="CIELAB, D50, 2 degrees; null: not known.")
    rgb: Three | None = Field(default=None, description="What it roughly looks like in sRGB, where there is no `lab`.")
    at: tuple[Part, Part, Part, Part] | None = Field(
        default=None, description="Left, top, width, height as shares of the card, where rows and columns do not tell."
    )
    density: float | None = Field(default=None, ge=0, description="Optical density that `lab` was computed from.")
    neutral: bool | None = Field(default=None, description="Meant to be grey; else told from its chroma.")


class ChartFile(Settings):
    """A file in calibration/charts."""

    name: str = Field(default="", description="The chart's name for people.")
    maker: str = Field(default="", description="Who makes it.")
    like: str | None = Field(default=None, description="A kind whose patches and layout it shares.")
    kind: Literal["colour", "grey"] = Field(default="colour", description="Whether it has coloured patches.")
    values: Literal["nominal", "approximate", "none", "photographed", "measured"] = Field(
        default="none", description="Whose the values are: the maker's, another copy's, none, this copy's own."
    )
    source: str = Field(default="", description="Where values and layout come from.")
    illuminant: Literal["D50"] = Field(default="D50", description="Illuminant of the values.")
    observer_deg: Literal[2] = Field(default=2, description="Observer of the values, degrees.")
    length_mm: float | None = Field(default=None, gt=0, description="Long side of the card, mm.")
    width_mm: float | None = Field(
        default=None, gt=0, description="Width that the places of the patches are shares of, mm: gives the resolution."
    )
    card_aspect: float | None = Field(default=None, gt=0, description="Width over height of the card; else `aspect`.")
    aspect: float = Field(default=1.0, gt=0, description="Width over height of the patch field with its frame.")
    rows: int = Field(default=1, ge=1, description="Rows of patches.")
    columns: int = Field(default=1, ge=1, description="Columns of patches.")
    gap: float = Field(default=0.0, ge=0, lt=1, description="Part of a cell between patches.")
    field: tuple[Part, Part, Part, Part] = Field(
        default=(0, 0, 1, 1), description="Left, top, width, height of the patch field, shares of the card."
    )
    frame: Three = Field(default=(128, 128, 128), description="sRGB of what is between the patches, for drawing.")
    ticks: list[str] = Field(default=[], description="Scales printed beside the patches, for drawing.")
    patches: list[PatchTable] = Field(default=[], description="The patches, row by row.")
    serial: str = Field(default="", description="Serial number of this physical copy.")
    recorded: date | None = Field(default=None, description="When the values of this copy were taken.")
    due: date | None = Field(default=None, description="When they should be taken again.")


def known(folder: Path) -> tuple[Chart, ...]:
    """Every kind of chart in a folder, by name; physical copies are left out. Raises ConfigError for a bad file."""
    charts = (load(path) for path in sorted(folder.glob("*.yaml")))
    return tuple(chart for chart in charts if not chart.serial)


def named(located: Located, names: Sequence[str]) -> tuple[Chart, ...]:
    """The charts that a rig file lists under `charts:`, by name in calibration/charts or by path from the rig's folder.

    Raises ConfigError.
    """
    found = []
    for n, name in enumerate(names):
        is_path = name.endswith((".yaml", ".yml"))
        path = located.path.parent / name if is_path else SHIPPED / f"{name}.yaml"
        if not path.is_file():
            remedy = f"Known: {_names()}; or give a path ending in .yaml."
            raise located.error(("charts", n), f"there is no chart '{name}'", remedy)
        found.append(load(path))
    return tuple(found)


def _names() -> str:
    return ", ".join(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load(path: Path) -> Chart:
    """One chart. Raises ConfigError, with file and line."""
    return _loaded(path, path.stat().st_mtime_ns if path.is_file() else 0)


@cache
def _loaded(path: Path, _: int) -> Chart:
    """Read once, and again when the file was written anew: there are some twenty, and YAML is slow."""
    located = read(path)
    table = located.table((), ChartFile)
    if table.like is None:
        patches = _patches(located, table)
        return _chart(path, table, path.stem, table.card_aspect or table.aspect, patches)
    places = [folder / f"{table.like}.yaml" for folder in (path.parent, SHIPPED)]
    kind = next((place for place in places if place.is_file() and place != path), None)
    if kind is None:
        raise located.error(("like",), f"there is no chart '{table.like}'", f"Known: {_names()}.")
    base = load(kind)
    return _chart(path, table, base.layout, base.aspect, _valued(located, table, base))


def _chart(path: Path, table: ChartFile, layout: str, aspect: float, patches: tuple[Patch, ...]) -> Chart:
    title = table.name or path.stem
    return Chart(path.stem, title, layout, aspect, table.values, patches, table.length_mm, table.serial,
                 table.recorded, table.due, table.width_mm)  # fmt: skip


def _patches(located: Located, table: ChartFile) -> tuple[Patch, ...]:
    spots = grid(table.rows, table.columns, table.gap, table.aspect, table.field)
    if len(table.patches) != len(spots) and any(p.at is None for p in table.patches):
        said = f"{len(table.patches)} patches, but {table.rows} rows of {table.columns}"
        raise located.error(("patches",), said, "Name every patch, row by row.")
    made = []
    for n, patch in enumerate(table.patches):
        if patch.lab is None and patch.rgb is None:
            raise located.error(("patches", n), f"patch {n + 1} has neither lab nor rgb", "Give it one of them.")
        look = patch.lab if patch.lab is not None else _three(colour.lab(np.array(patch.rgb)))
        place = Share(*patch.at) if patch.at is not None else spots[n]
        neutral = bool(np.hypot(*look[1:]) < NEUTRAL) if patch.neutral is None else patch.neutral
        made.append(Patch(patch.name or str(n + 1), look, _value(table, patch.lab), place, neutral))
    return tuple(made)


def _valued(located: Located, table: ChartFile, base: Chart) -> tuple[Patch, ...]:
    """The patches of `base` with the values of the file itself, where it gives any."""
    if table.patches and len(table.patches) != len(base.patches):
        said = f"{len(table.patches)} patches, but {base.name} has {len(base.patches)}"
        raise located.error(("patches",), said, "Name every patch, row by row.")
    own: list[Three | None] = [p.lab for p in table.patches] or [p.lab for p in base.patches]
    return tuple(
        Patch(p.name, lab if lab is not None and table.patches else p.look, _value(table, lab), p.place, p.neutral)
        for p, lab in zip(base.patches, own, strict=True)
    )


def _value(table: ChartFile, lab: Three | None) -> Three | None:
    return None if table.values == "none" else lab


def _three(values: Any) -> Three:
    return float(values[0]), float(values[1]), float(values[2])


def grid(rows: int, columns: int, gap: float, aspect: float, field: tuple[float, float, float, float]) -> list[Share]:
    """Places of rows x columns patches, row by row, in a field (shares of the card) that is `aspect` wide over high.

    `gap` is the part of a cell between patches; the same is left round them (as engines/drawing/chart.py draws it).
    """
    w, h = aspect, 1.0
    edge = gap * min(w / columns, h / rows) / 2
    cell_w, cell_h = (w - 2 * edge) / columns, (h - 2 * edge) / rows
    inset = gap * min(cell_w, cell_h) / 2
    left, top, width, height = field
    return [
        Share(
            left + width * (edge + c * cell_w + inset) / w,
            top + height * (edge + r * cell_h + inset) / h,
            width * (cell_w - 2 * inset) / w,
            height * (cell_h - 2 * inset) / h,
        )
        for r in range(rows)
        for c in range(columns)
    ]
