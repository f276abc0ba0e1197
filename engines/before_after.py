"""What two networks make of the same annotated photographs, side by side: figures, a table, a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from rich.table import Table

from engines.network import Network
from engines.train import validation_iou
from engines.truth import HERBARIUM, IGNORE, Sample
from station.preview import INKS
from station.types import Image

SHOWN = 6
"""Photographs in the picture: those in which most has changed."""
PANEL_PX = 420
"""Long side of one panel of the picture."""


@dataclass(frozen=True, slots=True)
class Look:
    """`iou` (classes,), NaN where a class does not occur; `maps` one uint8 (h/2, w/2) a photograph."""

    iou: NDArray[np.float64]
    maps: tuple[NDArray[np.uint8], ...]

    def of(self, names: Sequence[str]) -> dict[str, float]:
        """IoU by class name, rounded for people, and the mean of these classes."""
        values = {name: float(self.iou[HERBARIUM.index(name)]) for name in names}
        return {name: round(v, 3) for name, v in (*values.items(), ("mean", float(np.mean(list(values.values())))))}


def look(network: Network, samples: Sequence[Sample]) -> Look:
    """Ask `network`, where it is, about `samples`."""
    device = next(network.parameters()).device
    return Look(validation_iou(network, samples, device), tuple(class_map(network, s.image) for s in samples))


@torch.no_grad()
def class_map(network: Network, image: Image) -> NDArray[np.uint8]:
    """Class ids at half the size of `image`, whose right and lower rest beyond a multiple of 32 is not looked at."""
    network.eval()
    h, w = (side // 32 * 32 for side in image.shape[:2])
    seen = torch.from_numpy(np.ascontiguousarray(image[None, :h, :w])).to(next(network.parameters()).device)
    return np.asarray(network(seen).classes[0].argmax(0).cpu().numpy(), np.uint8)


def table(before: Look, after: Look, names: Sequence[str], photographs: int) -> Table:
    """IoU by class."""
    grid = Table(title=f"{photographs} photographs held back: IoU by class", title_justify="left")
    for heading in ("class", "before", "after", "change"):
        grid.add_column(heading, justify="left" if heading == "class" else "right")
    old, new = before.of(names), after.of(names)
    for name in old:
        change = new[name] - old[name]
        style = "bold " * (name == "mean") + ("red" if change < -0.02 else "green" if change > 0.02 else "default")
        grid.add_row(name, f"{old[name]:.3f}", f"{new[name]:.3f}", f"{change:+.3f}", style=style)
    return grid


def picture(path: Path, samples: Sequence[Sample], before: Look, after: Look) -> None:
    """Photograph, before, after and truth in a row for each of the SHOWN photographs with most changes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.patches import Patch

    changed = [float((a != b).mean()) for a, b in zip(before.maps, after.maps, strict=True)]
    rows = sorted(sorted(range(len(samples)), key=lambda i: -changed[i])[:SHOWN])
    figure, axes = pyplot.subplots(len(rows), 4, figsize=(11, 3.6 * len(rows) + 0.6), squeeze=False)
    for line, i in zip(axes, rows, strict=True):
        sample = samples[i]
        maps = (None, before.maps[i], after.maps[i], sample.class_map[::2, ::2])
        titles = (Path(sample.name).name, "before", "after", "truth (hatched: not known)")
        for panel, class_ids, title in zip(line, maps, titles, strict=True):
            panel.imshow(painted(sample.image, class_ids))
            panel.set_title(title, fontsize=8)
            panel.set(xticks=[], yticks=[])
    inks = [Patch(color=np.array(INKS[name]) / 255, label=name) for name in HERBARIUM[2:]]
    inks = [Patch(color="0.3", label="background"), Patch(fc="white", ec="0.5", label="sheet"), *inks]
    figure.legend(handles=inks, loc="lower center", ncols=len(inks), fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0.5 / figure.get_figheight(), 1, 1))
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def painted(image: Image, class_ids: NDArray[np.uint8] | None) -> Image:
    """A small copy of `image` with `class_ids` (half its size, may end before its edge) laid over it: the background
    dark, the sheet as it is, everything else in its colour."""
    scale = min(1.0, PANEL_PX / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if class_ids is None:
        return np.asarray(small, np.uint8)
    whole = np.zeros(((image.shape[0] + 1) // 2, (image.shape[1] + 1) // 2), np.uint8)
    whole[: class_ids.shape[0], : class_ids.shape[1]] = class_ids
    ids = cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    inks = np.zeros((256, 3), np.float32)
    inks[1 : len(HERBARIUM)] = [INKS[name] for name in HERBARIUM[1:]]
    laid = (ids != HERBARIUM.index("sheet")) & (ids != IGNORE)
    small[laid] = (0.35 * small[laid] + 0.65 * inks[ids[laid]]).astype(np.uint8)
    ys, xs = np.indices(ids.shape)
    small[(ids == IGNORE) & ((xs + ys) % 6 < 2)] = (0, 0, 0)
    return np.asarray(small, np.uint8)
