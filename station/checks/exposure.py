"""Is the sheet exposed rightly, and lit evenly?

Measures, on what the engine takes for bare sheet, so that plants and labels do not count: the share of it that is pure
white in all channels (%), its median 8-bit level, and the unevenness of the light, standard deviation over mean of the
surface fitted to it (`light_uneven`, %). Of a colour chart of known values, the L* of its lightest grey less its value,
which tells the exposure whatever the paper is like.

Default limits (ours, calm: nobody knows how white this paper is until the rig is calibrated): more than 5 % pure white
WARN; level below 150 WARN, below 110 FAIL (paper of 209 training photographs: 172 and more; one stop less light takes
200 to 147, two stops to 106); unevenness above 15 % WARN, above 25 % FAIL. FADGI's own limits for lightness
non-uniformity, 1 to 8 %, are for a plain target; sheets bend and are stained: half of those photographs have 3.8 %, one
in twenty more than 12.7 %, those above 15 % lit from one side to be seen with the eye. A calibrated rig knows the level
of its sheets: farther from it than 15 levels and 4 spreads WARN, 40 levels and 8 spreads FAIL (ours; a third and two
thirds of a stop at level 220); and how uneven its light is: 4 % and 4 spreads more is WARN, 10 % and 8 spreads FAIL
(ours). A chart whose lightest grey is 16 L* too dark is WARN (ours; a stop takes 22; of 92 colour charts of training
photographs one, really dark, had more than 12).

UNKNOWN: the engine did not answer, or hardly any bare sheet is in the frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from pydantic import Field

from station.measure import light
from station.settings import Settings as Base
from station.types import Box, Finding, Measure, Outcome, Scene, Usual

NAME = "exposure"
SMALL_PX, RIM_PX = 512, 3
MOUNTS = ("sheet", "slide")
LEAST_SHARE = 0.02
"""Less bare sheet than this share of the photograph says nothing."""
MORE_UNEVEN = (0.04, 0.10)
"""So much more than at this stand is WARN, FAIL at least."""
DARKER = "Check lamps, shutter, aperture and ISO against the last good photograph, then take it again."


class Settings(Base):
    warn_white: float = Field(default=0.05, ge=0, le=1, description="WARN when more of the bare sheet is pure white.")
    fail_white: float = Field(default=1.0, ge=0, le=1, description="FAIL when more of it is pure white; 1: never.")
    warn_level: float = Field(default=150, ge=0, le=255, description="WARN when its 8-bit level is lower (ours).")
    fail_level: float = Field(default=110, ge=0, le=255, description="FAIL when its 8-bit level is lower (ours).")
    warn_off: float = Field(default=15, ge=0, description="WARN so many levels off a calibrated rig's own (ours).")
    fail_off: float = Field(default=40, ge=0, description="FAIL so many levels off a calibrated rig's own (ours).")
    warn_chart: float = Field(
        default=16, ge=0, description="WARN when the chart's white is too dark by more, L* (ours)."
    )
    warn_uneven: float = Field(default=0.15, ge=0, description="WARN above this SD over mean of the light (ours).")
    fail_uneven: float = Field(default=0.25, ge=0, description="FAIL above this SD over mean of the light (ours).")


def check(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
    """Exposure of the bare sheet. Raises EngineError when the engine did not answer."""
    segmented = scene.segmentation
    mount = next((segmented.classes.index(name) for name in MOUNTS if name in segmented.classes), None)
    image = scene.photo.small(SMALL_PX)
    classes = cv2.resize(segmented.class_map, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    bare = light.inner(classes == (-1 if mount is None else mount), RIM_PX)
    if bare.mean() < LEAST_SHARE:
        said, remedy = "Too little bare sheet is seen to judge the light.", "Look at the exposure yourself."
        yield Finding(NAME, "not_judged", Outcome.UNKNOWN, said, remedy)
        return
    white, level = light.clipped(image, bare), light.level(image, bare, 50)
    uneven = light.unevenness(light.luminance(image), bare)
    where = next((region.box for name in MOUNTS for region in scene.of(name)), None)
    yield Measure("sheet_level", level)
    if uneven is not None:
        yield Measure("light_uneven", round(100 * uneven, 2))
    alarms = [*_exposed(white, level, scene.rig.sheet_level, where, settings)]
    alarms = [*(alarms or _by_chart(scene, settings)), *_lit(uneven, scene.rig.light_uneven, where, settings)]
    yield from alarms
    if not alarms:
        evenly = "" if uneven is None else f", light uneven by {100 * uneven:.1f} %"
        yield Finding(NAME, "ok", Outcome.PASS, f"Exposure is fine: sheet at level {level:.0f}{evenly}.", "", level)


def _exposed(
    white: float, level: float, usual: Usual | None, where: Box | None, settings: Settings
) -> Iterator[Finding]:
    if white > settings.warn_white:
        failed = white > settings.fail_white
        limit = settings.fail_white if failed else settings.warn_white
        said = f"Over-exposed: {100 * white:.0f} % of the bare sheet is pure white, limit {100 * limit:g} %."
        yield _finding("over", failed, said, DARKER, 100 * white, 100 * limit, "%", where)
    middle, spread = (255.0, 0.0) if usual is None else (usual.median, usual.spread)
    warn, fail = max(settings.warn_off, 4 * spread), max(settings.fail_off, 8 * spread)
    if usual is not None and white <= settings.warn_white and level > middle + warn:
        limit = middle + (fail if level > middle + fail else warn)
        said = f"Over-exposed: the bare sheet has level {level:.0f}, at this stand {middle:.0f} is usual."
        yield _finding("over", level > middle + fail, said, DARKER, level, round(limit, 1), "of 255", where)
    least_warn = settings.warn_level if usual is None else max(settings.warn_level, middle - warn)
    least_fail = settings.fail_level if usual is None else max(settings.fail_level, middle - fail)
    if level < least_warn:
        limit = least_fail if level < least_fail else least_warn
        said = f"Under-exposed: the bare sheet has level {level:.0f} of 255, at least {limit:.0f} is usual."
        yield _finding("under", level < least_fail, said, DARKER, level, round(limit, 1), "of 255", where)


def _by_chart(scene: Scene, settings: Settings) -> Iterator[Finding]:
    """What a colour chart says, measured by the check that came before."""
    for told in scene.said:
        if not isinstance(told, Measure) or told.name != "charts" or not isinstance(told.value, dict):
            continue
        off = told.value.get("white_off")
        if off is not None and off < -settings.warn_chart:
            said = f"Under-exposed: the lightest grey of the colour chart is {-off:.0f} L* darker than its value."
            yield _finding("under", False, said, DARKER, -off, settings.warn_chart, "L*", Box(*told.value["bbox"]))
            return


def _lit(uneven: float | None, usual: Usual | None, where: Box | None, settings: Settings) -> Iterator[Finding]:
    warn, fail = settings.warn_uneven, settings.fail_uneven
    if usual is not None:
        middle, spread = usual.median / 100, usual.spread / 100
        warn = min(warn, middle + max(MORE_UNEVEN[0], 4 * spread))
        fail = min(fail, middle + max(MORE_UNEVEN[1], 8 * spread))
    if uneven is not None and uneven > warn:
        failed = uneven > fail
        limit = round(fail if failed else warn, 3)
        said = f"The light is uneven: {100 * uneven:.0f} % over the sheet, limit {100 * limit:g} %."
        remedy = "Check that all lamps burn, their distance and angle, and stray light from windows."
        yield _finding("uneven", failed, said, remedy, 100 * uneven, 100 * limit, "%", where)


def _finding(
    code: str, failed: bool, said: str, remedy: str, value: float, limit: float, unit: str, where: Box | None
) -> Finding:
    outcome = Outcome.FAIL if failed else Outcome.WARN
    return Finding(NAME, code, outcome, said, remedy, round(float(np.float64(value)), 2), limit, unit, where)
