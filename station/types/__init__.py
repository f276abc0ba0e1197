"""The nouns of the capture station: frozen values that travel down the line.

Coordinates are pixels of the photograph turned upright by its EXIF orientation, at full resolution, origin
top-left, x to the right, y down. Units stand in the names. Array shapes and dtypes are checked on creation.
"""

from __future__ import annotations

from station.types.capture import Box, Capture, Image, Photo, Pictures, Sighting, Stamp
from station.types.judgement import (
    Action,
    Decision,
    Finding,
    Measure,
    Outcome,
    Profile,
    Pulse,
    Record,
    Rig,
    Scene,
    Verdict,
)
from station.types.tallies import Cell, Count, Defects, Mean, Span, Stand, Tallies
from station.types.vision import Barcode, Engine, Maps, Model, Region, Segmentation

__all__ = [
    "Action",
    "Barcode",
    "Box",
    "Capture",
    "Cell",
    "Count",
    "Decision",
    "Defects",
    "Engine",
    "Finding",
    "Image",
    "Maps",
    "Mean",
    "Measure",
    "Model",
    "Outcome",
    "Photo",
    "Pictures",
    "Profile",
    "Pulse",
    "Record",
    "Region",
    "Rig",
    "Scene",
    "Segmentation",
    "Sighting",
    "Span",
    "Stamp",
    "Stand",
    "Tallies",
    "Verdict",
]
