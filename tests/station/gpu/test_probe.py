"""The driver is asked before anything else, in a child: missing, broken, without device, crashing, hanging."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.errors import EngineError, Trouble
from station.gpu import probe
from tests.station.gpu.driver import SONAME, compiled, searched


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    compiled(folder)
    return folder


def look(monkeypatch: pytest.MonkeyPatch, folder: Path, memory_mb: int = 100, device: int = 0) -> probe.Gpu:
    monkeypatch.setenv("LD_LIBRARY_PATH", searched(folder))
    return probe.probe(device, memory_mb, timeout_s=20)


def test_a_gpu_is_described(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, compute capability, driver and memory, as the driver says them."""
    gpu = look(monkeypatch, driver)
    assert (gpu.name, gpu.compute_capability, gpu.total_mb) == ("Fake GPU", "8.6", 4096)
    assert gpu.driver.startswith("CUDA 13.0")
    assert 0 < gpu.free_mb <= gpu.total_mb


@pytest.mark.parametrize(
    ("setting", "value", "trouble", "said"),
    [
        ("FAKE_CUDA_DEVICES", "0", Trouble.NO_DEVICE, "finds no GPU"),
        ("FAKE_CUDA_INIT", "803", Trouble.BROKEN_DRIVER, "two versions"),
        ("FAKE_CUDA_INIT", "999", Trouble.BROKEN_DRIVER, "fell off the bus"),
        ("FAKE_CUDA_INIT", "2", Trouble.LITTLE_MEMORY, "no memory left"),
        ("FAKE_CUDA_INIT", "crash", Trouble.CRASHED, "SIGSEGV while asking the GPU driver"),
        ("FAKE_CUDA_MB", "64", Trouble.LITTLE_MEMORY, "64 MB free of 64; 100 MB are asked for"),
    ],
)
def test_every_way_a_driver_can_fail_is_told_apart(
    driver: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, trouble: Trouble, said: str
) -> None:
    """The reason in plain words, its kind, and something to do; this process goes on."""
    monkeypatch.setenv(setting, value)
    with pytest.raises(EngineError, match=said) as caught:
        look(monkeypatch, driver)
    assert caught.value.trouble is trouble
    assert caught.value.remedy


def test_a_driver_that_hangs_is_given_up(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time-out the child is ended and the answer is HUNG."""
    monkeypatch.setenv("FAKE_CUDA_INIT", "hang")
    monkeypatch.setenv("LD_LIBRARY_PATH", searched(driver))
    with pytest.raises(EngineError, match="did not answer within 2 s") as caught:
        probe.probe(0, 100, timeout_s=2)
    assert caught.value.trouble is Trouble.HUNG


def test_a_device_that_is_not_there_is_said(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number 3 of one GPU."""
    with pytest.raises(EngineError, match="number 3 is not among them") as caught:
        look(monkeypatch, driver, device=3)
    assert caught.value.trouble is Trouble.NO_DEVICE


def test_no_driver_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither here nor anywhere the loader looks."""
    monkeypatch.setattr(probe, "LIBRARY", "libcuda-that-nobody-has.so.1")
    with pytest.raises(EngineError, match="no NVIDIA driver") as caught:
        probe.look(0, 100)
    assert caught.value.trouble is Trouble.NO_DRIVER


def test_a_library_that_is_none_is_a_broken_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text file of that name: the loader refuses it."""
    (tmp_path / SONAME).write_text("no library")
    with pytest.raises(EngineError, match="does not work") as caught:
        look(monkeypatch, tmp_path)
    assert caught.value.trouble is Trouble.BROKEN_DRIVER


def test_a_library_without_the_functions_is_a_broken_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else under the driver's name, e.g. the C library."""
    monkeypatch.setattr(probe, "LIBRARY", "libc.so.6")
    with pytest.raises(EngineError, match="no function cuInit"):
        probe.look(0, 100)
