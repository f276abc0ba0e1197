"""Is every label of a slide free, or does a coverslip or another label lie over it?

Measures: the share of a label that lies under a coverslip or another label (% of its outline). Default limit: 10 %
is WARN `covered` (ours): the writing may be hidden or, under a coverslip, blurred and stained. Outlines are compared; a
round coverslip of which a label hides a part counts as the whole circle. A slip glued on a larger label covers it.

UNKNOWN: the engine did not answer, or its model knows no labels. Whether a coverslip lies over the label or under it
cannot be seen from above: the finding says that both meet.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station.settings import Settings as Base
from station.types import Finding, Measure, Outcome, Region, Scene

NAME = "label_covered"
EACH = True
COVERS = ("coverslip", "label")
ROUND, MOST, SAMPLES = 0.06, 0.58, 96
"""Points of an outline that lie this near to a circle, as share of its radius, are on it; so many of them make it one:
0.61 of half a disc, at most 0.5 of a rectangle. So many points are looked at."""


class Settings(Base):
    max_share: float = Field(
        default=0.1, ge=0, le=1, description="A label covered by more than this share of its area is WARN (ours)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Covers below this confidence of the engine are left out (ours)."
    )


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding a covered label, else one PASS. Raises EngineError."""
    if "label" not in scene.segmentation.classes:
        text = "The engine's model knows no labels."
        yield Finding(NAME, "not_judged", Outcome.UNKNOWN, text, "Choose another model, or leave this check out.")
        return
    labels = scene.of("label")
    covers = [r for name in COVERS for r in scene.of(name) if r.confidence >= settings.min_confidence]
    alarms = []
    for label in labels:
        others = [cover for cover in covers if cover is not label and _above(cover, label)]
        share, what = max(((overlap(label, cover), cover.name) for cover in others), default=(0.0, ""))
        if share > settings.max_share:
            alarms.append(_covered(label, share, what, settings))
    yield from alarms
    if not alarms:
        yield Finding(NAME, "ok", Outcome.PASS, f"{len(labels)} labels lie free.", "", 0, 100 * settings.max_share, "%")


def _above(cover: Region, label: Region) -> bool:
    """Of two labels the smaller lies on the larger."""
    return cover.name != "label" or cover.area_px < label.area_px


def _covered(label: Region, share: float, what: str, settings: Settings) -> Finding:
    thing = "another label" if what == "label" else "the coverslip"
    return Finding(
        NAME,
        "covered",
        Outcome.WARN,
        f"{100 * share:.0f} % of this label and {thing} lie over each other.",
        "Look whether everything on the label can be read; note it with the specimen.",
        100 * share,
        100 * settings.max_share,
        "%",
        label.box,
    )


def overlap(label: Region, cover: Region) -> float:
    """The share of the label's outline that lies under the cover, 0..1."""
    ring = cv2.convexHull(label.polygon)
    area, _ = cv2.intersectConvexConvex(ring, cv2.convexHull(whole(cover)))
    return float(area) / max(cv2.contourArea(ring), 1e-6)


def whole(cover: Region) -> NDArray[np.float32]:
    """The outline of a cover; the circle along which most of it runs, where there is one: a label that is seen through
    the coverslip hides the rest of it."""
    polygon = cover.polygon
    if cover.name != "coverslip" or len(polygon) < 8:
        return polygon
    points = spaced(polygon, SAMPLES)
    tried = [circle(np.roll(points, -start, axis=0)[: SAMPLES // 2]) for start in range(0, SAMPLES, SAMPLES // 16)]
    near = max((on_circle(points, one) for one in tried), key=lambda inside: int(inside.sum()))
    x, y, radius = circle(points[near]) if near.sum() >= 3 else (0.0, 0.0, np.inf)
    if near.mean() < MOST or radius > np.ptp(polygon, axis=0).max():
        return polygon
    a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.stack([x + radius * np.cos(a), y + radius * np.sin(a)], axis=1).astype(np.float32)


def spaced(polygon: NDArray[np.floating], count: int) -> NDArray[np.float64]:
    """`count` points (count, 2) at equal distances along a closed polygon."""
    ring = np.concatenate([polygon, polygon[:1]]).astype(np.float64)
    far = np.concatenate([[0.0], np.hypot(*np.diff(ring, axis=0).T).cumsum()])
    at = np.linspace(0, far[-1], count, endpoint=False)
    return np.stack([np.interp(at, far, ring[:, 0]), np.interp(at, far, ring[:, 1])], axis=1)


def on_circle(points: NDArray[np.float64], one: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Which points lie on the circle (x, y, radius)."""
    x, y, radius = one
    return np.asarray(np.abs(np.hypot(*(points - (x, y)).T) - radius) <= ROUND * radius)


def circle(points: NDArray[np.floating]) -> tuple[float, float, float]:
    """(x, y, radius) of the circle nearest to points (n, 2) in the algebraic sense (Kasa 1976): the least squares of
    x^2 + y^2 = 2 a x + 2 b y + c."""
    a, b, c = np.linalg.lstsq(np.c_[2 * points, np.ones(len(points))], (points**2).sum(axis=1), rcond=None)[0]
    return float(a), float(b), float(np.sqrt(max(c + a * a + b * b, 0.0)))
