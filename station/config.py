"""station.yaml -> Config. Opens nothing and touches no hardware; every error names file and line.

A table that is absent is off, an empty table means defaults, an unknown key is an error with a did-you-mean.
The profile brings its checks; a table under `checks:` changes their settings, `NAME: off` removes one.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from station import charts, decode, identify, parts, tether, watch
from station.errors import ConfigError
from station.located import Located, read
from station.page import settings as page
from station.settings import Settings
from station.types import Outcome, Policy, Profile, Rig, Share, Usual

CALIBRATION = Path(str(files("calibration")))
ZOO = Path(str(files("engines"))) / "zoo"
READING: tuple[tuple[str, type[Settings]], ...] = (("decode", decode.Settings), ("identify", identify.Settings))
"""Tables that decide what is seen of a photograph, beside backends and checks."""


class Station(Settings):
    """The top level of station.yaml."""

    station: str = Field(default_factory=platform.node, min_length=1, description="Name of this station on every page.")
    inbox: Path = Field(default=Path("inbox"), description="Folder the camera software writes to; only read.")
    state: Path = Field(default=Path("state"), description="Folder for records and previews; local disk, some GB free.")
    profile: str = Field(default="herbarium-sheet", description="Kind of object: in calibration/profiles, or a path.")
    rig: str = Field(default="default", description="Camera stand: a name in calibration/rigs or a path.")
    segment: dict[str, Any] = Field(default_factory=dict, description="`backends:` in order of fallback; their tables.")
    checks: dict[str, Any] = Field(default_factory=dict, description="Settings of single checks; `NAME: off` removes.")
    alerts: dict[str, Any] = Field(default_factory=dict, description="Ways to tell people; a table each.")
    store: dict[str, Any] = Field(default_factory=dict, description="Where records are kept; one table, else SQLite.")
    watch: dict[str, Any] | None = Field(default=None, description="How the inbox is watched.")
    decode: dict[str, Any] | None = Field(default=None, description="Limits for photographs.")
    identify: dict[str, Any] | None = Field(default=None, description="How barcodes are read.")
    page: dict[str, Any] | None = Field(default=None, description="The operator page.")
    tether: dict[str, Any] | None = Field(default=None, description="The camera on the USB cable.")

    @field_validator("checks", "alerts", "segment", "store", mode="before")
    @classmethod
    def _empty_is_no_table(cls, value: object) -> object:
        return {} if value is None else value


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_compiles)]


Part = Annotated[float, Field(ge=0, le=1)]


class ProfileFile(Settings):
    """A file in calibration/profiles."""

    model: str = Field(description="Name of a folder in engines/zoo, or a path.")
    required: dict[str, int] = Field(default_factory=dict, description="Class -> least number in every frame.")
    barcode_pattern: Pattern | None = Field(default=None, description="Regular expression of specimen numbers.")
    policies: dict[Literal["fail", "unknown", "warn"], Literal["inform", "acknowledge", "block"]] = Field(
        default={"fail": "block"},
        description="Outcome -> what it asks of the operator: inform; acknowledge: open until replaced or answered;"
        " block: besides, only a supervisor's reason signs a session off with it.",
    )
    checks: dict[str, Any] = Field(default_factory=dict, description="Checks of this kind of object.")


class Baseline(Settings):
    """A figure that `station calibrate rig` learned from good photographs."""

    median: float = Field(gt=0, description="Median of the good photographs.")
    spread: float = Field(default=0.0, ge=0, description="Half the distance between the 16th and 84th percentile.")


class RigFile(Settings):
    """A file in calibration/rigs."""

    ppi: float | None = Field(default=None, gt=0, description="Pixels per inch at the sheet.")
    charts: list[str] = Field(default=[], description="Charts that lie here: names in calibration/charts, or paths.")
    zones: dict[str, tuple[Part, Part, Part, Part]] = Field(
        default={}, description="Class -> left, top, width, height of where it must lie, shares of the frame."
    )
    required: dict[str, int] | None = Field(default=None, description="Replaces the profile's required objects.")
    barcode_pattern: Pattern | None = Field(default=None, description="Replaces the profile's pattern.")
    size_px: tuple[int, int] | None = Field(default=None, description="Width and height of every photograph, px.")
    sharpness_edge_px: Baseline | None = Field(default=None, description="Stroke edges of sharp labels here, px.")
    sheet_level: Baseline | None = Field(default=None, description="8-bit level of the bare sheet here.")
    light_uneven: Baseline | None = Field(default=None, description="Unevenness of the light here, SD over mean, %.")
    chart_length_px: Baseline | None = Field(default=None, description="Long sides of the colour charts here, px.")
    camera: dict[str, str | float] = Field(
        default_factory=dict, description="EXIF tag -> value that never changes here, e.g. `FNumber: 8`."
    )


@dataclass(frozen=True, slots=True)
class Config:
    """Everything asked for, checked. `source`: the file it stands in, None for defaults; `files`: that one, then those
    of profile and rig. `digest`: SHA-256 of all that decides a verdict, not of how it is written."""

    source: Path | None
    files: tuple[Path, ...]
    digest: str
    station: str
    inbox: Path
    state: Path
    profile: Profile
    rig: Rig
    model: Path
    backends: tuple[tuple[str, Settings], ...]
    checks: tuple[tuple[str, Settings], ...]
    alerts: tuple[tuple[str, Settings], ...]
    store: tuple[str, Settings]
    watch: watch.Settings
    decode: decode.Settings
    identify: identify.Settings
    page: page.Settings
    tether: tether.Settings


def load(path: Path | None, *, profile: str | None = None, rig: str | None = None) -> Config:
    """Read `path` (None: defaults), its profile and its rig; the two arguments override the file. Raises ConfigError.

    Relative paths in the file count from the folder of the file.
    """
    located = read(path) if path is not None else Located(Path("station.yaml"), "", {}, {})
    top = located.table((), Station)
    home = path.resolve().parent if path is not None else Path.cwd()
    profile_file = _named(located, top.profile, profile, "profile", home)
    rig_file = _named(located, top.rig, rig, "rig", home)
    kind, stand = profile_file.table((), ProfileFile), rig_file.table((), RigFile)
    backends, checks, alerts = _backends(located), _checks(located, profile_file), _drawer(located, "alerts")
    store = _store(located)
    judged_by = [(name, settings.model_dump(mode="json")) for name, settings in (*backends, *checks)]
    eyes = [located.table((name,), part).model_dump(mode="json") for name, part in READING]
    rig_of = _rig(rig_file, stand)
    profile_of = _profile(profile_file, kind, stand)
    told = [repr(chart) for chart in (*profile_of.charts, *rig_of.charts)]
    meaning = [kind.model_dump(exclude={"checks", "policies"}), stand.model_dump(), judged_by, eyes, told]
    inbox, state = _folders(located, top, home)
    return Config(
        source=path.resolve() if path is not None else None,
        files=(*(() if path is None else (path.resolve(),)), profile_file.path, rig_file.path),
        digest=hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest(),
        station=top.station,
        inbox=inbox,
        state=state,
        profile=profile_of,
        rig=rig_of,
        model=ZOO / kind.model if "/" not in kind.model else (profile_file.path.parent / kind.model),
        backends=backends,
        checks=checks,
        alerts=alerts,
        store=store,
        watch=located.table(("watch",), watch.Settings),
        decode=located.table(("decode",), decode.Settings),
        identify=located.table(("identify",), identify.Settings),
        page=located.table(("page",), page.Settings),
        tether=located.table(("tether",), tether.Settings),
    )


def _folders(located: Located, top: Station, home: Path) -> tuple[Path, Path]:
    """(inbox, state), which must not lie in one another's way."""
    inbox, state = home / top.inbox.expanduser(), home / top.state.expanduser()
    if state.resolve().is_relative_to(inbox.resolve()):
        said = "'state' lies in the inbox; the station would judge its own previews"
        raise located.error(("state",), said, "Name a folder outside the inbox.")
    return inbox, state


def _named(located: Located, written: str, asked: str | None, key: str, home: Path) -> Located:
    """A file by its name in calibration/, or by its path when it ends in .yaml; `asked` on the command line (paths
    from the current folder) goes before `written` in the file (paths from the file's folder)."""
    name, start = (written, home) if asked is None else (asked, Path.cwd())
    folder = CALIBRATION / f"{key}s"
    path = start / name if name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    if path.is_file():
        return read(path)
    known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
    said, remedy = f"there is no {key} '{name}'", f"Known: {known}; or give a path ending in .yaml."
    raise located.error((key,), said, remedy) if asked is None else ConfigError(f"--{key}: {said}", remedy)


def _profile(located: Located, kind: ProfileFile, stand: RigFile) -> Profile:
    """The profile of a file; the rig may have a pattern of its own."""
    pattern = stand.barcode_pattern or kind.barcode_pattern
    policies = {Outcome[outcome.upper()]: Policy(asks) for outcome, asks in kind.policies.items()}
    known = charts.known(charts.SHIPPED)
    return Profile(located.path.stem, kind.model, kind.required, pattern, policies=policies, charts=known)


def _rig(located: Located, stand: RigFile) -> Rig:
    """The rig of a file, its charts read."""
    return Rig(
        name=located.path.stem,
        ppi=stand.ppi,
        required=stand.required,
        size_px=stand.size_px,
        sharpness_edge_px=_usual(stand.sharpness_edge_px),
        sheet_level=_usual(stand.sheet_level),
        light_uneven=_usual(stand.light_uneven),
        chart_length_px=_usual(stand.chart_length_px),
        camera=stand.camera,
        charts=charts.named(located, stand.charts),
        zones={name: Share(*zone) for name, zone in stand.zones.items()},
    )


def _usual(learned: Baseline | None) -> Usual | None:
    return None if learned is None else Usual(learned.median, learned.spread)


def _part_settings(located: Located, drawer: str, where: tuple[str, ...], values: object = None) -> Settings:
    """The Settings of the part named by the last of `where`, checked. `values` replaces what stands in the file."""
    try:
        module = parts.part(drawer, where[-1])
    except ConfigError as error:
        raise located.error(where, str(error), error.remedy) from error
    settings: type[Settings] = module.Settings
    if values is not None:
        return settings.model_validate(values)
    return located.table(where, settings)


def _drawer(located: Located, drawer: str) -> tuple[tuple[str, Settings], ...]:
    return tuple((name, _part_settings(located, drawer, (drawer, name))) for name in located.data.get(drawer) or {})


def _backends(located: Located) -> tuple[tuple[str, Settings], ...]:
    table = located.data.get("segment") or {}
    order = table.get("backends", ["onnxruntime"])
    if not isinstance(order, list) or not order or not all(isinstance(n, str) for n in order):
        raise located.error(("segment", "backends"), "segment.backends must be a list of names", "E.g. [onnxruntime].")
    for name in table:
        if name != "backends" and name not in order:
            raise located.error(
                ("segment", name), f"'{name}' is not in segment.backends", "Add it there, or remove it."
            )
    return tuple((name, _part_settings(located, "backends", ("segment", name))) for name in order)


def _checks(located: Located, profile: Located) -> tuple[tuple[str, Settings], ...]:
    """The profile's checks with the file's settings laid over them; both checked, each at its own line."""
    own, base = located.data.get("checks") or {}, profile.data.get("checks") or {}
    chosen = []
    for name in dict.fromkeys((*base, *own)):
        if own.get(name, True) is False:
            _known_check(located, name)
            continue
        for where in (f for f, table in ((profile, base), (located, own)) if name in table):
            _part_settings(where, "checks", ("checks", name))
        merged = {**(base.get(name) or {}), **(own.get(name) or {})}
        chosen.append((name, _part_settings(located, "checks", ("checks", name), merged)))
    return tuple(chosen)


def _known_check(located: Located, name: str) -> None:
    _part_settings(located, "checks", ("checks", name), {})


def _store(located: Located) -> tuple[str, Settings]:
    table = located.data.get("store") or {"sqlite": {}}
    if len(table) != 1:
        raise located.error(("store",), "'store' must name exactly one store", "E.g. store: {sqlite: {}}.")
    name = str(next(iter(table)))
    return name, _part_settings(located, "stores", ("store", name))
