"""Fixtures that several rooms share."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.station.gpu import driver
from tests.station.postgres import Postgres, postgres

SHARED = Path(os.environ.get("STATION_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(autouse=True)
def quiet_root() -> Iterator[None]:
    """A command that a test runs in this process sets up the log; the next test finds it as it was."""
    level = logging.root.level
    yield
    logging.root.setLevel(level)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photographs that may lie beside the repository."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real photographs (../shared/data) are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def fake_parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders of the fake driver and of pycuda, made for each other."""
    folder, site = tmp_path_factory.mktemp("libcuda"), tmp_path_factory.mktemp("pycuda")
    site = driver.pycuda(site, SHARED if SHARED.is_dir() else None)
    driver.compiled(folder, *(site / "pycuda").glob("_driver*.so"))
    return folder, site


@pytest.fixture
def fake_gpu(fake_parts: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> driver.FakeGpu:
    """For child processes, this machine has a GPU, pycuda and a TensorRT (standin/)."""
    return driver.FakeGpu(*fake_parts, tmp_path / "mood", monkeypatch)


@pytest.fixture(scope="session")
def rtx() -> Path:
    """A folder with the real TensorRT-RTX, whose parser and builder need no GPU: installed, or named by STATION_RTX."""
    spec = find_spec("tensorrt_rtx")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parents[1]
    if "STATION_RTX" not in os.environ:
        pytest.skip("TensorRT-RTX is not installed (pip install tensorrt-rtx-cu13, 95 MB)")
    return Path(os.environ["STATION_RTX"])


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL server, when it is first asked for; a test makes its own database in it."""
    with postgres() as running:
        yield running
