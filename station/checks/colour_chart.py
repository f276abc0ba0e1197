"""Does the right colour chart lie in the frame, whole, in its place, and does the photograph show its colours rightly?

Measures: charts found that hold up to a classical look (number); of each its kind, the CIEDE2000 differences of its
patches from its own values, the white balance as difference in a*b* of its greys (all CIELAB, D50), indicative only:
conformance to FADGI or ISO 19264-1 is certified by their own targets and software.

Default limits: one chart, where the rig or the profile requires it (Meise, BDJ 8:e47051; about 40 % of one public set
carry none, so the profile decides, never this check). A stand that names its charts gets FAIL for another kind, for a
chart outside its zone, for half a chart; and for colours against the values recorded of that very chart the limits of
FADGI 2023: mean difference 3.5 WARN (3 stars), 6.5 FAIL (1 star), white balance 4 WARN, 8 FAIL, tone 6 WARN, noise 4
WARN. Values that are not that chart's own (the maker's, another copy's) only ever WARN, of gross errors.

The network's word is tested both ways. An outline is believed when it is confident and its inner part as varied
in colour as the pictures of 233 annotated charts, when a known chart is recognised in it, or when four or more distinct
patches lie together in it. When nothing is believed, the whole photograph is searched for such a group before the chart
is called missing: on 257 annotated sheets none of the 62 without a chart shows a group of more than two.
A chart at the edge of the frame is `clipped` unless all its patches are seen, or `covered` where half of them are not
though they would lie within the frame: WARN both (ours). At a stand that has learned how long its charts are, one of
which less than 85 % is seen is `covered`, whatever its kind (ours).

An outline less varied than any chart (paper, a shadow, what was left where one lay) is none.

UNKNOWN: the engine did not answer; its model knows no chart; an outline is doubtful; patches lie where the network saw
no chart; or a stand names its charts and none is recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from station import target
from station.measure import geometry, patches
from station.settings import Settings as Base
from station.types import Box, Finding, Image, Measure, Outcome, Region, Scene

NAME = "colour_chart"
CROP_PX, WHOLE_PX = 400, 1500
MIN_VARIETY = 6
"""Coarse CIELAB cells in the picture of a chart (measure/patches.py)."""
SPREADS = 4.0
"""How many spreads of a stand's own figure are chance (as in calibration/rig.py)."""
RIM = 0.1
"""Share of a chart's short side that is left out along its outline when its colours are counted."""
OWN = ("measured", "photographed")
"""Values recorded of the very chart in the frame."""
UNCOVER = "Uncover the chart, lay it flat and whole into the frame, and take it again."
COLOUR_REMEDY = "Check lamps, white balance and exposure against the last good photograph; clean the chart."
IDLE = Finding(NAME, "ok", Outcome.PASS, "No colour chart is required and none was found.")
Verdict = Literal["fail", "warn", "off"]


class Settings(Base):
    clipped: Verdict = Field(
        default="warn", description="What a chart that touches the edge of the frame means (ours)."
    )
    covered: Verdict = Field(default="fail", description="What a chart of which only half is seen means (ours).")
    border_share: float = Field(
        default=0.002, ge=0, le=0.1, description="Nearer to the frame than this share of its long side touches (ours)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Below this confidence of the engine only patches prove a chart (ours)."
    )
    min_patches: int = Field(
        default=4,
        ge=2,
        description="Distinct patches that lie together and prove a chart (ours; sheets without: <= 2).",
    )
    min_length_share: float = Field(
        default=0.85, gt=0, le=1, description="Less of the length that the stand's charts always have: covered (ours)."
    )
    warn_de: float = Field(default=3.5, ge=0, description="WARN above this mean dE2000 (FADGI 2023, 3 stars).")
    fail_de: float = Field(default=6.5, ge=0, description="FAIL above this mean dE2000 (FADGI 2023, 1 star).")
    warn_white_de: float = Field(default=4.0, ge=0, description="WARN above this dE(a*b*) of the greys (3 stars).")
    fail_white_de: float = Field(default=8.0, ge=0, description="FAIL above this dE(a*b*) of the greys (1 star).")
    warn_tone: float = Field(default=6.0, ge=0, description="WARN above this difference in L* of a grey (1 star).")
    warn_noise: float = Field(default=4.0, ge=0, description="WARN above this deviation of L* in a grey (1 star).")
    gross_de: float = Field(default=14.0, ge=0, description="WARN above this mean dE2000 without own values (ours).")
    gross_white_de: float = Field(default=8.0, ge=0, description="The same for the greys' dE(a*b*) (1 star).")


@dataclass(frozen=True, slots=True)
class _Chart:
    """One believed outline, what was recognised in it, and its figures."""

    region: Region
    seen: target.Seen
    figures: target.Figures


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """The colour charts, one by one. Raises EngineError when the engine did not answer."""
    needed = scene.required.get("colour_chart", 0)
    if "colour_chart" not in scene.segmentation.classes:
        yield _unknown("The engine's model knows no colour chart.", "Choose a model that does.") if needed else IDLE
        return
    outlined = scene.of("colour_chart")
    looked = [_look(scene, region) for region in outlined]
    charts = [chart for chart in looked if _believed(scene, chart, settings)]
    yield from (_measure(chart) for chart in charts)
    alarms = [a for chart in charts for a in _alarms(scene, chart, settings)] + list(_kinds(scene, charts))
    if charts and not any(alarm.code == "covered" for alarm in alarms):
        alarms += _short(scene, charts, settings)
    if len(charts) < needed:
        alarms.append(_too_few(scene, outlined, [chart.region for chart in charts], needed, settings))
    yield from alarms
    if not alarms:
        said = _well(scene, charts)
        yield (Finding(NAME, "ok", Outcome.PASS, said, "", len(charts), needed, "") if charts else IDLE)


def _look(scene: Scene, region: Region) -> _Chart:
    corners = region.polygon if len(region.polygon) == 4 else cv2.boxPoints(cv2.minAreaRect(region.polygon))
    seen = target.see(scene.photo, corners, scene.profile.charts, scene.rig.charts, scene.rig.ppi)
    return _Chart(region, seen, target.figures(seen))


def _believed(scene: Scene, chart: _Chart, settings: Settings) -> bool:
    if chart.seen.chart is not None:
        return True
    if chart.region.confidence >= settings.min_confidence and _varied(scene, chart.region):
        return True
    return patches.find(_reduced(scene.photo.region(chart.region.box))).colours >= settings.min_patches


def _varied(scene: Scene, region: Region) -> bool:
    """Is the inner part as varied in colour as a chart? A tenth of its width at the rim is left out: where a strip was
    taken away, the edges of what lies beside it are varied, too (on training photographs 7 of 17 such outlines look
    varied with their rims, 2 without)."""
    box, crop = region.box, _reduced(scene.photo.region(region.box))
    ring = (region.polygon - (box.x, box.y)) * np.array(crop.shape[1::-1]) / (box.w, box.h)
    return patches.variety(patches.inner(crop, ring, RIM)) >= MIN_VARIETY


def _too_few(
    scene: Scene, outlined: tuple[Region, ...], charts: list[Region], needed: int, settings: Settings
) -> Finding:
    rest = (region for region in outlined if not any(region is chart for chart in charts))
    doubtful = [r for r in rest if _varied(scene, r)]
    if doubtful:
        return _unknown(
            "Something may be a colour chart, but shows no patches.",
            "Look whether the chart lies in the frame, face up and uncovered.",
            doubtful[0].box,
        )
    place = None if charts else _seen_elsewhere(scene, settings)
    if place is not None:
        return _unknown(
            "The engine saw no colour chart, but colour patches seem to lie here.",
            "Look whether the chart lies in the frame, whole and uncovered.",
            place,
        )
    few = "There is no colour chart in the frame" if not charts else f"Only {len(charts)} of {needed} colour charts"
    remedy = "Lay the colour chart beside the sheet and take it again."
    return Finding(NAME, "missing", Outcome.FAIL, f"{few}.", remedy, len(charts), needed, "")


def _seen_elsewhere(scene: Scene, settings: Settings) -> Box | None:
    """Where patches lie together in the whole photograph, if anywhere."""
    small = scene.photo.small(WHOLE_PX)
    seen = patches.find(small)
    if seen.box is None or seen.colours < settings.min_patches:
        return None
    scale = scene.photo.size_px[0] / small.shape[1]
    return Box(*(round(value * scale) for value in seen.box))


def _alarms(scene: Scene, chart: _Chart, settings: Settings) -> Iterator[Finding]:
    """What is wrong with one chart: where it lies, what of it is seen, its colours."""
    box, size = chart.region.box, scene.photo.size_px
    sides = geometry.touches(box, size, settings.border_share * max(size))
    whole = (
        chart.seen.corners is not None
        and not chart.seen.half
        and _share_inside(chart.seen.corners.mean(axis=1), size) == 1
    )
    hidden = chart.seen.hidden
    beyond = sides and not (hidden is not None and _share_inside(hidden, size) > 0.5)
    if chart.seen.half and not beyond and settings.covered != "off":
        said = "Only half of the colour chart's patches can be seen; the rest is covered or cut off."
        yield Finding(NAME, "covered", _outcome("warn" if sides else settings.covered), said, UNCOVER, where=box)
    elif sides and not whole and settings.clipped != "off":
        said = f"The colour chart reaches the edge of the frame: {', '.join(sides)}."
        remedy = "Move the chart inwards until all its patches lie in the frame."
        yield Finding(NAME, "clipped", _outcome(settings.clipped), said, remedy, where=box)
    zone = scene.rig.zones.get("colour_chart")
    x, y = (box.x + box.w / 2) / size[0], (box.y + box.h / 2) / size[1]
    if zone is not None and not (zone.x <= x <= zone.x + zone.w and zone.y <= y <= zone.y + zone.h):
        said = "The colour chart does not lie where it belongs at this stand."
        remedy = "Lay it where it always lies; if the place has changed, calibrate the rig anew."
        yield Finding(NAME, "wrong_zone", Outcome.FAIL, said, remedy, where=box)
    yield from _colours(scene, chart, settings)


def _short(scene: Scene, charts: list[_Chart], settings: Settings) -> Iterator[Finding]:
    """Is less to be seen of the charts than always lies at this stand?"""
    usual = scene.rig.chart_length_px
    if usual is None or settings.covered == "off":
        return
    share = geometry.long_sides_px([chart.region.polygon for chart in charts]) / usual.median
    if share < min(settings.min_length_share, 1 - SPREADS * usual.spread / usual.median):
        said = f"Only {100 * share:.0f} % of the colour chart that always lies at this stand can be seen."
        yield Finding(NAME, "covered", _outcome(settings.covered), said, UNCOVER, round(100 * share),
                      100 * settings.min_length_share, "%", charts[0].region.box)  # fmt: skip


def _share_inside(points: NDArray[np.float64], size: tuple[int, int]) -> float:
    return float(((points >= 0) & (points <= np.array(size))).all(axis=1).mean())


def _kinds(scene: Scene, charts: list[_Chart]) -> Iterator[Finding]:
    """Is one of the charts there that the stand names?"""
    own = {chart.layout: chart for chart in scene.rig.charts}
    if not own or not charts or any(c.seen.chart is not None and c.seen.chart.layout in own for c in charts):
        return
    meant = " or ".join(chart.title for chart in own.values())
    other = next((c for c in charts if c.seen.chart is not None), None)
    if other is None or other.seen.chart is None:
        remedy = "Look whether it lies flat, whole and sharp; on small photographs its patches are too few pixels."
        yield _unknown(f"The chart in the frame was not recognised as {meant}.", remedy, charts[0].region.box)
        return
    said = f"The chart in the frame is {other.seen.chart.title}, but this stand uses {meant}."
    remedy = "Lay this stand's own chart into the frame, or name the new one in the rig file."
    yield Finding(NAME, "wrong_kind", Outcome.FAIL, said, remedy, where=other.region.box)


def _colours(scene: Scene, chart: _Chart, settings: Settings) -> Iterator[Finding]:
    own = chart.seen.chart is not None and chart.seen.chart.values in OWN
    figures, box = chart.figures, chart.region.box
    never = float("inf")
    rows = (
        ("colour_error", "The colours of the chart are off: mean dE2000", figures.mean,
         settings.warn_de if own else settings.gross_de, settings.fail_de if own else never, "dE2000"),
        ("white_balance", "The chart's greys are not grey: dE(a*b*)", figures.white_balance,
         settings.warn_white_de if own else settings.gross_white_de, settings.fail_white_de if own else never, "dE"),
        ("tone", "A grey of the chart is too light or too dark: difference in L*", figures.tone,
         settings.warn_tone if own else never, never, "L*"),
        ("noise", "The greys of the chart are noisy: deviation of L*", figures.noise,
         settings.warn_noise if own else never, never, "L*"),
    )  # fmt: skip
    for code, said, value, warn, fail, unit in rows:
        if value is not None and value > warn:
            outcome, limit = (Outcome.FAIL, fail) if value > fail else (Outcome.WARN, warn)
            said = f"{said} {value:.1f}, limit {limit:g} ({_basis(scene, chart)})."
            yield Finding(NAME, code, outcome, said, COLOUR_REMEDY, round(value, 2), limit, unit, box)


def _basis(scene: Scene, chart: _Chart) -> str:
    """How far the figures can be trusted."""
    values = chart.seen.chart.values if chart.seen.chart is not None else "none"
    against = {
        "measured": "against this chart's measured values",
        "photographed": "against this chart as photographed when it was recorded",
        "nominal": "against the maker's values, not this chart's own",
        "approximate": "against another copy's values, not this chart's own",
        "none": "against neutral grey",
    }[values]
    doubts = [note for note in scene.photo.notes if "profile" in note and not note.startswith("converted")]
    doubts = list(dict.fromkeys((*scene.photo.doubts, *doubts)))
    return f"indicative, {against}" + (f"; less certain: {'; '.join(doubts)}" if doubts else "")


def _measure(chart: _Chart) -> Measure:
    named = {"mean": "mean_de2000", "highest": "max_de2000", "p90": "p90_de2000", "white_balance": "white_balance_de"}
    made = {named.get(key, key): None if v is None else round(v, 3) for key, v in asdict(chart.figures).items()}
    known = chart.seen.chart
    facts = {"bbox": list(chart.region.box), "kind": known.name if known is not None else None}
    scale = target.px_per_mm(chart.seen)
    ppi = None if scale is None else round(scale * target.MM_PER_INCH, 1)
    return Measure("charts", {**facts, "values": known.values if known is not None else None, "ppi": ppi, **made})


def _well(scene: Scene, charts: list[_Chart]) -> str:
    said = "A colour chart lies in the frame" if len(charts) == 1 else f"{len(charts)} colour charts lie in the frame"
    best = next((c for c in charts if c.figures.mean is not None), None)
    if best is None or best.seen.chart is None:
        names = {c.seen.chart.title for c in charts if c.seen.chart is not None}
        return f"{said}{': ' if names else ''}{', '.join(sorted(names))}."
    return f"{said}: {best.seen.chart.title}, mean dE2000 {best.figures.mean:.1f} ({_basis(scene, best)})."


def _outcome(choice: Verdict) -> Outcome:
    return Outcome.FAIL if choice == "fail" else Outcome.WARN


def _unknown(message: str, remedy: str, where: Box | None = None) -> Finding:
    return Finding(NAME, "not_judged", Outcome.UNKNOWN, message, remedy, where=where)


def _reduced(image: Image) -> Image:
    scale = min(1.0, CROP_PX / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
