"""Figures of a verdict that a fault makes larger or smaller, whatever the limits say: ROC curves are drawn of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

Measures = Mapping[str, object]


def _largest(of_what: str, key: str) -> Callable[[Measures], float | None]:
    """The largest `key` of all labels, or charts."""

    def read(measures: Measures) -> float | None:
        things = measures.get(of_what)
        told = [t.get(key) for t in things if isinstance(t, Mapping)] if isinstance(things, list | tuple) else []
        return max((float(value) for value in told if value is not None), default=None)

    return read


def _single(name: str) -> Callable[[Measures], float | None]:
    def read(measures: Measures) -> float | None:
        value = measures.get(name)
        return float(value) if isinstance(value, int | float) else None

    return read


FIGURES = MappingProxyType(
    {
        "edge_width_px": _largest("labels", "edge_width_px"),
        "white_balance_de": _largest("charts", "white_balance_de"),
        "sheet_level": _single("sheet_level"),
        "light_uneven": _single("light_uneven"),
    }
)
"""Name -> how measures tell it: edges of the softest label, px; a*b* of the greys; 8-bit level; SD over mean, %."""


def of(measures: Measures) -> dict[str, float]:
    """All that the measures of a verdict tell."""
    told = {name: read(measures) for name, read in FIGURES.items()}
    return {name: value for name, value in told.items() if value is not None}
