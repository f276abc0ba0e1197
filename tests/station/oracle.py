"""colour-science, the oracle of the tests of colour, opened without its warnings about what it could plot.

Importing it changes how numpy prints and puts stand-ins in the place of libraries that are not there; the other tests
must not notice.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any
from unittest.mock import MagicMock

import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings(), np.printoptions():
    warnings.simplefilter("ignore")
    import colour
for name in [name for name, module in sys.modules.items() if isinstance(module, MagicMock)]:
    del sys.modules[name]

Floats = NDArray[np.float64]
D50 = np.array([0.34570291, 0.3585386])
"""Chromaticity of D50, 2 degree observer."""


def difference(one: Any, other: Any) -> Floats:
    """CIEDE2000."""
    return np.asarray(colour.delta_E(one, other, method="CIE 2000"))


def lab(rgb: Any) -> Floats:
    """sRGB 0..255 -> CIELAB under D50, by Bradford."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        xyz = colour.sRGB_to_XYZ(
            np.asarray(rgb, np.float64) / 255, illuminant=D50, chromatic_adaptation_transform="Bradford"
        )
    return np.asarray(colour.XYZ_to_Lab(xyz, D50))


def chart(name: str) -> dict[str, Floats]:
    """The CIELAB values of a chart by the names of its patches, under its own illuminant."""
    known = colour.CCS_COLOURCHECKERS[name]
    return {
        patch: np.asarray(colour.XYZ_to_Lab(colour.xyY_to_XYZ(xyy), known.illuminant))
        for patch, xyy in known.data.items()
    }
