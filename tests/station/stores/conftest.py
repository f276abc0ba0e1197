"""What the tests of the stores share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from station.contracts import Store
from station.types import Box, Capture, Engine, Finding, Outcome, Region, Stamp, Verdict
from tests.station.stores.opening import OPENERS, Opener

VerdictOf = Callable[..., Verdict]


@pytest.fixture(params=sorted(OPENERS))
def opener(request: pytest.FixtureRequest) -> Opener:
    return OPENERS[request.param](lambda: request.getfixturevalue("server"))


@pytest.fixture
def store(opener: Opener, tmp_path: Path) -> Iterator[Store]:
    opened = opener(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def verdict_of() -> VerdictOf:
    """number, name of the file -> a verdict of a capture of its own."""

    def make(number: int, path: Path | None = None, companions: tuple[Path, ...] = ()) -> Verdict:
        sha256 = hashlib.sha256(str(number).encode()).hexdigest()
        path = path or Path(f"/inbox/sheet-{number:05}.jpg")
        stamp = Stamp(2049, 2**63 + number, 1_000_000 + number, 1_700_000_000_000_000_000 + number)
        blurred = Finding(
            "label_sharpness",
            "blurred",
            Outcome.FAIL,
            "The label is blurred.",
            "Refocus.",
            4.2,
            2.5,
            "px",
            Box(1, 2, 3, 4),
        )
        corners = np.array([[10.5, 20.25], [90, 20], [90, 80], [10, 80]], dtype=np.float32)
        return Verdict(
            capture=Capture(sha256[:16], path, sha256, datetime.now(UTC), stamp.bytes, stamp, companions),
            profile="herbarium-sheet",
            rig="stand-1",
            size_px=(8688, 5792),
            specimen=(f"E{number:08}",),
            findings=(blurred,) if number % 3 == 0 else (Finding("barcode", "read", Outcome.PASS, "Read."),),
            measures={"skew_deg": 0.3, "labels": [{"bbox": [1, 2, 3, 4], "legible": True}]},
            regions=(Region("label", corners, 4800.0, 0.97),),
            engine=Engine("herbarium-sheet", "ab" * 32, "onnxruntime", "fp32", "1.23"),
            config_digest="cd" * 32,
            software="0.1.0",
            seconds={"decode": 0.1, "segment": 0.2, "checks": 0.05, "total": 0.35},
        )

    return make
