"""What every check in the drawer promises."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import station.checks
from station.errors import EngineError
from station.settings import Settings
from station.types import Finding, Measure, Outcome, Scene
from tests.station.scenes import BROKEN, ArrayPhoto, blank, region, scene

NAMES = sorted(path.stem for path in Path(station.checks.__path__[0]).glob("*.py") if path.stem != "__init__")
NEEDS_NO_ENGINE = {"drift", "file"}
CODE = re.compile(r"[a-z][a-z_]*")


@pytest.fixture(params=NAMES)
def check(request: pytest.FixtureRequest) -> ModuleType:
    """Each file of the drawer in turn."""
    return importlib.import_module(f"station.checks.{request.param}")


def answers(check: ModuleType, case: Scene) -> list[Finding | Measure]:
    """Everything the check says with its default settings."""
    return list(check.check(case, check.Settings()))


def plain() -> Scene:
    """A sheet with one empty label: nothing is broken, little is there."""
    photo = ArrayPhoto(blank(800, 1200))
    return scene(photo, region("sheet", 50, 50, 700, 1100), region("label", 100, 900, 300, 150))


def test_every_setting_is_documented_and_has_a_default(check: ModuleType) -> None:
    """Its table in station.yaml may be empty, and each key explains itself with unit or source."""
    assert issubclass(check.Settings, Settings)
    check.Settings()
    for name, field in check.Settings.model_fields.items():
        assert field.description, name
        assert not field.is_required(), name
        assert field.description.endswith("."), name


def test_the_docstring_answers_the_four_questions(check: ModuleType) -> None:
    """The question, the measure with its unit, the default limit with its source, and when it is UNKNOWN."""
    text = check.__doc__ or ""
    assert text.split("\n")[0].endswith("?")
    assert re.search(r"^Measures?\b", text, re.MULTILINE)
    assert re.search(r"\((px|mm|degrees|number|count|objects|megapixels|dB|%)", text)
    assert re.search(r"[Ll]imits?\b", text)
    assert re.search(r"FADGI|ISO|iDigBio|Meise|ours|ppi", text)
    assert "UNKNOWN:" in text


def test_it_always_finds_something(check: ModuleType) -> None:
    """At least one finding under the check's own name, with a code, a message, and a remedy unless it is well."""
    findings = [a for a in answers(check, plain()) if isinstance(a, Finding)]
    assert findings
    for finding in findings:
        assert finding.check == check.__name__.rpartition(".")[2]
        assert CODE.fullmatch(finding.code)
        assert finding.message.endswith((".", "!"))
        assert finding.remedy or finding.outcome is Outcome.PASS
        assert (finding.code == "ok") == (finding.outcome is Outcome.PASS)


def test_without_an_engine_it_never_passes(check: ModuleType) -> None:
    """It raises EngineError or answers UNKNOWN, unless it asks nothing of the engine."""
    case = scene(plain().photo, barcodes=BROKEN, segmented=BROKEN, required={"label": 1, "barcode": 1})
    try:
        findings = [a for a in answers(check, case) if isinstance(a, Finding)]
    except EngineError:
        return
    if check.__name__.rpartition(".")[2] not in NEEDS_NO_ENGINE:
        assert findings
        assert all(finding.outcome is Outcome.UNKNOWN for finding in findings)


def test_it_leaves_the_photograph_as_it_was(check: ModuleType) -> None:
    """No check paints on the pixels that the next one reads."""
    image = np.random.default_rng(3).integers(0, 255, (1200, 800, 3), dtype=np.uint8)
    before = image.copy()
    outlines = [region(name, 60, 60, 300, 200) for name in ("label", "barcode", "colour_chart")]
    answers(check, scene(ArrayPhoto(image), region("sheet", 50, 50, 700, 1100), *outlines))
    assert np.array_equal(image, before)


def test_an_outline_at_the_very_edge_is_no_accident(check: ModuleType) -> None:
    """Outlines of a pixel, and outlines that reach beyond the frame, are judged or not judged, never a crash."""
    photo = ArrayPhoto(blank(300, 200))
    names = ("sheet", "label", "barcode", "colour_chart")
    outlines = [region(name, x, y, 40, 30) for name in names for x, y in ((-20, -10), (290, 190))]
    outlines += [region(name, 100, 100, 1, 1) for name in names]
    assert any(isinstance(a, Finding) for a in answers(check, scene(photo, *outlines)))
