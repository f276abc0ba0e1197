"""Colour as CIELAB under D50, its differences, and what the pixels of flat patches say.

Colour values are floats of shape (..., 3). Formulas: IEC 61966-2-1 (sRGB), CIE 15:2004 (CIELAB), Lindbloom (Bradford
adaptation D65 -> D50), Sharma, Wu and Dalal 2005 (CIEDE2000, unit weights).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.types import Box, Image

Floats = NDArray[np.float64]
WHITE_D50 = np.array([0.96422, 1.0, 0.82521])
"""XYZ of D50, 2 degree observer (ICC.1:2010)."""
TO_XYZ_D50 = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
"""Linear sRGB -> XYZ under D50, Bradford (Lindbloom)."""
FROM_XYZ_D50 = np.linalg.inv(TO_XYZ_D50)
EPSILON, KAPPA = 216 / 24389, 24389 / 27
BLOCK_PX = 32
"""Side of the block of native pixels in the middle of a patch that is read: 1,024 pixels average the noise away."""
WHITE_CLIPS, BLACK_CLIPS = 254, 1
"""8-bit levels from which on nothing more can be told; 255 and 0 less what JPEG rounds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What n patches look like: `lab` (n, 3), `noise` (n,) standard deviation of L*, `white_clipped` and
    `black_clipped` (n,) share of the pixels with a channel at the end of the scale."""

    lab: Floats
    noise: Floats
    white_clipped: Floats
    black_clipped: Floats


def linear(rgb: NDArray[np.floating] | NDArray[np.uint8]) -> Floats:
    """sRGB 0..255 -> linear light 0..1."""
    coded = np.asarray(rgb, np.float64) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.floating] | NDArray[np.uint8]) -> Floats:
    """sRGB 0..255 -> CIELAB (D50, 2 degrees): L* 0..100."""
    return lab_of_linear(linear(rgb))


def lab_of_linear(light: Floats) -> Floats:
    """Linear sRGB 0..1 -> CIELAB (D50, 2 degrees)."""
    xyz = light @ TO_XYZ_D50.T / WHITE_D50
    f = np.where(xyz > EPSILON, np.cbrt(np.maximum(xyz, 0)), (KAPPA * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def srgb(values: NDArray[np.floating]) -> Floats:
    """CIELAB (D50) -> sRGB 0..255, clipped to what sRGB can show."""
    l_star, a, b = np.moveaxis(np.asarray(values, np.float64), -1, 0)
    fy = (l_star + 16) / 116
    f = np.stack([fy + a / 500, fy, fy - b / 200], axis=-1)
    light = np.clip((np.where(f**3 > EPSILON, f**3, (116 * f - 16) / KAPPA) * WHITE_D50) @ FROM_XYZ_D50.T, 0, 1)
    return np.asarray(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


def difference(one: NDArray[np.floating], other: NDArray[np.floating]) -> Floats:
    """CIEDE2000 of two arrays (..., 3) of CIELAB values, kL = kC = kH = 1."""
    l1, a1, b1 = np.moveaxis(np.asarray(one, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(other, np.float64), -1, 0)
    mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean7 / (mean7 + 25.0**7))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    turn = np.where(~grey & (np.abs(h2 - h1) == 180), h2 - h1, turn)
    far = np.abs(h1 - h2) > 180
    hue = np.where(grey, h1 + h2, (h1 + h2 + np.where(far, np.where(h1 + h2 < 360, 360, -360), 0)) / 2)
    return _weighted(l1, l2, c1, c2, turn, hue)


def _weighted(l1: Floats, l2: Floats, c1: Floats, c2: Floats, turn: Floats, hue: Floats) -> Floats:
    """The second half of CIEDE2000: `turn` is the difference of the hues, `hue` their mean, degrees."""
    lightness, chroma = (l1 + l2) / 2 - 50, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    in_l = (l2 - l1) / (1 + 0.015 * lightness**2 / np.sqrt(20 + lightness**2))
    in_c = (c2 - c1) / (1 + 0.045 * chroma)
    in_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    swing = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    blue = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * swing
    return np.asarray(np.sqrt(np.maximum(in_l**2 + in_c**2 + in_h**2 + blue * in_c * in_h, 0)))


def read(image: Image, boxes: list[Box]) -> Reading:
    """The patches whose inner part is `boxes` (pixels of `image`, RGB), each read in a block in its middle.

    The value is the interquartile mean of linear light in each channel: dust and scratches do not count.
    """
    values, noise, white, black = [], [], [], []
    for x, y, w, h in boxes:
        cut_x, cut_y = max(0, w - BLOCK_PX) // 2, max(0, h - BLOCK_PX) // 2
        block = image[y + cut_y : y + h - cut_y, x + cut_x : x + w - cut_x].reshape(-1, 3)
        ordered = np.sort(block, axis=0)
        quarter = len(ordered) // 4
        values.append(lab_of_linear(linear(ordered[quarter : len(ordered) - quarter]).mean(axis=0)))
        noise.append(float(lab(block)[:, 0].std()))
        white.append(float((block >= WHITE_CLIPS).any(axis=1).mean()))
        black.append(float((block <= BLACK_CLIPS).any(axis=1).mean()))
    return Reading(np.array(values).reshape(-1, 3), np.array(noise), np.array(white), np.array(black))


def misregistration(image: Image) -> float:
    """How far red or blue lies from green, pixels: the larger of the two shifts.

    `image`: RGB, a light neutral patch and its border. A channel that lies (x, y) aside is green, changed in contrast,
    less its slopes times (x, y): a linear least-squares problem. Shifts of more than a pixel come out too small.
    """
    red, green, blue = (cv2.GaussianBlur(image[..., k].astype(np.float64), (0, 0), 1.5) for k in range(3))
    slope_y, slope_x = np.gradient(green)
    known = np.stack([np.ones_like(green), green, slope_x, slope_y], axis=-1)[2:-2, 2:-2].reshape(-1, 4)
    shifts = []
    for channel in (red, blue):
        _, contrast, *shift = np.linalg.lstsq(known, channel[2:-2, 2:-2].ravel(), rcond=None)[0]
        shifts.append(float(np.hypot(*shift)) / max(abs(float(contrast)), 1e-3))
    return max(shifts)
