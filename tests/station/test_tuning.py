"""What was measured counts for this computer, runtime and model only, and only while it is whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import tuning
from station.errors import EngineError, Trouble
from station.tuning import Computer, Tuning

HERE = Computer("Xeon avx2", 2, "1.32.0", "ab" * 32)
FOUND = Tuning(2, False, "fp32", 118.0, "2026-11-28T12:00:00+00:00", {"fp32, 2 threads": {"alone_ms": 80.0}}, {})


def quantised(state: Path) -> Tuning:
    (state / tuning.FOLDER).mkdir(exist_ok=True)
    file = state / tuning.FOLDER / "quint8.onnx"
    file.write_bytes(b"a network")
    return replace(FOUND, precision="quint8", gate={"passed": True}, path=file)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    """To the last figure, with and without a file of its own."""
    tuning.keep(tmp_path, HERE, FOUND)
    assert tuning.find(tmp_path, HERE) == FOUND
    made = quantised(tmp_path)
    tuning.keep(tmp_path, HERE, made)
    assert tuning.find(tmp_path, HERE) == made


@pytest.mark.parametrize("other", [
    {"processor": "Atom"}, {"cores": 4}, {"runtime": "1.33.0"}, {"onnx_sha256": "cd" * 32},
])  # fmt: skip
def test_another_computer_runtime_or_model_is_another_matter(tmp_path: Path, other: dict[str, str]) -> None:
    """The reason names what differs, the remedy the command."""
    tuning.keep(tmp_path, HERE, FOUND)
    with pytest.raises(EngineError, match=next(iter(other))) as caught:
        tuning.find(tmp_path, replace(HERE, **other))  # type: ignore[arg-type]
    assert caught.value.trouble is Trouble.NOT_BUILT
    assert "station engine tune" in caught.value.remedy


def test_a_file_that_changed_is_not_used(tmp_path: Path) -> None:
    """Changed by a byte, or gone."""
    made = quantised(tmp_path)
    tuning.keep(tmp_path, HERE, made)
    assert made.path is not None
    made.path.write_bytes(b"a Network")
    with pytest.raises(EngineError, match="not the file that was measured"):
        tuning.find(tmp_path, HERE)
    made.path.unlink()
    with pytest.raises(EngineError, match="nothing was measured"):
        tuning.find(tmp_path, HERE)


@given(notes=st.binary(max_size=40) | st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["choice", "file", "computer", "threads", "name"]), inner),
    max_leaves=6,
).map(lambda made: json.dumps(made).encode()))  # fmt: skip
def test_notes_of_any_kind_are_refused_and_never_crash(tmp_path_factory: pytest.TempPathFactory, notes: bytes) -> None:
    """A cut off or edited file is as good as none."""
    state = tmp_path_factory.mktemp("state")
    (state / tuning.FOLDER).mkdir()
    (state / tuning.FOLDER / tuning.NOTES).write_bytes(notes)
    with pytest.raises(EngineError):
        tuning.find(state, HERE)


@pytest.mark.parametrize("threads", [0, -1, 100_000, "2", None])
def test_threads_that_cannot_be_are_refused(tmp_path: Path, threads: object) -> None:
    """ONNX Runtime would take a wrong number for its own default, or ask for as many threads as it says."""
    tuning.keep(tmp_path, HERE, replace(FOUND, threads=threads))  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="threads"):
        tuning.find(tmp_path, HERE)


def test_this_computer_has_a_name_and_cores() -> None:
    """Both follow from the system, the same at every call."""
    assert tuning.processor() == tuning.processor() != ""
    assert tuning.cores() >= 1
