"""What is judged, how it came out, and what people decided."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from station.errors import EngineError
from station.types.bench import Policy
from station.types.capture import Box, Capture, Photo
from station.types.chart import Chart, Share
from station.types.vision import Barcode, Engine, Region, Segmentation


@functools.total_ordering
class Outcome(Enum):
    """PASS < WARN < UNKNOWN < FAIL. UNKNOWN means "not judged" and is never a pass; an outcome is no truth value."""

    PASS = 0
    WARN = 1
    UNKNOWN = 2
    FAIL = 3

    def __lt__(self, other: object) -> bool:
        return self.value < other.value if isinstance(other, Outcome) else NotImplemented

    def __bool__(self) -> bool:
        raise TypeError("an Outcome is not true or false; compare it with Outcome.PASS")


@dataclass(frozen=True, slots=True)
class Usual:
    """A figure as good photographs of a stand have it: `median`, and `spread`, half the distance between the 16th and
    the 84th percentile (a standard deviation that a few odd ones do not move)."""

    median: float
    spread: float


@dataclass(frozen=True, slots=True)
class Rig:
    """What is normal at one camera stand. `ppi` pixels per inch; `required` overrides the profile's objects; `size_px`
    of every photograph, either way up; `sharpness_edge_px`: stroke edges of sharp labels (10-90 %, px); `camera`: EXIF
    tag -> value that never changes; `charts` are the physical ones that lie there; `zones`: class -> where such objects
    must lie, shares of the frame; `sheet_level`: 8-bit level of the bare sheet; `light_uneven`: SD over mean, %;
    `chart_length_px`: long sides of the colour charts that lie there, added up."""

    name: str
    ppi: float | None = None
    required: Mapping[str, int] | None = None
    size_px: tuple[int, int] | None = None
    sharpness_edge_px: Usual | None = None
    camera: Mapping[str, str | float] = field(default_factory=dict)
    sheet_level: Usual | None = None
    light_uneven: Usual | None = None
    chart_length_px: Usual | None = None
    charts: tuple[Chart, ...] = ()
    zones: Mapping[str, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of object: its model, the objects that must lie in the frame (class -> least number), the pattern
    (regular expression) of its specimen numbers, what each outcome asks of the operator (absent: to know it), and the
    kinds of chart that may lie beside it."""

    name: str
    model: str
    required: Mapping[str, int]
    barcode_pattern: str | None = None
    policies: Mapping[Outcome, Policy] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a check may see. Asking for what failed raises why it failed (an EngineError).

    `recent`: the verdicts before this one at this station, newest last; empty for files at hand. `said`: what the
    checks asked before this one answered of the same photograph.
    `parts`: the slides of a photograph that shows several, in reading order, each as a scene of its own.
    """

    capture: Capture
    photo: Photo
    profile: Profile
    rig: Rig
    barcodes: tuple[Barcode, ...] | EngineError
    segmented: Segmentation | EngineError
    found: tuple[Region, ...] | EngineError
    recent: tuple[Verdict, ...] = ()
    said: tuple[Finding | Measure, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def segmentation(self) -> Segmentation:
        if isinstance(self.segmented, EngineError):
            raise self.segmented
        return self.segmented

    @property
    def regions(self) -> tuple[Region, ...]:
        if isinstance(self.found, EngineError):
            raise self.found
        return self.found

    @property
    def required(self) -> Mapping[str, int]:
        """Class -> least number of objects: the rig's word where it has one, else the profile's."""
        return self.profile.required if self.rig.required is None else self.rig.required

    def of(self, name: str) -> tuple[Region, ...]:
        """The regions of one class, largest first."""
        return tuple(sorted((r for r in self.regions if r.name == name), key=lambda r: -r.area_px))


@dataclass(frozen=True, slots=True)
class Part:
    """One slide of several in a photograph: its number and its place, all from 1 in reading order; `scene`, in pixels
    from the corner of `box`, which is a place in the whole photograph."""

    number: int
    row: int
    col: int
    box: Box
    scene: Scene


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one check: what is wrong (`message`), what to do (`remedy`), the figure and its limit."""

    check: str
    code: str
    outcome: Outcome
    message: str
    remedy: str = ""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    where: Box | None = None


def worst(findings: Iterable[Finding]) -> Outcome:
    """The outcome of the worst; without any finding nothing was judged."""
    return max((finding.outcome for finding in findings), default=Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure a check took on its way, for `measures` of the verdict.

    A scalar name (`skew_deg`, `orientation_deg`, `sheet_corners_px`, `ppi`) holds one value; a list name
    (`labels`, `charts`, `slides`) collects one mapping a Measure.
    """

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one capture and everything needed to trust or dispute it. `seconds` per stage; `policy` is what
    the profile asks of the operator for this outcome."""

    capture: Capture
    profile: str
    rig: str
    size_px: tuple[int, int] | None
    specimen: tuple[str, ...]
    findings: tuple[Finding, ...]
    measures: Mapping[str, object]
    regions: tuple[Region, ...]
    engine: Engine | None
    config_digest: str
    software: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    policy: Policy = Policy.INFORM

    @property
    def outcome(self) -> Outcome:
        """The worst finding; a verdict without any finding was not judged."""
        return worst(self.findings)


class Action(Enum):
    """What a person decided."""

    ACCEPT = "accept"
    RETAKE = "retake"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a capture; it never changes the verdict. `at` is UTC."""

    capture_id: str
    action: Action
    operator: str
    reason_code: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A verdict as stored: `sequence` grows by one with each; `decision` is the latest one, if any.

    `session`, `operator` and `job` are those at work then. `retake` is the number of its chain, `attempt` its place in
    it, `retake_of` the capture it superseded, `replaced_by` the one that superseded it.
    """

    sequence: int
    recorded_at: datetime
    station: str
    verdict: Verdict
    decision: Decision | None = None
    session: int | None = None
    operator: str | None = None
    job: str | None = None
    retake: int | None = None
    attempt: int = 1
    retake_of: str | None = None
    replaced_by: str | None = None


class Concern(Enum):
    """What of the station something is said of: the screen's heading over it, in the language of whoever looks."""

    INBOX = "inbox"
    RECORDS = "records"
    PICTURES = "pictures"
    SETTINGS = "settings"
    RESTART = "restart"
    ENGINE = "engine"
    PHOTOGRAPH = "photograph"


@dataclass(frozen=True, slots=True)
class Pulse:
    """The daemon's sign of life, overwritten twice a second; pages believe nothing older than 2 s.

    `problem`: the station itself is not well. `notice`: it works, but not as configured, e.g. on a fallback. Both in
    English; `problem_of` and `notice_of` tell what they are of.
    `fallback`: in one word why it is not the first engine of the configuration that judges (errors.Trouble).
    """

    at: datetime
    station: str
    arriving: tuple[str, ...] = ()
    waiting: int = 0
    problem: str | None = None
    engine: Engine | None = None
    notice: str | None = None
    fallback: str | None = None
    problem_of: Concern | None = None
    notice_of: Concern | None = None
