"""The real pycuda over the fake driver: bytes go there and back, and what fails is said in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.errors import EngineError, Trouble
from station.gpu.child import call
from tests.station.gpu.driver import HERE, THIN, FakeGpu


@pytest.fixture
def ask(fake_gpu: FakeGpu, fake_parts: tuple[Path, Path]) -> FakeGpu:
    """Children find the functions of childish.py, too."""
    if fake_parts[1] == THIN:
        pytest.skip("pycuda is not installed and there is no wheel of it beside this checkout")
    fake_gpu.also(HERE)
    return fake_gpu


def test_bytes_come_back_from_the_device(ask: FakeGpu) -> None:
    """Through page-locked memory and the stream; what was allocated is given back at the end."""
    answer = call("childish:round_trip", {"bytes": 1 << 20}, 60)
    assert answer["same"]
    assert answer["before"] == answer["after"] == 4096 << 20
    assert answer["between"] == (4096 << 20) - (1 << 20)


def test_memory_that_cannot_be_locked_is_used_as_it_is(ask: FakeGpu) -> None:
    """The same bytes, without the lock."""
    ask.set("FAKE_CUDA_NO_PIN", "1")
    assert call("childish:round_trip", {"bytes": 4096}, 60)["same"]


def test_too_much_is_too_little_memory(ask: FakeGpu) -> None:
    """Its own kind of trouble, with what to do."""
    ask.set("FAKE_CUDA_MB", "64")
    with pytest.raises(EngineError, match="not enough memory") as caught:
        call("childish:round_trip", {"bytes": 100 << 20}, 60)
    assert caught.value.trouble is Trouble.LITTLE_MEMORY
    assert "nvidia-smi" in caught.value.remedy


def test_a_thread_without_the_context_is_told(ask: FakeGpu) -> None:
    """Everything belongs to the thread that made it."""
    with pytest.raises(EngineError, match="did not do its work"):
        call("childish:other_thread", {}, 60)


def test_no_device_is_an_engine_error(ask: FakeGpu) -> None:
    """pycuda's own words are passed on."""
    ask.set("FAKE_CUDA_DEVICES", "0")
    with pytest.raises(EngineError, match="did not do its work"):
        call("childish:round_trip", {"bytes": 4096}, 60)


def test_a_missing_pycuda_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way to get it."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.setenv("LD_LIBRARY_PATH", "")
    with pytest.raises(EngineError, match="pycuda cannot be loaded") as caught:
        call("childish:round_trip", {"bytes": 4096}, 60)
    assert caught.value.trouble is Trouble.NOT_INSTALLED
