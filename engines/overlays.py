"""Truth and answer drawn over a photograph, for one class: what is missed, what is too much, and both outlines.

Blue and vermilion of the palette of Okabe & Ito (2008), told apart by people with any colour vision; truth is a solid
line and the answer a dashed one, so that the drawing holds in grey too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.answers import Answer, polygons
from engines.truth import IGNORE
from station.regions import OUTLINED
from station.types import Image

TRUE, FOUND = (0, 114, 178), (213, 94, 0)
"""RGB: blue for the truth and what was missed of it, vermilion for the answer and what is too much in it."""
WHITE = (255, 255, 255)


def drawn(seen: Answer, name: str, class_id: int) -> Image:
    """A muted copy of the photograph, as the network saw it, with what is true and what was found of one class."""
    true, said = seen.truth_map == class_id, (seen.segmented.class_map == class_id) & (seen.truth_map != IGNORE)
    image = seen.image
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    picture = np.asarray(cv2.addWeighted(image, 0.35, grey, 0.65, 0), np.uint8)
    for mask, colour in ((true & ~said, TRUE), (said & ~true, FOUND)):
        whole = cv2.resize(mask.astype(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
        picture[whole] = (0.45 * picture[whole] + 0.55 * np.array(colour)).astype(np.uint8)
    thick = max(2, round(max(picture.shape) / 500))
    for ring in polygons(seen.there, name):
        cv2.polylines(picture, [_fixed(ring)], True, WHITE, thick + 2, cv2.LINE_AA, 4)
        cv2.polylines(picture, [_fixed(ring)], True, TRUE, thick, cv2.LINE_AA, 4)
    thick = 1 if name in OUTLINED else thick  # the outline of a fine plant would hide it
    for ring in polygons(seen.found, name):
        for dash in dashes(ring, 6.0 * thick):
            cv2.polylines(picture, [_fixed(dash)], False, WHITE, thick + 2, cv2.LINE_AA, 4)
            cv2.polylines(picture, [_fixed(dash)], False, FOUND, thick, cv2.LINE_AA, 4)
    return picture


def _fixed(points: NDArray[np.floating]) -> NDArray[np.int32]:
    """Edge coordinates -> OpenCV's pixel centres with 4 fractional bits."""
    return np.asarray(np.round((points - 0.5) * 16), np.int32)


def dashes(ring: NDArray[np.floating], length_px: float) -> list[NDArray[np.float64]]:
    """A closed ring (n, 2) cut into dashes of about `length_px` with gaps as long; each keeps the corners in it."""
    closed = np.vstack((ring, ring[:1])).astype(np.float64)
    at = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))))
    count = max(2, round(at[-1] / (2 * length_px)))
    answer = []
    for start in np.arange(count) * at[-1] / count:
        end = start + at[-1] / count / 2
        places = np.concatenate(([start], at[(at > start) & (at < end)], [end]))
        answer.append(np.column_stack([np.interp(places, at, closed[:, k]) for k in (0, 1)]))
    return answer
