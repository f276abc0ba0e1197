"""The report of `station calibrate rig`: what was learned, as plots that open anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibration.rig import SPREADS, Figure, Learned, zone
from station.diagrams import offline
from station.diagrams.curves import Axes, Curve, around, curves

WORDS = {
    "sharpness_edge_px": ("Edge width of the labels", "px"),
    "skew_deg": ("Skew of the sheets", "degrees"),
    "ppi": ("Resolution", "pixels per inch"),
    "sheet_level": ("Level of the bare sheet", "of 255"),
    "light_uneven": ("Unevenness of the light", "%"),
    "chart_length_px": ("Length of the colour charts", "px"),
}


def write(learned: Learned, name: str, target: Path) -> None:
    """Write the report as one HTML file. Raises OSError."""
    charts = [_figure(*WORDS[key], usual) for key, usual in learned.usual.items()]
    facts = [(key, str(value)) for key, value in learned.facts.items() if value is not None]
    if learned.sheet_mm is not None:
        facts.append(("sheet", f"{learned.sheet_mm[0]:g} x {learned.sheet_mm[1]:g} mm"))
    parts = [
        f"<p>Learned from {len(learned.used)} good photographs.</p>",
        offline.table(("key", "value"), facts),
        *charts,
        zones(learned.boxes, learned.facts["size_px"]),
        offline.table(("left out", "why"), learned.left_out.items()) if learned.left_out else "",
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(offline.page(f"Rig {name}", parts), encoding="utf-8")


def _figure(title: str, unit: str, usual: Figure) -> str:
    """Photograph by photograph, the median, and four spreads round it."""
    levels = [(usual.median, f"median {usual.median:.3g}")]
    levels += [(usual.median + k * SPREADS * usual.spread, f"{k * SPREADS:+g} spreads") for k in (-1, 1)]
    reach = around([*usual.values, *(y for y, _ in levels)])
    axes = Axes(title, "photograph", unit, (0, len(usual.values) + 1), reach, levels=levels)
    points = [(float(n), v) for n, v in enumerate(usual.values, 1)]
    return offline.chart(curves(axes, [Curve(unit, points, line=False)]))


def zones(boxes: Mapping[str, tuple[tuple[float, float, float, float], ...]], size_px: Sequence[int]) -> str:
    """The frame with every object's boxes, thin, and its zone, thick."""
    side, made = (300 * size_px[0] / max(size_px), 300 * size_px[1] / max(size_px)), []
    for number, (name, found) in enumerate(boxes.items()):
        ink = offline.INKS[number % len(offline.INKS)]
        left, top, width, height = zone(found)
        made += [_box(x0, y0, x1 - x0, y1 - y0, ink, 0.5, side) for x0, y0, x1, y1 in found]
        made.append(_box(left, top, width, height, ink, 2.0, side))
        made.append(f'<text x="{side[0] + 20:.0f}" y="{24 + 18 * number}" fill="{ink}">{name.replace("_", " ")}</text>')
    frame = _box(0, 0, 1, 1, "#555", 1.0, side)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side[0] + 160:.0f}" height="310" font-family="sans-serif"'
        f' font-size="12">{frame}{"".join(made)}</svg>'
    )


def _box(x: float, y: float, w: float, h: float, ink: str, thick: float, side: tuple[float, float]) -> str:
    place = f'x="{5 + x * side[0]:.1f}" y="{5 + y * side[1]:.1f}" width="{w * side[0]:.1f}" height="{h * side[1]:.1f}"'
    return f'<rect {place} fill="none" stroke="{ink}" stroke-width="{thick}"/>'
