"""Resolution from a ruler or scale bar: pixels per millimetre from what repeats along it.

Pure functions. A ruler's marks repeat every millimetre, centimetre, sixteenth of an inch ...; which of these a period
is cannot be seen from it alone, so a rough expectation is asked for (from the rig, or the size of the sheet) and all
the graduations have to agree with each other on one resolution near it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]

MM_PER_INCH = 25.4
TICKS_MM = (1.0, MM_PER_INCH / 16, MM_PER_INCH / 8)
"""Graduations looked for as lines: light and dark in turn."""
BLOCKS_MM = (10.0, MM_PER_INCH)
"""Graduations looked for as borders, with their harmonics: numbered lines, blocks of alternating colour."""
HARMONICS, WEIGHT = 6, 0.5
FINE_PX = 7.0
"""Pixels a millimetre has at most in the picture that is looked at; sharper ones are reduced."""
BANDS = 28
"""Lengthwise bands: each kind of mark has some of its own."""
FINEST_PX = 2.4
"""Shorter periods are too near to twice the pixels'."""
STEPS = 800
"""Resolutions tried, evenly spaced in the logarithm."""
APART = 0.03
"""Peaks farther apart than this share are different answers."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`px_per_mm`; `lead`: by how much the evidence for it (log likelihood, arbitrary unit) exceeds that for any other
    resolution; `marks`: the graduation that shows most clearly, mm."""

    px_per_mm: float
    lead: float
    marks: float


def scale(strip: Grey, expected: float, reach: float = 0.25, sigma: float = 0.08) -> Scale | None:
    """Resolution of a ruler that runs from left to right in `strip`. `expected` pixels per mm are right within `reach`
    (share), likely within `sigma`. None for a strip in which nothing repeats."""
    if min(strip.shape) < 4 or strip.shape[1] < 20 * expected:
        return None
    factor = min(1.0, FINE_PX / expected)
    small = strip if factor == 1 else cv2.resize(strip, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    lines = _bands(small, 30 * expected * factor)
    if not len(lines):
        return None
    length = 1 << int(np.ceil(np.log2(6 * lines.shape[1])))
    tried = expected * factor * np.exp(np.linspace(-np.log1p(reach), np.log1p(reach), STEPS))
    inked, edged = _energy(lines, length), _energy(np.abs(np.gradient(lines, axis=1)), length)
    likely = {mm: _clear(_power(inked, length, 1 / (mm * tried))) for mm in TICKS_MM if mm * tried[0] >= FINEST_PX}
    for mm in BLOCKS_MM:
        seen = [k for k in range(1, HARMONICS + 1) if mm * tried[0] / k >= FINEST_PX]
        likely[mm] = WEIGHT * np.sum([_clear(_power(edged, length, k / (mm * tried))) for k in seen], axis=0)
    total = np.sum(list(likely.values()), axis=0) - 0.5 * (np.log(tried / (expected * factor)) / sigma) ** 2
    best = int(total.argmax())
    other = np.abs(np.log(tried / tried[best])) > APART
    near = tried[best] * np.exp(np.linspace(-APART / 2, APART / 2, STEPS))
    kinds = [(inked, 1 / mm) for mm in TICKS_MM] + [
        (edged, k / mm) for mm in BLOCKS_MM for k in range(1, 2 * HARMONICS)
    ]
    exact = _exact([_power(energy, length, per / near) for energy, per in kinds if near[0] / per >= FINEST_PX], near)
    marks = max(likely, key=lambda mm: float(likely[mm][best]))
    return Scale(exact / factor, float(total[best] - total[other].max()), marks)


def _exact(powers: list[Floats], near: Floats) -> float:
    """Where all that repeats agrees best: each graduation and harmonic as narrow as its length makes it; those that do
    not stand out have no say."""
    said = [
        power / power.max()
        for power in powers
        if power.max() > 4 * power.min() or power.argmax() not in (0, len(power) - 1)
    ]
    return float(near[int(np.sum(said, axis=0).argmax())]) if said else float(near[len(near) // 2])


def _bands(strip: Grey, window: float) -> Floats:
    """Means of lengthwise bands, slow changes taken out, scaled to unit deviation; those without contrast left out."""
    high = max(1, strip.shape[0] // BANDS)
    rows = strip[: strip.shape[0] // high * high].reshape(-1, high, strip.shape[1]).mean(axis=1)
    flat = rows - cv2.blur(rows, (max(3, int(window)), 1))
    deviation = flat.std(axis=1)
    kept = deviation > 3.0
    shown: Floats = flat[kept] / deviation[kept, None]
    return shown


def _energy(signals: Floats, length: int) -> Floats:
    """Power spectrum of each band, padded to `length`, as share of the band's energy."""
    weighted = (signals - signals.mean(axis=1, keepdims=True)) * np.hanning(signals.shape[1])
    power = np.abs(np.fft.rfft(weighted, length, axis=1)) ** 2
    share: Floats = power / np.maximum(power.sum(axis=1, keepdims=True), 1e-12)
    return share


def _power(energy: Floats, length: int, frequency: Floats) -> Floats:
    """At these frequencies (cycles per px), mean of the three bands that have most of it."""
    place = np.clip(frequency * length, 0, energy.shape[1] - 2)
    low = place.astype(int)
    part = place - low
    read = energy[:, low] * (1 - part) + energy[:, low + 1] * part
    most: Floats = (np.partition(read, -3, axis=0)[-3:] if len(read) > 3 else read).mean(axis=0)
    return most


def _clear(power: Floats) -> Floats:
    """How clearly it stands out from what is usual among the frequencies tried."""
    found: Floats = np.log1p(np.maximum(power / max(float(np.median(power)), 1e-12) - 1, 0))
    return found
