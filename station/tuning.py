"""What `station engine tune` found on this computer: how its CPU runs the network fastest. Kept in the state directory.

    <state>/tuned/cpu.json      threads, waiting, file; for which processor, ONNX Runtime and model; what was measured
    <state>/tuned/quint8.onnx   the network with 8-bit convolutions, where it is faster and passed the parity gate

Whatever does not fit this computer, runtime and model is as good as not there: the engine then runs as shipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.errors import EngineError, Trouble
from station.types import Model

FOLDER, NOTES = "tuned", "cpu.json"
TUNE = "Run `station engine tune`."
MOST_THREADS = 256
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Computer:
    """All that the choice depends on."""

    processor: str
    cores: int
    runtime: str
    onnx_sha256: str

    @classmethod
    def here(cls, model: Model, runtime: str) -> Computer:
        """This one. `runtime`: version of ONNX Runtime."""
        return cls(processor(), cores(), runtime, model.sha256)


@dataclass(frozen=True, slots=True)
class Tuning:
    """A choice. `path`: the network's file, None for the model's own (precision fp32). `median_ms`: one photograph
    beside a decoder at work; `measured`: every way that was tried; `gate`: the parity gate's result for `path`."""

    threads: int
    spin: bool
    precision: str
    median_ms: float
    made_at: str
    measured: Facts
    gate: Facts
    path: Path | None = None

    def told(self) -> str:
        """In a few words."""
        waiting = ", spinning" if self.spin else ""
        return f"{self.precision}, {self.threads} threads{waiting}, {self.median_ms:.0f} ms, tuned {self.made_at[:10]}"


def find(state: Path, wanted: Computer) -> Tuning:
    """What was found for `wanted`. Raises EngineError NOT_BUILT, with the reason, when there is nothing to rely on."""
    try:
        held = json.loads((state / FOLDER / NOTES).read_text())
        told, file = held["choice"], held["file"]
        if not (isinstance(told["threads"], int) and 1 <= told["threads"] <= MOST_THREADS):
            raise ValueError(f"{told['threads']} threads")
        differs = [f"{k}: {held['computer'].get(k)}, now {v}" for k, v in asdict(wanted).items()
                   if held["computer"].get(k) != v]  # fmt: skip
        path = None if file is None else state / FOLDER / str(file["name"])
        broken = path is not None and digest(path) != file["sha256"]
        made = Tuning(**told, path=path)
    except FileNotFoundError as error:
        raise _untuned("nothing was measured here yet") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _untuned(f"its notes cannot be read ({error})") from error
    if differs:
        raise _untuned(f"it was measured for something else ({'; '.join(differs)})")
    if broken:
        raise _untuned(f"{file['name']} is not the file that was measured")
    return made


def keep(state: Path, computer: Computer, choice: Tuning) -> None:
    """Write it down, the notes last and in one step; `choice.path` lies in the folder already. Raises OSError."""
    file = None if choice.path is None else {"name": choice.path.name, "sha256": digest(choice.path)}
    told = {key: value for key, value in asdict(choice).items() if key != "path"}
    written = json.dumps({"computer": asdict(computer), "file": file, "choice": told}, indent=1)
    fresh = state / FOLDER / f"{NOTES}.part"
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_text(written)
    fresh.replace(fresh.with_name(NOTES))


def digest(path: Path) -> str:
    """SHA-256 of a file, hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def now() -> str:
    """For `made_at`."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0))


def processor() -> str:
    """The processor's name, with what it can compute with: virtual machines often hide the one and differ in the
    other."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    able = sorted(set(facts.get("flags", facts.get("Features", "")).split()) & TOLD)
    return " ".join([facts.get("model name", platform.machine()), *able])


TOLD = {"avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "amx_bf16", "asimd", "asimddp", "i8mm", "bf16"}
"""Names of instructions, as Linux tells them, on which the speed of a precision depends."""


def _untuned(reason: str) -> EngineError:
    return EngineError(f"The CPU engine is not tuned: {reason}.", TUNE, Trouble.NOT_BUILT)
