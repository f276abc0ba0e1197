"""`station bench agreement`: what `station judge` says of annotated photographs, beside the annotations (COCO)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from station import judging, kit, line
from station.config import Config
from station.records import event
from station.types import Verdict

PRESENCE = ("colour_chart", "barcode", "scale_bar", "stamp", "packet")


@dataclass(slots=True)
class Tally:
    """Counts over all photographs. `presence`: class -> (annotated, found) a photograph; `corners`: largest corner
    error of a sheet as a share of the photo's long side; `labels`: (annotated, found)."""

    presence: dict[str, list[tuple[bool, bool]]] = field(default_factory=lambda: {name: [] for name in PRESENCE})
    labels: list[tuple[int, int]] = field(default_factory=list)
    corners: list[float] = field(default_factory=list)
    upright: list[bool | None] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


def bench(coco: Path, images: Path, config: Config, console: Console) -> Tally:
    """Judge every photograph of `coco` and compare. Every verdict must make a valid contract object."""
    facts = json.loads(coco.read_text())
    names = {c["id"]: c["name"] for c in facts["categories"]}
    segmenter = kit.open_segmenter(config)
    made = kit.make_line(config, segmenter)
    tally = Tally()
    for image in track(facts["images"], "judging", console=console):
        verdict = line.judge(judging.capture_of(images / image["file_name"]), made).verdict
        json.dumps(event(verdict), allow_nan=False)
        mine = [a for a in facts["annotations"] if a["image_id"] == image["id"]]
        compare(verdict, image, [(names[a["category_id"]], a) for a in mine], tally)
    segmenter.close()
    _print(tally, console)
    return tally


def compare(
    verdict: Verdict, image: Mapping[str, Any], truth: Sequence[tuple[str, Mapping[str, Any]]], tally: Tally
) -> None:
    """Add one photograph to `tally`."""
    found = [r.name for r in verdict.regions]
    for name in PRESENCE:
        tally.presence[name].append((any(n == name for n, _ in truth), name in found))
    tally.labels.append((sum(n == "label" for n, _ in truth), found.count("label")))
    tally.outcomes[verdict.outcome.name] = tally.outcomes.get(verdict.outcome.name, 0) + 1
    tally.seconds.append(verdict.seconds["total"])
    if (error := corner_error(verdict, truth)) is not None:
        tally.corners.append(error)
    turn = verdict.measures.get("orientation_deg")
    known = turn is not None and image.get("upright") is not None
    tally.upright.append(turn == image["upright"] if known else None)


def corner_error(verdict: Verdict, truth: Sequence[tuple[str, Mapping[str, Any]]]) -> float | None:
    """Largest distance from an annotated corner to the nearest one found (within the frame), over the long side.

    None where the annotation has no sheet with four corners. A sheet that was not found is 1.
    """
    rings = [np.asarray(a["segmentation"][0], float).reshape(-1, 2) for n, a in truth if n == "sheet"]
    if not rings or verdict.size_px is None or len(rings[0]) != 4:
        return None
    return _farthest(rings[0], verdict)


def _farthest(ring: NDArray[np.float64], verdict: Verdict) -> float:
    sheets = [r.polygon for r in verdict.regions if r.name == "sheet"]
    if not sheets or verdict.size_px is None:
        return 1.0
    size = np.array(verdict.size_px)
    inside = np.clip(sheets[0], 0, size)
    distance = np.linalg.norm(ring[:, None] - inside[None], axis=2).min(axis=1)
    return float(distance.max() / size.max())


def _print(tally: Tally, console: Console) -> None:
    table = Table("", "figure", "of", title=f"{len(tally.labels)} photographs against their annotations")
    for name, pairs in tally.presence.items():
        there, absent = [f for t, f in pairs if t], [f for t, f in pairs if not t]
        table.add_row(f"{name} present: found", f"{sum(there)}", f"{len(there)}")
        table.add_row(f"{name} absent: not found", f"{len(absent) - sum(absent)}", f"{len(absent)}")
    exact = sum(a == b for a, b in tally.labels)
    near = sum(abs(a - b) <= 1 for a, b in tally.labels)
    table.add_row("labels counted exactly / within one", f"{exact} / {near}", f"{len(tally.labels)}")
    if tally.corners:
        at = np.percentile(tally.corners, [50, 90]) * 100
        table.add_row("sheet: farthest corner, % of long side", f"{at[0]:.2f} median, {at[1]:.2f} p90",
                      f"{len(tally.corners)} with four corners")  # fmt: skip
    known = [u for u in tally.upright if u is not None]
    table.add_row("upright direction right / not said", f"{sum(known)} / {len(tally.upright) - len(known)}",
                  f"{len(tally.upright)}")  # fmt: skip
    said = ", ".join(f"{n} {o}" for o, n in sorted(tally.outcomes.items()))
    table.add_row("outcomes with the default profile", said, f"{len(tally.labels)}")
    table.add_row("seconds a photograph, median", f"{np.median(tally.seconds):.2f}", "")
    console.print(table)
