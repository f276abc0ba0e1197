"""How people call the classes of a herbarium sheet in their annotation tools -> the model's names."""

from __future__ import annotations

import re

from engines.truth import DOUBTFUL, HERBARIUM

SPELLINGS = {
    "sheet": "herbarium sheet, mount, mounting sheet, mounting paper",
    "specimen": "plant, plant material, plant specimen, herbarium specimen",
    "label": "determination label, det label, det slip, annotation label, annotation slip, collection label, "
    "collector label, collecting label, specimen label, institution label, institutional label, handwritten label, "
    "printed label, data label, database label, original label, type label, main label, primary label, number label, "
    "swing tag, note",
    "barcode": "bar code, barcode label, QR code, QR, data matrix, matrix code, 1D code, 2D code",
    "colour_chart": "colour card, colour checker, colour checker chart, colour target, colour reference, "
    "colour reference chart, colour reference card, colour bar, colour palette, colour swatch, colour control patches, "
    "colour separation guide, colour calibration target, chart, grey card, grey scale, Kodak, swatch",
    "scale_bar": "scale, ruler, measuring scale, metric scale",
    "stamp": "ink stamp, rubber stamp, institution stamp, emblem, seal, logo",
    "packet": "envelope, fragment packet, fragment envelope, capsule, pocket, seed packet",
    "foreign_object": "foreign body, hand, finger, weight, clamp, tool",
    DOUBTFUL: "ignore, ignored, unsure, uncertain, do not care",
}
"""Class -> further names, in British spelling; American spelling, capitals, plurals, `-` and `_` are all understood."""


def plain(written: str) -> str:
    """ "Color-Charts" -> "colourchart": letters and digits only, British, singular."""
    letters = re.sub(r"[\W_]+", "", written.lower())
    return re.sub(r"gray", "grey", re.sub(r"color", "colour", letters)).removesuffix("s")


KNOWN = {
    plain(name): wanted
    for wanted, names in ({**dict.fromkeys(HERBARIUM[1:], ""), **SPELLINGS}).items()
    for name in (wanted, *names.split(", "))
    if name
}


def class_called(written: str) -> str | None:
    """The model's class (or DOUBTFUL) that people mean by `written`; None when nothing is meant by it here."""
    return KNOWN.get(plain(written))
