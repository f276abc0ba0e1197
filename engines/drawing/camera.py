"""What a camera does to the bench: uneven light, lens blur, white balance, sensor noise, compression."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
TILE = 512


@cache
def sensor_noise() -> NDArray[np.float32]:
    """Unit noise (TILE, TILE, 3), slightly smoothed as demosaicing does."""
    noise = np.random.default_rng(11).normal(size=(TILE, TILE, 3)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.6)
    return np.asarray(noise / noise.std(), np.float32)


def lit(image: Pixels, rng: Generator, falloff: float, slope: float) -> Pixels:
    """Vignetting (cos^4-like, `falloff` at the corners) and a slope of the light across the frame."""
    h, w = image.shape[:2]
    y, x = np.mgrid[-1:1:24j, -1:1:24j]
    a = rng.uniform(0, 2 * np.pi)
    gain = 1 - falloff * (x * x + y * y) / 2 - slope * (1 + x * np.cos(a) + y * np.sin(a)) / 2
    small = np.clip(gain * 255, 0, 255).astype(np.float32)
    full = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    return np.asarray(cv2.multiply(image, cv2.merge([full, full, full]), scale=1 / 255), np.uint8)


def noisy(image: Pixels, rng: Generator, deviation: float) -> Pixels:
    """Sensor noise of the given standard deviation (8-bit steps), tile by tile."""
    y, x = (int(v) for v in rng.integers(0, TILE, 2))
    tile = np.roll(sensor_noise(), (y, x), (0, 1)) * np.float32(deviation)
    plus, minus = np.clip(tile, 0, 255).round().astype(np.uint8), np.clip(-tile, 0, 255).round().astype(np.uint8)
    for top in range(0, image.shape[0], TILE):
        for left in range(0, image.shape[1], TILE):
            part = image[top : top + TILE, left : left + TILE]
            h, w = part.shape[:2]
            part[:] = cv2.subtract(cv2.add(part, plus[:h, :w]), minus[:h, :w])
    return image


def toned(image: Pixels, gains: tuple[float, float, float], gamma: float, lift: float) -> Pixels:
    """White balance and tone curve, one look-up table a channel."""
    ramp = np.linspace(0, 1, 256)
    tables = [np.clip((lift + (1 - lift) * ramp**gamma) * g, 0, 1) * 255 for g in gains]
    return np.asarray(cv2.LUT(image, np.stack(tables, axis=1).round().astype(np.uint8)[None]), np.uint8)


def calm(image: Pixels, rng: Generator) -> Pixels:
    """A well kept stand: 2 % vignetting, a hint of blur and noise, true colours."""
    image = lit(image, rng, 0.02, 0.005)
    image = cv2.GaussianBlur(image, (3, 3), 0.45)
    return noisy(image, rng, 1.3)


def wild(image: Pixels, rng: Generator) -> Pixels:
    """Any camera, scanner or web copy of any institution."""
    image = lit(image, rng, rng.uniform(0, 0.25), rng.uniform(0, 0.15))
    if rng.random() < 0.6:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.1))
    r, g, b = np.exp(rng.normal(0, 0.03, 3) + rng.normal(0.03, 0.07))  # white balance, exposure
    image = toned(image, (float(r), float(g), float(b)), float(np.exp(rng.normal(0, 0.2))), float(rng.uniform(0, 0.06)))
    image = noisy(image, rng, rng.uniform(0.3, 5))
    if rng.random() < 0.25:  # copies for the web are sharpened
        soft = cv2.GaussianBlur(image, (0, 0), 1.0)
        image = np.asarray(cv2.addWeighted(image, 1.7, soft, -0.7, 0), np.uint8)
    if rng.random() < 0.08:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = cv2.merge([grey, grey, grey])
    if rng.random() < 0.5:
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 96))])
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(image, np.uint8)
