"""The film in the demo's virtual camera: drawn sheets or slides as JPEG files, about one in three faulty. After a
faulty sheet comes its retake, as an operator would take it."""

from __future__ import annotations

from enum import Enum

import cv2
import numpy as np

from engines import synthesise_slides as slides
from engines.drawing.canvas import Pixels
from engines.synthesise import Defect, draw_sheet

CLEAN = "clean"
UNREADABLE = "unreadable file"
RETAKE = "retake of the one before"
ROLL = (  # clean sheets, then a defect and its retake, each defect in turn
    CLEAN, CLEAN, Defect.NO_CHART, RETAKE, CLEAN, Defect.SKEWED, RETAKE, CLEAN, Defect.LABEL_BLURRED, RETAKE, CLEAN,
    Defect.LABEL_MISSING, RETAKE, CLEAN, UNREADABLE, RETAKE,
)  # fmt: skip
TRAY = "clean tray of 12"
SLIDE_ROLL = (
    CLEAN, CLEAN, slides.Defect.LABEL_BLURRED, CLEAN, TRAY, slides.Defect.NO_BARCODE, CLEAN, CLEAN,
    slides.Defect.SKEWED, CLEAN, slides.Defect.EMPTY_PLACE, CLEAN, CLEAN, slides.Defect.FINGER, CLEAN, CLEAN,
    slides.Defect.CRACKED, CLEAN, TRAY, UNREADABLE,
)  # fmt: skip
LONG_SIDE_PX = 3000
"""Printed text of a label has an x-height of 15 px or more from here on."""
TRAY_SIDE_PX = 4000
"""The same for slides in a tray of two rows."""
Frame = tuple[bytes, str]


def photograph(number: int) -> Frame:
    """The number-th photograph of a sheet (from 0) as JPEG bytes, and in a word what was seeded in it."""
    what = ROLL[number % len(ROLL)]
    defect = what if isinstance(what, Defect) else Defect.NONE
    seed = 7_000 + number - (what == RETAKE)
    return _exposed(draw_sheet(seed, long_side_px=LONG_SIDE_PX, defect=defect, plain=True).image, what)


def slide_photograph(number: int) -> Frame:
    """The same of a slide, or now and then of a small tray."""
    what = SLIDE_ROLL[number % len(SLIDE_ROLL)]
    defect = what if isinstance(what, slides.Defect) else slides.Defect.NONE
    tray = what == TRAY or defect is slides.Defect.EMPTY_PLACE
    rows, columns, side = (2, 6, TRAY_SIDE_PX) if tray else (1, 1, LONG_SIDE_PX)
    drawn = slides.draw_slide(7_000 + number, long_side_px=side, defect=defect, rows=rows, columns=columns)
    return _exposed(drawn.image, what)


FILMS = {"herbarium-sheet": photograph, "microscope-slide": slide_photograph}
"""Profile -> what its camera sees."""


def _exposed(image: Pixels, what: Enum | str) -> Frame:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise ValueError("a drawn photograph cannot be encoded")
    content = np.asarray(data).tobytes()
    if what == UNREADABLE:  # the cable was pulled in the middle of the transfer
        return content[: len(content) * 6 // 10], UNREADABLE
    return content, str(what.value) if isinstance(what, Enum) else what
