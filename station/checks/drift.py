"""Does something creep from capture to capture, or does the same fault come back again and again?

Measures, over the captures before this one and this one: stroke edge width of the labels (px), skew (degrees), mean
dE2000 of the chart (number), level of the bare sheet (8-bit levels). What is normal is the rig's baseline, else the
median of the earliest captures remembered (a hundred are). Two rules: an EWMA beyond its three-sigma limits (weight
0.2, Montgomery 9.2), and a run of captures all on the bad side (nine: Nelson 1984, rule 2). Either counts only when the
shift also matters: default limits 15 % of the edge width, 0.25 degrees, 1 dE2000, 10 levels (ours). All of these are
WARN: refocus before the first photograph fails. The same check failing with the same code in five captures on end
(ours) is FAIL: it is the stand, not the sheet, so stop the line.

UNKNOWN: never; it asks nothing of the engine. Too short a history shows no drift, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from station.settings import Settings as Base
from station.statistics import charts
from station.types import Finding, Measure, Outcome, Scene, Verdict

NAME = "drift"
OUTLIER = 3.0
"""A single capture further from normal than so many sigmas counts as that far: it has a finding of its own already."""


class Settings(Base):
    least: int = Field(default=12, ge=4, le=100, description="Fewer captures with the figure show no drift (ours).")
    reference: int = Field(
        default=30, ge=4, le=90, description="So many of the earliest say what is normal without a baseline (ours)."
    )
    run: int = Field(
        default=9, ge=5, description="So many captures on end on the bad side are a drift (Nelson 1984, rule 2)."
    )
    sharpness_share: float = Field(
        default=0.15, gt=0, description="Shift of the edge width that matters, as share of the normal one (ours)."
    )
    skew_deg: float = Field(default=0.25, gt=0, description="Shift of the skew that matters, degrees (ours).")
    colour_de: float = Field(default=1.0, gt=0, description="Shift of the mean dE2000 that matters (ours).")
    exposure_levels: float = Field(
        default=10.0, gt=0, description="Shift of the bare sheet's level that matters, 8-bit levels (ours)."
    )
    repeats: int = Field(default=5, ge=0, description="The same failure so many times on end is FAIL; 0 = off (ours).")


Said = Iterable[Finding | Measure]


@dataclass(frozen=True, slots=True)
class Signal:
    """A figure followed over captures. `bad`: +1 only a rise is, -1 only a fall, 0 both; `matters(settings, centre)`:
    the least shift; `words` take the normal and the present value."""

    code: str
    read: Callable[[Said], float | None]
    bad: int
    matters: Callable[[Settings, float], float]
    unit: str
    words: str
    remedy: str


def edges(said: Said) -> float | None:
    """Median stroke edge width of the photograph's labels, px."""
    found = [m.value.get("edge_width_px") for m in _measures(said, "labels") if isinstance(m.value, Mapping)]
    known = [float(value) for value in found if value is not None]
    return float(np.median(known)) if known else None


def skew(said: Said) -> float | None:
    """Skew of the sheet, degrees."""
    found = [m.value for m in _measures(said, "skew_deg") if isinstance(m.value, int | float)]
    return float(found[0]) if found else None


def colour(said: Said) -> float | None:
    """Smallest mean dE2000 of the photograph's charts: of two, one may be the wrong one."""
    found = [m.value.get("mean_de2000") for m in _measures(said, "charts") if isinstance(m.value, Mapping)]
    return min((float(value) for value in found if value is not None), default=None)


def level(said: Said) -> float | None:
    """8-bit level of the bare sheet, as the check `exposure` gives it."""
    values = [a.value for a in said if isinstance(a, Finding) and (a.check, a.code) in LEVELS and a.value is not None]
    return float(values[0]) if values else None


LEVELS = {("exposure", "ok"), ("exposure", "under")}
SIGNALS = (
    Signal("sharpness", edges, 1, lambda s, centre: s.sharpness_share * centre, "px",
           "The focus is creeping: letter edges were {0:.1f} px wide, now they are {1:.1f} px.",
           "Focus again before a label fails, and look whether column, lens and stand are clamped."),
    Signal("skew", skew, 0, lambda s, _: s.skew_deg, "deg",
           "Sheets lie more and more askew: {0:+.2f} degrees were usual, now {1:+.2f}.",
           "Look whether the guide or the camera has moved, and fasten it."),
    Signal("colour", colour, 1, lambda s, _: s.colour_de, "dE2000",
           "The colours are drifting: mean dE2000 of the chart was {0:.1f}, now it is {1:.1f}.",
           "Check lamps and white balance, clean the chart, and take a calibration photograph."),
    Signal("exposure", level, 0, lambda s, _: s.exposure_levels, "of 255",
           "The exposure is drifting: bare sheets had level {0:.0f}, now {1:.0f} of 255.",
           "Check lamps, aperture, shutter and ISO against the last good photograph."),
)  # fmt: skip


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """One finding for each figure that drifts, one for a failure that repeats; else one PASS."""
    before = [said(verdict) for verdict in scene.recent if _alike(verdict, scene)]
    history = [*before, scene.said]
    sharp = scene.rig.sharpness_edge_px
    baselines = {"sharpness": (sharp.median, sharp.spread)} if sharp is not None else {}
    drifts = (_drifting(s, history, settings, baselines.get(s.code)) for s in SIGNALS)
    found = [*_repeated(history, settings), *(finding for finding in drifts if finding is not None)]
    yield from found
    if not found:
        few = f"Too few captures yet to see a drift ({len(history)} of {settings.least})."
        fine = f"Nothing drifts over the last {len(history)} captures."
        yield Finding(NAME, "ok", Outcome.PASS, few if len(history) < settings.least else fine, "", len(history))


def said(verdict: Verdict) -> tuple[Finding | Measure, ...]:
    """Findings and measures of a verdict as its checks gave them."""
    lists = (("labels", "charts"), verdict.measures)
    single = [Measure(name, value) for name, value in lists[1].items() if name not in lists[0]]
    several = [Measure(n, v) for n in lists[0] for v in _listed(verdict.measures.get(n))]
    return (*verdict.findings, *single, *several)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _measures(said: Said, name: str) -> list[Measure]:
    return [answer for answer in said if isinstance(answer, Measure) and answer.name == name]


def _alike(verdict: Verdict, scene: Scene) -> bool:
    """Taken at the same rig in the same size (either way up): figures in pixels can be compared."""
    same = verdict.rig == scene.rig.name and verdict.size_px is not None
    return same and sorted(verdict.size_px or ()) == sorted(scene.photo.size_px)


def _drifting(
    signal: Signal, history: Sequence[Said], settings: Settings, baseline: tuple[float, float] | None
) -> Finding | None:
    """The finding, if it drifts. `baseline`: (median, spread) of the rig; without it the earliest values are normal."""
    values = [value for said in history if (value := signal.read(said)) is not None]
    if signal.read(history[-1]) is None or len(values) < settings.least:
        return None
    first = min(settings.reference, len(values) // 2) if baseline is None else 0
    later = values[first:]
    centre, spread = baseline or _normal(values[:first])
    matters = signal.matters(settings, centre)
    sigma = max(spread, charts.spread(later if baseline else values[:first]), matters / 6)
    calm = np.clip(later, centre - OUTLIER * sigma, centre + OUTLIER * sigma)
    last = charts.ewma([float(v) for v in calm], centre=centre, sigma=sigma).points[-1]
    run = np.array(later[-settings.run :])
    way = float(np.sign(last.value - centre)) if signal.bad == 0 else signal.bad
    beyond = last.out and way * (last.value - centre) >= matters
    on_end = len(run) == settings.run and bool((way * (run - centre) > 0).all())
    if not beyond and not (on_end and way * float(np.median(run) - centre) >= matters):
        return None
    now = last.value if beyond else float(np.median(run))
    limit = centre + way * matters
    words, unit = signal.words.format(centre, now), signal.unit
    return Finding(NAME, signal.code, Outcome.WARN, words, signal.remedy, round(now, 3), round(limit, 3), unit)


def _normal(values: Sequence[float]) -> tuple[float, float]:
    """Median and spread (median absolute deviation, as a standard deviation) of the earliest values."""
    centre = float(np.median(values))
    return centre, 1.4826 * float(np.median(np.abs(np.array(values) - centre)))


def _repeated(history: Sequence[Said], settings: Settings) -> Iterator[Finding]:
    """The same check and code, FAIL in every one of the last `repeats` captures."""
    if settings.repeats == 0 or len(history) < settings.repeats:
        return
    shared = set.intersection(*(_failures(said) for said in history[-settings.repeats :]))
    now = [answer for answer in history[-1] if isinstance(answer, Finding) and (answer.check, answer.code) in shared]
    if now:
        fault = f"{now[0].check.replace('_', ' ')}: {now[0].code.replace('_', ' ')}"
        yield Finding(
            NAME,
            "stop_line",
            Outcome.FAIL,
            f"The same fault {settings.repeats} times on end ({fault}): it is the stand, not the sheet.",
            f"Stop. {now[0].remedy} Go on when a test photograph passes.",
            settings.repeats,
            settings.repeats,
            "captures",
        )


def _failures(said: Said) -> set[tuple[str, str]]:
    fails = (a for a in said if isinstance(a, Finding) and a.outcome is Outcome.FAIL and a.check != NAME)
    return {(finding.check, finding.code) for finding in fails}
