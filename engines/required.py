"""The limits that a model must reach on institutions it has never seen, and whether it does.

Chosen above what published systems reach elsewhere: 0.68-0.89 of institutional labels found (Thompson et al. 2023,
Ecol. Evol. 13:e10395).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

MET, NOT_MET, NOT_JUDGED = "met", "not met", "not judged"


class Limit(NamedTuple):
    """`at` is the way to the figure in metrics.json, empty for what an evaluation does not measure. `limit` is the
    least allowed, or the most where `at_most`."""

    measure: str
    limit: float
    at: tuple[str, ...]
    at_most: bool = False


LIMITS = (
    Limit("mean IoU of the eight classes", 0.80, ("total", "mean_iou", "class_map")),
    Limit("IoU of sheet", 0.97, ("total", "iou", "sheet", "class_map")),
    Limit("IoU of colour chart", 0.90, ("total", "iou", "colour_chart", "class_map")),
    Limit("IoU of label", 0.88, ("total", "iou", "label", "class_map")),
    Limit("IoU of barcode", 0.85, ("total", "iou", "barcode", "class_map")),
    Limit("F1 of labels at IoU 0.5", 0.93, ("total", "objects", "label", "at_0.5", "f1")),
    Limit("F1 of barcodes at IoU 0.5", 0.95, ("total", "objects", "barcode", "at_0.5", "f1")),
    Limit("F1 of colour charts at IoU 0.5", 0.97, ("total", "objects", "colour_chart", "at_0.5", "f1")),
    Limit("F1 of scale bars at IoU 0.5", 0.93, ("total", "objects", "scale_bar", "at_0.5", "f1")),
    Limit("colour chart present or absent, balanced accuracy", 0.99,
          ("total", "presence", "colour_chart", "balanced_accuracy")),
    Limit("upright direction right", 0.98, ("total", "upright", "accuracy")),
    Limit("ONNX file, MB", 20, ("model", "onnx_mb"), at_most=True),
    Limit("ONNX Runtime, fp32, 2 cores, 1024 px: ms a photograph", 150, (), at_most=True),
    Limit("times faster than DeepLabv3+ ResNet-101, same input, same run", 10, ()),
)  # fmt: skip


SLIDE_LIMITS = (
    Limit("F1 of slides at IoU 0.5", 0.97, ("total", "objects", "slide", "at_0.5", "f1")),
    Limit("F1 of labels at IoU 0.5", 0.90, ("total", "objects", "label", "at_0.5", "f1")),
    Limit("F1 of barcodes at IoU 0.5", 0.85, ("total", "objects", "barcode", "at_0.5", "f1")),
    Limit("slides of a tray found, all of them, in order", 1.0, ()),
    Limit("ONNX file, MB", 13, ("model", "onnx_mb"), at_most=True),
)
"""Of models that know slides."""


def judged(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a limit: measure, limit, at_most, value (None: not measured here), from_regions (the same IoU painted
    from the regions, where it is one), verdict."""
    return [
        {
            "measure": limit.measure,
            "limit": limit.limit,
            "at_most": limit.at_most,
            "value": (value := _at(metrics, limit.at)),
            "from_regions": _at(metrics, (*limit.at[:-1], "regions")) if limit.at[-1:] == ("class_map",) else None,
            "verdict": _verdict(limit, value),
        }
        for limit in (SLIDE_LIMITS if "slide" in metrics["total"]["iou"] else LIMITS)
    ]


def _verdict(limit: Limit, value: float | None) -> str:
    if value is None:
        return NOT_JUDGED
    return MET if (value <= limit.limit if limit.at_most else value >= limit.limit) else NOT_MET


def _at(metrics: Mapping[str, Any], way: tuple[str, ...]) -> float | None:
    if not way:
        return None
    for key in way:
        metrics = metrics[key]
    return metrics  # type: ignore[return-value]
