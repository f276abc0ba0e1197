"""metrics.json -> the tables that metrics.md, the page and the model card show; one place says each number's name."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engines.required import MET, NOT_MET
from engines.tally import IN_THE_MEAN, LEAST_IOU

Cell = str | int | float | None
"""A float is a share of 1; None was not judged."""
Facts = Mapping[str, Any]
FEW = 4
"""So many institutions are named instead of counted."""
SIGNS = {MET: "✓ met", NOT_MET: "✗ not met"}


@dataclass(frozen=True, slots=True)
class Table:
    """`note` explains the columns; the first column of `rows` names the row."""

    name: str
    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def shown(cell: Cell) -> str:
    """As people read it: shares with three places, a dash for what was not judged."""
    return "–" if cell is None else f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def spoken(name: str) -> str:
    """A class's name in words."""
    return name.replace("_", " ")


def markdown(table: Table) -> str:
    """A heading, the note, the table; pipes in names are escaped."""
    rows = [table.head, *([shown(cell) for cell in row] for row in table.rows)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(
        [f"## {table.title}", "", table.note, "", lines[0], "|---" * len(table.head) + "|", *lines[1:], ""]
    )


def title(metrics: Facts) -> str:
    """Which model was measured on what."""
    return f"{metrics['model']['name']} {metrics['model']['version']} on {metrics['data']['name']}"


def measured_on(metrics: Facts) -> str:
    """How much was looked at; a few institutions are named, for they may be a part."""
    names = list(metrics["institutions"])
    of = f"{len(names)} institutions" if len(names) > FEW else ", ".join(names)
    return f"{metrics['data']['photographs']} photographs of {of}"


def tables(metrics: Facts) -> list[Table]:
    """All of them, totals first."""
    builders: tuple[Callable[[Facts], Table], ...] = (
        requirements, pixels, objects, presence, geometry, institutions, institution_objects,
    )  # fmt: skip
    return [build(metrics) for build in builders]


def requirements(metrics: Facts) -> Table:
    """Every limit with the figure reached."""
    rows = []
    for row in metrics["required"]:
        share = row["limit"] <= 1
        bound = f"{'at most' if row['at_most'] else 'at least'} {row['limit']:{'.2f' if share else 'g'}}"
        value = row["value"] if row["value"] is None or share else f"{row['value']:g}"
        rows.append((row["measure"], bound, value, row["from_regions"], SIGNS.get(row["verdict"], row["verdict"])))
    note = (
        "IoU counts for the class map, the network's own answer; beside it stands the same figure painted from the "
        "regions, the polygons on which the station's checks rely. “Not judged”: this evaluation does not "
        "measure it, or nothing of the kind occurs."
    )
    return Table("required", "Required", note, ("measure", "required", "reached", "from regions", ""), tuple(rows))


def pixels(metrics: Facts) -> Table:
    """IoU of each class in both maps, and how it spreads over institutions."""
    rows: list[tuple[Cell, ...]] = []
    for name, iou in metrics["total"]["iou"].items():
        each = [g["iou"][name]["class_map"] for g in metrics["institutions"].values()]
        rows.append((spoken(name), iou["class_map"], iou["regions"], *_spread(each)))
    mean = metrics["total"]["mean_iou"]
    counted = metrics["total"]["mean_iou_classes"]
    means = _spread([g["mean_iou"]["class_map"] for g in metrics["institutions"].values()])
    rows.append((f"mean of {len(counted)}", mean["class_map"], mean["regions"], *means))
    note = (
        "Intersection over union, all pixels of all photographs counted together; the band between plant and paper "
        "is left out. “Sheet” is the bare paper, not the sheet's outline (that is an object, below). A "
        "specimen's region is an outline without holes, so its second figure is lower by nature, and so is that of the "
        "sheet under it. The last columns: "
        "the class map's IoU in each institution that has the class. The mean is that of "
        f"{', '.join(map(spoken, counted))}."
    )
    head = ("class", "class map", "regions", "lowest", "median", "highest", "institutions")
    return Table("pixels", "Pixels: IoU of each class", note, head, tuple(rows))


def _spread(each: Iterable[float | None]) -> tuple[Cell, Cell, Cell, int]:
    """Lowest, median, highest of those judged, and how many they are."""
    judged = [value for value in each if value is not None]
    if not judged:
        return None, None, None, 0
    return min(judged), float(statistics.median(judged)), max(judged), len(judged)


def spread(metrics: Facts) -> Table:
    """How the figures of objects differ from institution to institution, without naming one."""
    groups = metrics["institutions"].values()
    each: dict[str, list[float | None]] = {"mean IoU": [g["mean_iou"]["class_map"] for g in groups]}
    for name in metrics["total"]["objects"]:
        each[f"F1 of {spoken(name)} at IoU 0.5"] = [g["objects"][name]["at_0.5"]["f1"] for g in groups]
    each["upright direction right"] = [g["upright"]["accuracy"] for g in groups]
    rows = tuple((measure, *_spread(values)) for measure, values in each.items())
    head = ("measure", "lowest", "median", "highest", "institutions")
    note = "The same figures taken for each institution by itself; the last column counts those that could be judged."
    return Table("spread", "From institution to institution", note, head, rows)


def objects(metrics: Facts) -> Table:
    """Precision, recall and F1 of the objects."""
    rows = []
    for name, facts in metrics["total"]["objects"].items():
        loose, strict = (facts[f"at_{least:g}"] for least in LEAST_IOU)
        rows.append((
            spoken(name), facts["annotated"], facts["found"],
            _with_interval(loose["precision"], loose["precision_95"]),
            _with_interval(loose["recall"], loose["recall_95"]),
            loose["f1"], strict["precision"], strict["recall"], strict["f1"], facts["mean_iou_of_hits"],
        ))  # fmt: skip
    note = (
        "Found objects belong to annotated ones one to one, the best overlap first. In brackets the 95 % interval "
        "(Wilson). The last column: mean IoU of those found at 0.5."
    )
    head = ("object", "annotated", "found", "precision at 0.5", "recall at 0.5", "F1 at 0.5", "precision at 0.75",
            "recall at 0.75", "F1 at 0.75", "IoU of hits")  # fmt: skip
    return Table("objects", "Objects: precision, recall, F1", note, head, tuple(rows))


def _with_interval(value: float | None, interval: list[float] | None) -> Cell:
    return None if value is None or interval is None else f"{value:.3f} ({interval[0]:.2f}–{interval[1]:.2f})"


def presence(metrics: Facts) -> Table:
    """Is the object there or not, as a decision about each photograph."""
    rows = [
        (spoken(name), f"{p['there_found']} of {p['there']}", _range(p["there_found_95"]),
         f"{p['absent_not_found']} of {p['absent']}", _range(p["absent_not_found_95"]), p["balanced_accuracy"])
        for name, p in metrics["total"]["presence"].items()
    ]  # fmt: skip
    note = "Photographs in which at least one is found. Balanced accuracy: the mean of the two shares."
    head = ("object", "there: found", "95 %", "absent: not found", "95 %", "balanced accuracy")
    return Table("presence", "Present or absent", note, head, tuple(rows))


def _range(interval: list[float] | None) -> Cell:
    return None if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}"


def geometry(metrics: Facts) -> Table:
    """The upright direction and the sheet's corners."""
    upright, corners = metrics["total"]["upright"], metrics["total"]["corners"]
    count = upright["right"] + upright["wrong"] + upright["not_said"]
    rows: list[tuple[Cell, ...]] = [
        ("upright direction: right", f"{upright['right']} of {count}",
         _with_interval(upright["accuracy"], upright["accuracy_95"])),
        ("upright direction: wrong", f"{upright['wrong']} of {count}", None),
        ("upright direction: not said", f"{upright['not_said']} of {count}", None),
    ]  # fmt: skip
    sheets = f"{corners['sheets']} of {corners['sheets'] + corners['missed']}"
    for kind in ("farthest", "mean"):
        said = None
        if corners["sheets"]:
            said = " / ".join(f"{corners[f'{kind}_{at}']:.2f} %" for at in ("median", "p90", "largest"))
        rows.append((f"sheet, {kind} corner: median / 90th percentile / largest", sheets, said))
    note = (
        "Right counts among all photographs whose direction is known. Corner errors are per cent of the photograph's "
        "long side, of the sheets found; only sheets with four annotated corners inside the frame."
    )
    return Table("geometry", "Upright direction and corners", note, ("measure", "photographs", "figure"), tuple(rows))


def institutions(metrics: Facts) -> Table:
    """IoU of each institution."""
    shown = [name for name in IN_THE_MEAN if name in metrics["total"]["iou"]]
    rows = [
        (name, g["photographs"], g["mean_iou"]["class_map"], *(g["iou"][c]["class_map"] for c in shown))
        for name, g in _worst_first(metrics)
    ]
    note = "IoU of the class map, the weakest mean first. Few photographs mean wide chance: mind the counts."
    head = ("institution", "photographs", "mean", *map(spoken, shown))
    return Table("institutions", "Institutions: pixels", note, head, tuple(rows))


def institution_objects(metrics: Facts) -> Table:
    """Objects, presence and direction of each institution."""
    counted = [name for name in metrics["total"]["objects"] if name != "sheet"]
    rows = []
    for name, g in _worst_first(metrics):
        chart, upright, corners = g["presence"]["colour_chart"], g["upright"], g["corners"]
        right = chart["there_found"] + chart["absent_not_found"]
        rows.append((
            name, g["photographs"], *(g["objects"][c]["at_0.5"]["f1"] for c in counted),
            f"{right} of {chart['there'] + chart['absent']}",
            f"{upright['right']} of {upright['right'] + upright['wrong'] + upright['not_said']}",
            None if corners["farthest_median"] is None else f"{corners['farthest_median']:.2f} %",
        ))  # fmt: skip
    note = (
        "F1 at IoU 0.5; photographs in which the chart's presence or absence is told rightly; direction told rightly; "
        "the sheet's farthest corner, median, per cent of the long side."
    )
    head = ("institution", "photographs", *(f"{spoken(c)} F1" for c in counted), "chart told", "upright", "corner")
    return Table("institution-objects", "Institutions: objects", note, head, tuple(rows))


def _worst_first(metrics: Facts) -> list[tuple[str, Facts]]:
    def key(item: tuple[str, Facts]) -> tuple[bool, float, str]:
        mean = item[1]["mean_iou"]["class_map"]
        return mean is None, mean or 0.0, item[0]

    return sorted(metrics["institutions"].items(), key=key)
