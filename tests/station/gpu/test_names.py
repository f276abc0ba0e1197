"""Every name of TensorRT that the station uses exists in every TensorRT it claims to support.

names.json holds what the real bindings of each version offer (bindings.py wrote it); the bindings that are installed
here, or that STATION_TENSORRT names, are asked anew. The names used are read from the code itself.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station.gpu import compiler, flavour, runner
from tests.station.gpu.driver import HERE

KNOWN: dict[str, dict[str, list[str]]] = json.loads((HERE / "names.json").read_text())
OBJECTS = {
    "builder": "Builder", "network": "INetworkDefinition", "parser": "OnnxParser", "config": "IBuilderConfig",
    "profile": "IOptimizationProfile", "cache": "ITimingCache", "engine": "ICudaEngine", "_engine": "ICudaEngine",
    "_context": "IExecutionContext", "_runtime": "Runtime", "get_timing_cache()": "ITimingCache",
    "get_error()": "ParserError",
}  # fmt: skip
"""What the code calls its things -> their classes."""
OPTIONAL = {("IBuilderConfig", "progress_monitor"), ("IProgressMonitor", "")}
"""What 8.6 has not; the code asks first."""


def called(node: ast.expr) -> str:
    """What the code calls the thing whose attribute is taken: `config`, `self._engine` -> `_engine`, `x.f(...)`."""
    if isinstance(node, ast.Call):
        return f"{called(node.func)}()"
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def used() -> Iterator[tuple[str, str]]:
    """(class, name) of everything that the code uses of TensorRT; (class, "") for the class itself."""
    for module in (flavour, compiler, runner):
        for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text())):
            if not isinstance(node, ast.Attribute):
                continue
            if called(node.value) == "trt":
                yield node.attr, ""
            elif isinstance(node.value, ast.Attribute) and called(node.value.value) == "trt":
                yield node.value.attr, node.attr
            elif called(node.value) in OBJECTS:
                yield OBJECTS[called(node.value)], node.attr


def needed(version: str) -> set[tuple[str, str]]:
    """The same, with the flags that the table of flavour.py passes to that version; without what is optional."""
    library, number = version.split()
    ways = flavour.ways(library, number)
    flags = {("NetworkDefinitionCreationFlag", n) for n in ways.network} | {("TacticSource", n) for n in ways.tactics}
    flags |= {("BuilderFlag", name) for names in ways.flags.values() for name in names}
    plain = {pair for pair in used() if pair[0] not in ("ILogger", "__version__") and pair[1] != "__init__"}
    return (plain | flags) - (OPTIONAL if number.startswith("8") else set())


def lacking(version: str, names: dict[str, list[str]]) -> list[tuple[str, str]]:
    """What a TensorRT has not."""
    return sorted(
        (kind, name) for kind, name in needed(version) if kind not in names or (name and name not in names[kind])
    )


def asked(module: str, site: Path, *stubs: str) -> dict[str, Any]:
    """What the bindings in that folder offer now."""
    command = [sys.executable, str(HERE / "bindings.py"), module, *stubs]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(site)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_names_are_really_read_from_the_code() -> None:
    """The list is long and holds the ones everybody knows."""
    names = set(used())
    assert len(names) > 30
    assert {("IExecutionContext", "execute_async_v3"), ("Runtime", ""), ("IBuilderConfig", "set_flag")} <= names


@pytest.mark.parametrize("version", KNOWN)
def test_every_name_exists_in_every_supported_version(version: str) -> None:
    """8.6, 10.0, 10.13, 11.4 and TensorRT-RTX 1.7."""
    assert lacking(version, KNOWN[version]) == []


@pytest.mark.parametrize("kind", ["tensorrt", "tensorrt_rtx"])
def test_what_8_6_was_told_is_gone_in_the_others(kind: str) -> None:
    """So that the table is needed at all: FP16 is no flag any more."""
    newest = [version for version in KNOWN if version.startswith(f"{kind} ")][-1]
    assert "FP16" not in KNOWN[newest]["BuilderFlag"]
    assert "STRONGLY_TYPED" in KNOWN[newest]["NetworkDefinitionCreationFlag"]


def test_the_real_bindings_offer_what_is_used(tmp_path: Path) -> None:
    """TensorRT 11 as installed or as named by STATION_TENSORRT, over libraries that do nothing."""
    spec = importlib.util.find_spec("tensorrt_bindings")
    site = Path(spec.origin).parents[1] if spec and spec.origin else None
    site = Path(os.environ["STATION_TENSORRT"]) if "STATION_TENSORRT" in os.environ else site
    if site is None:
        pytest.skip("the bindings of TensorRT are not installed (pip install tensorrt-cu13-bindings, 1.3 MB)")
    found = asked("tensorrt_bindings", site, str(tmp_path), "11")
    assert lacking(f"tensorrt {found['version']}", found["names"]) == []


def test_the_real_tensorrt_rtx_offers_what_is_used(rtx: Path) -> None:
    """As installed or as named by STATION_RTX."""
    found = asked("tensorrt_rtx", rtx)
    assert lacking(f"tensorrt_rtx {found['version']}", found["names"]) == []


def test_the_stand_in_offers_nothing_that_the_real_one_has_not() -> None:
    """What the tests run over is no more than TensorRT 11.4."""
    real = KNOWN["tensorrt 11.4.0.106"]
    tree = ast.parse((HERE / "standin" / "tensorrt" / "__init__.py").read_text())
    twins = {
        "Engine": "ICudaEngine", "Context": "IExecutionContext", "Config": "IBuilderConfig",
        "Network": "INetworkDefinition", "Profile": "IOptimizationProfile", "TimingCache": "ITimingCache",
    }  # fmt: skip
    for node in (n for n in tree.body if isinstance(n, ast.ClassDef) and (n.name in twins or n.name in real)):
        offered = {f.name for f in node.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")}
        offered -= {"compute"}  # what stands for the kernels
        assert offered <= set(real[twins.get(node.name, node.name)]), node.name
