"""One table tells what each TensorRT wants; an unknown one is refused before anything is passed to it."""

from __future__ import annotations

import pytest

from station.errors import EngineError, Trouble
from station.gpu import flavour


@pytest.mark.parametrize(
    ("library", "version", "network", "source"),
    [
        ("tensorrt", "8.6.1.6", "EXPLICIT_BATCH", "fp32"),
        ("tensorrt", "10.13.3", "STRONGLY_TYPED", "fp16"),
        ("tensorrt", "11.4.0.106", "STRONGLY_TYPED", "fp16"),
        ("tensorrt_rtx", "1.7.1.116", "STRONGLY_TYPED", "fp16"),
    ],
)
def test_each_library_is_spoken_to_in_its_own_way(library: str, version: str, network: str, source: str) -> None:
    """8.6 gets the fp32 file and a flag, the others a file of the precision itself."""
    found = flavour.ways(library, version)
    assert found.network == (network,)
    assert found.sources["fp16"] == source
    assert bool(found.flags) == (source == "fp32")


@pytest.mark.parametrize("version", ["7.2", "8.5.3", "8.4", "9.1", "12.0", "", "next"])
def test_a_version_nobody_tried_is_refused(version: str) -> None:
    """With the list of those that work."""
    with pytest.raises(EngineError, match="not supported") as caught:
        flavour.ways("tensorrt", version)
    assert caught.value.trouble is Trouble.NOT_INSTALLED


def test_what_is_not_installed_is_said_with_the_command_that_installs_it() -> None:
    """A name that no package has."""
    with pytest.raises(EngineError, match="not installed") as caught:
        flavour.load("tensorrt_of_nobody")
    assert "pip install" in caught.value.remedy
