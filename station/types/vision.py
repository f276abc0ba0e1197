"""What the network is and what it sees. Array shapes and dtypes are checked on creation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.types.capture import Box

SIDES_STRIDE, SIDES_REACH_PX = 8, 1024
"""Of `Maps.sides`: input pixels a cell; the farthest side that can be told, input pixels."""
CELL_PX = SIDES_STRIDE // 2
"""Map pixels a cell of `sides`, a map pixel being two input pixels; its middle lies at half of it."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained network as its `model.yaml` describes it. `input_side_px` is the long side it looks at."""

    name: str
    path: Path
    sha256: str
    version: str
    classes: tuple[str, ...]
    input_side_px: int
    multiple_px: int
    licence: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What made a class map; stands in every verdict."""

    model: str
    model_sha256: str
    backend: str
    precision: str
    version: str


@dataclass(frozen=True, slots=True)
class Maps:
    """What a backend answers for n images.

    class_map uint8 (n, h, w), class ids; confidence uint8 (n, h, w), 255 = certain; core uint8 (n, h, w), 255 =
    surely inside one object and away from its outline (parts objects that touch); upright float32 (n, 4),
    probability that the photograph must be turned clockwise by 0, 90, 180, 270 degrees to read its text;
    sides uint8 (n, 4, h', w'), cells of SIDES_STRIDE input pixels: how far the left, top, right and bottom side of
    the upright box round the straight-sided object at the cell's middle are away, (v / 255)^2 x SIDES_REACH_PX input
    pixels (the root keeps small objects exact). It means nothing where there is no such object.
    """

    class_map: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    core: NDArray[np.uint8]
    upright: NDArray[np.float32]
    sides: NDArray[np.uint8]

    def __post_init__(self) -> None:
        _expect("class_map", self.class_map, np.uint8, 3)
        _expect("confidence", self.confidence, np.uint8, 3)
        _expect("core", self.core, np.uint8, 3)
        _expect("upright", self.upright, np.float32, 2)
        _expect("sides", self.sides, np.uint8, 4)


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The maps of one photograph as in Maps; `photo_px_per_map_px` is (x, y); `upright_deg` is None when in doubt."""

    class_map: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    core: NDArray[np.uint8]
    sides: NDArray[np.uint8]
    classes: tuple[str, ...]
    photo_px_per_map_px: tuple[float, float]
    upright_deg: int | None
    engine: Engine

    def __post_init__(self) -> None:
        _expect("class_map", self.class_map, np.uint8, 2)
        _expect("confidence", self.confidence, np.uint8, 2)
        _expect("core", self.core, np.uint8, 2)
        _expect("sides", self.sides, np.uint8, 3)

    def boxes_told(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
        """The box that each of n cells of `sides` tells: (n, 4) left, top, right, bottom; map pixels."""
        at = np.stack((columns, rows), axis=1) * CELL_PX + float(CELL_PX // 2)
        far = (self.sides[:, rows, columns].T / 255.0) ** 2 * SIDES_REACH_PX * CELL_PX / SIDES_STRIDE
        return np.concatenate((at - far[:, :2], at + far[:, 2:]), axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Region:
    """One object found. `polygon` float32 (n, 2), photo pixels; for straight-sided objects its four corners,
    clockwise from the top-left. `confidence` 0..1."""

    name: str
    polygon: NDArray[np.float32]
    area_px: float
    confidence: float

    def __post_init__(self) -> None:
        _expect("polygon", self.polygon, np.float32, 2)

    @property
    def box(self) -> Box:
        """The upright rectangle round the polygon, whole pixels."""
        return Box.round(self.polygon)


@dataclass(frozen=True, slots=True)
class Barcode:
    """One barcode value as read. `symbology` as the decoder names it, e.g. "Code128"."""

    value: str
    symbology: str
    box: Box


def _expect(name: str, array: NDArray[np.generic], dtype: type[np.generic], dimensions: int) -> None:
    if array.dtype != dtype or array.ndim != dimensions:
        raise ValueError(
            f"{name} must be {np.dtype(dtype)} with {dimensions} dimensions, got {array.dtype} {array.shape}"
        )
