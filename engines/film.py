"""The film in the demo's virtual camera: drawn sheets as JPEG files, about one in three with a seeded defect."""

from __future__ import annotations

import cv2
import numpy as np

from engines.synthesise import Defect, draw_sheet

CLEAN = "clean"
UNREADABLE = "unreadable file"
ROLL = (  # two clean sheets, then a defect, each defect in turn
    CLEAN, CLEAN, Defect.NO_CHART, CLEAN, CLEAN, Defect.SKEWED, CLEAN, Defect.LABEL_BLURRED, CLEAN, CLEAN,
    Defect.LABEL_MISSING, CLEAN, UNREADABLE, CLEAN, CLEAN,
)  # fmt: skip
LONG_SIDE_PX = 3000
"""Printed text of a label has an x-height of 15 px or more from here on."""


def photograph(number: int) -> tuple[bytes, str]:
    """The number-th photograph (from 0) as JPEG bytes, and in a word what was seeded in it."""
    what = ROLL[number % len(ROLL)]
    defect = what if isinstance(what, Defect) else Defect.NONE
    sheet = draw_sheet(7_000 + number, long_side_px=LONG_SIDE_PX, defect=defect, plain=True)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(sheet.image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise ValueError(f"photograph {number} cannot be encoded")
    content = np.asarray(data).tobytes()
    if what == UNREADABLE:  # the cable was pulled in the middle of the transfer
        return content[: len(content) * 6 // 10], UNREADABLE
    return content, what.value if isinstance(what, Defect) else what
