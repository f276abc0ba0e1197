"""Outlines of leaves, stems and petals. All are float32 polygons; batches are (n, points, 2)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
STEPS = 28


def form(rng: Generator) -> Array:
    """One leaf of length 1 from the origin up to (0, -1): the pattern for all leaves of a plant."""
    kind = rng.choice(
        ["entire", "toothed", "lobed", "heart", "palmate", "linear"], p=[0.38, 0.16, 0.12, 0.1, 0.12, 0.12]
    )
    if kind == "palmate":
        return palmate(rng)
    t = np.linspace(0, 1, STEPS)
    peak = rng.uniform(0.28, 0.65) if kind != "heart" else 0.22
    fat = rng.uniform(0.25, 0.75)
    if kind == "linear":
        fat = rng.uniform(0.04, 0.16)
    width = fat * np.sin(np.pi * t ** (np.log(0.5) / np.log(peak))) ** rng.uniform(0.6, 1.3)
    if kind == "toothed":
        width *= 1 - rng.uniform(0.06, 0.22) * (np.arange(STEPS) % 2)
    elif kind == "lobed":
        width *= 0.25 + 0.95 * np.abs(np.cos(np.pi * t * rng.integers(3, 7)))
    back = -0.16 * np.sin(np.pi * np.clip(t / 0.3, 0, 1)) * (t < 0.3) if kind == "heart" else np.zeros(STEPS)
    right = np.stack([width / 2, -(t + back)], axis=1)
    return np.concatenate([right, (right * (-1, 1))[::-1]]).astype(np.float32)


def palmate(rng: Generator) -> Array:
    """A maple-like leaf: lobes fan out from the end of the stalk."""
    lobes = int(rng.choice([3, 5, 5, 7]))
    reach = rng.uniform(70, 130)
    angles = np.radians(np.linspace(-reach, reach, lobes))
    lengths = 1 - rng.uniform(0.1, 0.5) * (np.abs(np.linspace(-1, 1, lobes)))
    theta = np.radians(np.linspace(-reach - 25, reach + 25, 64))
    near = np.abs(theta[:, None] - angles) / (np.radians(2 * reach) / lobes)
    radius = (lengths * np.clip(1 - rng.uniform(0.6, 1.1) * near ** rng.uniform(0.8, 1.6), 0.15, 1)).max(axis=1)
    radius *= 1 - rng.uniform(0, 0.1) * (np.arange(64) % 2)
    outline = np.stack([np.sin(theta) * radius, -np.cos(theta) * radius], axis=1)
    return np.concatenate([[[0, 0]], outline]).astype(np.float32)


def squeezed(n: int, rng: Generator) -> Floats:
    """How wide each of n leaves lies: mostly flat, some seen nearly edge-on."""
    return np.where(rng.random(n) < 0.85, rng.uniform(0.75, 1.1, n), rng.uniform(0.2, 0.7, n))


def placed(
    pattern: Array, at: Array, heading_deg: Floats, length_mm: Floats, rng: Generator, width: Floats | None = None
) -> Array:
    """Leaves (n, m, 2) at points (n, 2), each bowed a little. Heading 0 is up, clockwise positive."""
    n = len(at)
    width = squeezed(n, rng) if width is None else width
    bow = rng.normal(0, 0.06, n)
    small = pattern[:: 1 if length_mm.max(initial=0) > 6 else 3]
    x = small[None, :, 0] * width[:, None] + bow[:, None] * np.sin(np.pi * np.clip(-small[None, :, 1], 0, 1))
    y = np.broadcast_to(small[None, :, 1], x.shape)
    c, s = np.cos(np.radians(heading_deg))[:, None], np.sin(np.radians(heading_deg))[:, None]
    turned = np.stack([c * x - s * y, s * x + c * y], axis=2) * length_mm[:, None, None]
    return (turned + at[:, None, :]).astype(np.float32)


def ribs(at: Array, heading_deg: Floats, length_mm: Floats) -> Array:
    """The midribs (n, 4, 2) of leaves placed so."""
    a = np.radians(heading_deg)
    ahead = np.stack([np.sin(a), -np.cos(a)], axis=1) * length_mm[:, None]
    beside = np.stack([np.cos(a), np.sin(a)], axis=1) * (0.007 * length_mm + 0.1)[:, None]
    tip = at + 0.93 * ahead
    return np.stack([at - beside, tip, tip + 0.2 * beside, at + beside], axis=1).astype(np.float32)


def veins(pattern: Array, at: Array, heading_deg: float, length_mm: float, width: float) -> Array:
    """Side veins (n, 4, 2) of one large leaf; they end before its margin. None for palmate leaves."""
    if len(pattern) != 2 * STEPS:
        return np.zeros((0, 4, 2), np.float32)
    a = np.radians(heading_deg)
    ahead, beside = np.array([np.sin(a), -np.cos(a)]), np.array([np.cos(a), np.sin(a)])
    t = np.repeat(np.linspace(0.1, 0.75, 8), 2)
    half = np.interp(t + 0.08, -pattern[:STEPS, 1], pattern[:STEPS, 0]) * width * 0.75
    side = np.tile([1.0, -1.0], 8)
    start = at + ahead * (t * length_mm)[:, None]
    end = start + (ahead * (half * 0.6)[:, None] + beside * (half * side)[:, None]) * length_mm
    thin = ahead * (0.1 + 0.002 * length_mm)
    return np.stack([start - thin, end - 0.3 * thin, end + 0.3 * thin, start + thin], axis=1).astype(np.float32)


def stroke(points: Array, start_mm: float, end_mm: float) -> Array:
    """The outline of a line drawn with a pen that tapers from one width to the other."""
    step = np.empty_like(points)
    step[1:-1] = points[2:] - points[:-2]
    step[0], step[-1] = points[1] - points[0], points[-1] - points[-2]
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    offset = normal * np.linspace(start_mm / 2, end_mm / 2, len(points))[:, None]
    return np.concatenate([points + offset, (points - offset)[::-1]]).astype(np.float32)


def wander(start: Array, heading_deg: float, length_mm: float, rng: Generator, bend: float, count: int) -> Array:
    """A line of `count` steps that bends gently: (count + 1, 2)."""
    drift = np.linspace(0, rng.normal(0, bend), count)
    a = np.radians(np.cumsum(rng.normal(0, bend / np.sqrt(count), count)) + heading_deg + drift)
    steps = np.stack([np.sin(a), -np.cos(a)], axis=1) * (length_mm / count)
    return np.concatenate([start[None], start + np.cumsum(steps, axis=0)]).astype(np.float32)


def headings(line: Array) -> Floats:
    """The direction at every point of a line, degrees."""
    step = np.diff(line.astype(np.float64), axis=0)
    a = np.degrees(np.arctan2(step[:, 0], -step[:, 1]))
    return np.concatenate([a[:1], a])


def blob(at: Array, radius_mm: float, rng: Generator, count: int = 10) -> Array:
    """An uneven round."""
    a = np.linspace(0, 2 * np.pi, count, endpoint=False)
    r = radius_mm * np.exp(rng.normal(0, 0.12, count))
    return (np.stack([np.cos(a) * r, np.sin(a) * r], axis=1) + at).astype(np.float32)


def smooth(outline: Array) -> Array:
    """The outline with its corners cut twice (Chaikin 1974)."""
    for _ in range(2):
        after = np.roll(outline, -1, axis=0)
        outline = np.stack([0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after], axis=1).reshape(-1, 2)
    return outline.astype(np.float32)
