"""The conformance run before production: a target photographed as every sheet will be, which must pass everything.

FADGI asks that a target passes before each day or batch; this run is indicative, only FADGI's own targets and software
certify.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from station import conformance, judging, kit, line
from station.config import Config
from station.errors import StationError
from station.types import Outcome, Verdict


def check(photographs: Iterable[Path], config: Config, now: datetime) -> conformance.Run:
    """Judge, decide, record. Raises StationError when there is no photograph, or the run cannot be recorded."""
    segmenter = kit.open_segmenter(config)
    try:
        made = kit.make_line(config, segmenter)
        verdicts = [line.judge(judging.capture_of(path), made).verdict for path in photographs]
    finally:
        segmenter.close()
    if not verdicts:
        raise StationError("There is no photograph to check.", "Name the photograph that was taken for it.")
    run = conformance.Run(now, config.rig.name, len(verdicts), faults(verdicts), config.digest, kit.SOFTWARE)
    conformance.record(config.state, run)
    return run


def faults(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Whatever failed or could not be judged, each once; warnings do not stop production."""
    stops = (f for v in verdicts for f in v.findings if f.outcome >= Outcome.UNKNOWN)
    return tuple(dict.fromkeys(f"{f.check}: {f.message}" for f in stops))
