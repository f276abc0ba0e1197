"""The picture of the zones."""

from __future__ import annotations

from xml.etree import ElementTree

from calibration import rig_report


def test_every_box_and_every_zone_is_drawn() -> None:
    """Two classes of ten boxes: 20 thin rectangles, two thick ones and the frame."""
    boxes = {name: tuple((0.1, 0.1, 0.2 + n / 100, 0.3) for n in range(10)) for name in ("label", "colour_chart")}
    drawn = ElementTree.fromstring(rig_report.zones(boxes, (800, 1200)))
    rectangles = drawn.findall("{*}rect")
    assert len(rectangles) == 23
    assert sum(r.attrib["stroke-width"] == "2.0" for r in rectangles) == 2
