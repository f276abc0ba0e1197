"""The nouns of the capture station: frozen values that travel down the line.

Coordinates are pixels of the photograph turned upright by its EXIF orientation, at full resolution, origin
top-left, x to the right, y down. Units stand in the names. Array shapes and dtypes are checked on creation.
"""

from __future__ import annotations

from station.types.bench import Policy, Retake, RetakeState, Session, WrongAlarm
from station.types.capture import Box, Capture, Image, Photo, Pictures, Sighting, Stamp
from station.types.chart import Chart, Patch, Share
from station.types.judgement import (
    Action,
    Concern,
    Decision,
    Finding,
    Measure,
    Outcome,
    Part,
    Profile,
    Pulse,
    Record,
    Rig,
    Scene,
    Usual,
    Verdict,
    worst,
)
from station.types.looks import Answer, Look, Lot
from station.types.revisions import Revision, Setting, Source
from station.types.tallies import Cell, Count, Defects, Mean, Span, Stand, Tallies
from station.types.vision import (
    CELL_PX,
    SIDES_REACH_PX,
    SIDES_STRIDE,
    Barcode,
    Engine,
    Maps,
    Model,
    Region,
    Segmentation,
)

__all__ = [
    "CELL_PX",
    "SIDES_REACH_PX",
    "SIDES_STRIDE",
    "Action",
    "Answer",
    "Barcode",
    "Box",
    "Capture",
    "Cell",
    "Chart",
    "Concern",
    "Count",
    "Decision",
    "Defects",
    "Engine",
    "Finding",
    "Image",
    "Look",
    "Lot",
    "Maps",
    "Mean",
    "Measure",
    "Model",
    "Outcome",
    "Part",
    "Patch",
    "Photo",
    "Pictures",
    "Policy",
    "Profile",
    "Pulse",
    "Record",
    "Region",
    "Retake",
    "RetakeState",
    "Revision",
    "Rig",
    "Scene",
    "Segmentation",
    "Session",
    "Setting",
    "Share",
    "Sighting",
    "Source",
    "Span",
    "Stamp",
    "Stand",
    "Tallies",
    "Usual",
    "Verdict",
    "WrongAlarm",
    "worst",
]
