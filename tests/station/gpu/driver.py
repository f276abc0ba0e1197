"""A machine with a GPU that is none: the fake driver of fakecuda.c, compiled where it is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from station.backends import tensorrt
from station.gpu import child, plans
from station.types import Model

HERE = Path(__file__).parent
SONAME = "libcuda.so.1"
THIN = HERE / "thin"
"""The little of pycuda that the station uses, by ctypes."""


def compiled(folder: Path, *needed_by: Path) -> Path:
    """`folder`/libcuda.so.1; what the shared objects `needed_by` want of a driver and it lacks answers 801."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed, so there is no fake driver")
    own, rest, target = folder / "own.o", folder / "rest.c", folder / SONAME
    subprocess.run(["gcc", "-fPIC", "-O1", "-w", "-c", HERE / "fakecuda.c", "-o", own], check=True)
    wanted = {name for library in needed_by for name in symbols(library, "--undefined-only", "-D")}
    missing = sorted(wanted - set(symbols(own, "--defined-only")))
    rest.write_text("".join(f"int {name}(void) {{ return 801; }}\n" for name in missing))
    linked: list[str | Path] = [
        "gcc",
        "-shared",
        "-fPIC",
        "-w",
        f"-Wl,-soname,{SONAME}",
        "-o",
        target,
        own,
        rest,
        "-lpthread",
    ]
    subprocess.run(linked, check=True)
    return target


def symbols(library: Path, *which: str) -> list[str]:
    """The driver's functions (cuXxx) that a compiled file defines or wants."""
    listed = subprocess.run(["nm", *which, library], check=True, capture_output=True, text=True).stdout
    names = [line.split()[-1] for line in listed.splitlines()]
    return [name for name in names if name.startswith("cu") and name[2:3].isupper()]


def pycuda(folder: Path, shared: Path | None) -> Path:
    """A folder with pycuda in it: the installed one's, a wheel's for this Python from `shared`/gpu/wheels, or THIN."""
    spec = find_spec("pycuda")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parents[1]
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    wheels = sorted((shared / "gpu" / "wheels").glob(f"pycuda-*-{version}-*.whl")) if shared else []
    if not wheels:
        return THIN
    with zipfile.ZipFile(wheels[-1]) as wheel:
        wheel.extractall(folder)
    return folder


def searched(*folders: Path) -> str:
    """LD_LIBRARY_PATH with these folders first."""
    return os.pathsep.join([*map(str, folders), os.environ.get("LD_LIBRARY_PATH", "")]).strip(os.pathsep)


class FakeGpu:
    """A fake driver, the real pycuda, and the stand-in for TensorRT, for every child process started from now on."""

    def __init__(self, driver: Path, pycuda: Path, mood: Path, environment: pytest.MonkeyPatch) -> None:
        self._mood, self._environment = mood, environment
        self.set("LD_LIBRARY_PATH", searched(driver))
        self._pycuda = pycuda
        self.instead(HERE / "standin")
        self.set("STANDIN_MOOD", str(mood))

    def set(self, name: str, value: str) -> None:
        """An environment variable of fakecuda.c or of the stand-in."""
        self._environment.setenv(name, value)

    def instead(self, library: Path) -> None:
        """Another TensorRT than the stand-in."""
        self.set("PYTHONPATH", os.pathsep.join(map(str, (library, self._pycuda))))

    def also(self, folder: Path) -> None:
        """One more folder in which children find modules."""
        self.set("PYTHONPATH", os.pathsep.join((os.environ["PYTHONPATH"], str(folder))))

    def plan(self, model: Model, settings: tensorrt.Settings, folder: Path) -> plans.Plan:
        """A plan of the shipped file, compiled by a child for these settings."""
        bounds, target = tensorrt.shapes(model, settings), folder / "compiled.plan"
        asked = {
            "device": 0, "memory_mb": 100, "library": "auto", "onnx": str(model.path), "plan": str(target),
            "timing_cache": str(folder / "times"), "precision": "fp32", "workspace_mb": 100,
            "shapes": {"least": bounds.least, "usual": bounds.usual, "most": bounds.most},
        }  # fmt: skip
        child.call("station.gpu.compiler:serve", asked, 60)
        return plans.Plan("", target, plans.digest(target), target.stat().st_size, "", 1.0, {}, {})

    def mood(self, word: str) -> None:
        """What the stand-in does from now on, also in children that run already; "" = all is well."""
        self._mood.write_text(word)
