"""Plans on disk: a cache of engines built on this very machine, never shipped, never trusted blindly.

    <state>/plans/<name>.plan   what TensorRT wrote
    <state>/plans/<name>.json   fingerprint, sha256 of the plan, the parity gate's result; written last, so it counts

`name` is made of the fingerprint: another GPU, driver, TensorRT, model, precision or shape is another name, and no call
of TensorRT tells what a plan was built for. A plan without its JSON is a build that was cut off.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from station.errors import EngineError, Trouble

BUILD = "Run `station engine build`; the daemon does so by itself."
NAME_DIGITS = 20
LOCK, TIMING_CACHE = "building.lock", "timing.cache"
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Smallest, usual and largest input of a plan: (images, height, width), sides in pixels."""

    least: tuple[int, int, int]
    usual: tuple[int, int, int]
    most: tuple[int, int, int]

    def admits(self, shape: tuple[int, ...]) -> bool:
        """Does an input of (images, height, width) fit?"""
        return all(low <= side <= high for low, side, high in zip(self.least, shape, self.most, strict=True))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All that a plan depends on. `driver` as probe.Gpu says it; `options` what else the builder was told."""

    library: str
    version: str
    gpu: str
    compute_capability: str
    driver: str
    onnx_sha256: str
    precision: str
    shapes: Shapes
    options: Facts

    @property
    def name(self) -> str:
        """The plan's file name, without its ending."""
        written = json.dumps(self.facts, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:NAME_DIGITS]

    @property
    def facts(self) -> Facts:
        """As it is stored: plain values of JSON."""
        plain: Facts = json.loads(json.dumps(asdict(self)))
        return plain

    def differs(self, other: Facts) -> str:
        """What of `other`, a fingerprint as stored, is not as here; for people."""
        mine = self.facts
        return ", ".join(f"{key} {other.get(key)} -> {mine[key]}" for key in mine if other.get(key) != mine[key])


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan on the shelf. `refused`: why it may not be used; such a plan has no file. `gate`: compare.py's result."""

    name: str
    path: Path
    sha256: str
    bytes: int
    built_at: str
    seconds: float
    fingerprint: Facts
    gate: Facts
    refused: str | None = None

    def compared(self) -> str:
        """How it did at the parity gate, in a line."""
        if self.refused is not None or not self.gate:
            return self.refused or "not compared"
        return (
            f"{self.gate['agreement']:.2%} of pixels agree at least, boxes {self.gate['box_iou']:.3f},"
            f" {self.gate['changed_verdicts']} of {self.gate['photographs']} verdicts differ"
        )


class Shelf:
    """The plans of one station."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, wanted: Fingerprint) -> Plan:
        """The plan for this machine, passed by the gate. Raises EngineError NOT_BUILT or REFUSED."""
        try:
            plan = self._read(self.folder / f"{wanted.name}.json")
        except FileNotFoundError as error:
            raise _not_built(self._why_none(wanted)) from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _not_built(f"its notes cannot be read ({error})") from error
        if differs := wanted.differs(plan.fingerprint):
            raise _not_built(f"the one there is foreign ({differs})")
        if plan.refused is not None:
            raise EngineError(plan.refused, "Take another precision, or build again.", Trouble.REFUSED)
        if not plan.path.exists():
            raise _not_built("its file is gone")
        return plan

    def _why_none(self, wanted: Fingerprint) -> str:
        """The nearest plan there is, so that people learn what has changed."""
        others = [wanted.differs(plan.fingerprint) for plan in self.plans()]
        return f"what there is was built for something else ({min(others, key=len)})" if others else "there is none yet"

    def add(self, built_for: Fingerprint, plan: Path, seconds: float, gate: Facts) -> Plan:
        """Move a finished plan onto the shelf; complete or not there at all, also after a power cut."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{built_for.name}.plan"
        self.remove(built_for.name)
        _synced(plan)
        plan.replace(target)
        size = target.stat().st_size
        made = Plan(built_for.name, target, digest(target), size, _now(), seconds, built_for.facts, gate)
        self._write(made)
        return made

    def refuse(self, built_for: Fingerprint, reason: str, seconds: float, gate: Facts) -> Plan:
        """Remember that this plan may not be used, so that it is not built again and again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.remove(built_for.name)
        path = self.folder / f"{built_for.name}.plan"
        made = Plan(built_for.name, path, "", 0, _now(), seconds, built_for.facts, gate, reason)
        self._write(made)
        return made

    def note(self, plan: Plan, gate: Facts) -> None:
        """Replace the gate's result beside a plan."""
        self._write(Plan(**{**{f: getattr(plan, f) for f in Plan.__slots__}, "gate": gate}))

    def plans(self) -> tuple[Plan, ...]:
        """Everything on the shelf whose notes can be read, oldest first."""
        found = []
        for notes in self.folder.glob("*.json"):
            try:
                found.append(self._read(notes))
            except (OSError, ValueError, TypeError, KeyError):
                continue  # prune takes it away
        return tuple(sorted(found, key=lambda plan: plan.built_at))

    @contextmanager
    def held(self) -> Iterator[Path]:
        """One builder at a time, in an empty folder that is gone afterwards. Raises EngineError when another builds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise EngineError("Another process is at work on the plans.", "Wait until it is done.") from error
            with tempfile.TemporaryDirectory(prefix="build-", dir=self.folder) as work:
                yield Path(work)

    def prune(self, keep: Fingerprint | None) -> tuple[str, ...]:
        """Remove every plan but the one for `keep`, and whatever was left half done; the names removed."""
        kept = {LOCK, TIMING_CACHE, *(f"{keep.name}{end}" for end in (".plan", ".json") if keep is not None)}
        with self.held() as work:
            gone = [path for path in sorted(self.folder.iterdir()) if path.name not in {*kept, work.name}]
            for path in gone:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return tuple(path.name for path in gone)

    def remove(self, name: str) -> None:
        """Take one plan away, its notes first."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)
        (self.folder / f"{name}.plan").unlink(missing_ok=True)

    def _read(self, notes: Path) -> Plan:
        facts = json.loads(notes.read_text(encoding="utf-8"))
        return Plan(**{**facts, "name": notes.stem, "path": notes.with_suffix(".plan")})

    def _write(self, plan: Plan) -> None:
        facts = {field: getattr(plan, field) for field in Plan.__slots__ if field not in ("name", "path")}
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".part", delete=False, encoding="utf-8") as file:
            json.dump(facts, file, indent=1)
        _synced(Path(file.name))
        Path(file.name).replace(self.folder / f"{plan.name}.json")
        _synced(self.folder)


def read(path: Path, sha256: str) -> bytes:
    """The bytes of a plan, if they are the ones that were built. Raises EngineError NOT_BUILT."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _not_built(f"{path.name} cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _not_built(f"{path.name} is damaged or was changed (its SHA-256 is another)")
    return content


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _not_built(why: str) -> EngineError:
    return EngineError(f"There is no plan for this GPU: {why}.", BUILD, Trouble.NOT_BUILT)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")  # noqa: UP017 - this file runs on Python 3.10 too


def _synced(path: Path) -> None:
    """On the disk, not only on its way there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
