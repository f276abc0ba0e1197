"""Plans are a cache that is never trusted blindly: foreign, stale, truncated, tampered, refused ones are told apart."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import EngineError, Trouble
from station.gpu import plans
from station.gpu.plans import Fingerprint, Plan, Shapes, Shelf

SHAPES = Shapes((1, 32, 32), (1, 1024, 704), (4, 1024, 1024))
MINE = Fingerprint("tensorrt", "11.4.0", "Fake GPU", "8.6", "CUDA 13.0", "ab" * 32, "fp16", SHAPES, {"workspace_mb": 9})
CHANGES: dict[str, Any] = {
    "library": "tensorrt_rtx", "version": "11.5.0", "gpu": "Other GPU", "compute_capability": "9.0",
    "driver": "CUDA 13.1", "onnx_sha256": "cd" * 32, "precision": "fp32",
    "shapes": Shapes((1, 32, 32), (1, 1024, 704), (8, 1024, 1024)), "options": {"workspace_mb": 10},
}  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "plans")


def stored(shelf: Shelf, built_for: Fingerprint = MINE, content: bytes = b"a plan") -> Plan:
    with shelf.held() as work:
        (work / "new").write_bytes(content)
        return shelf.add(built_for, work / "new", 1.5, {"agreement": 1.0})


def refused(shelf: Shelf, wanted: Fingerprint = MINE) -> EngineError:
    with pytest.raises(EngineError) as caught:
        shelf.find(wanted)
    return caught.value


def test_a_stored_plan_is_found_again_whole(shelf: Shelf) -> None:
    """With its notes, and its bytes as they were."""
    made = stored(shelf)
    found = shelf.find(MINE)
    assert (found.name, found.sha256, found.seconds, found.gate) == (MINE.name, made.sha256, 1.5, {"agreement": 1.0})
    assert plans.read(found.path, found.sha256) == b"a plan"
    assert sorted(p.name for p in shelf.folder.iterdir()) == sorted(
        [plans.LOCK, f"{MINE.name}.json", f"{MINE.name}.plan"]
    )


def test_an_empty_shelf_says_how_to_fill_it(shelf: Shelf) -> None:
    """NOT_BUILT with the command."""
    error = refused(shelf)
    assert error.trouble is Trouble.NOT_BUILT
    assert "station engine build" in error.remedy


@pytest.mark.parametrize("what", [field.name for field in dataclasses.fields(Fingerprint)])
def test_whatever_changes_makes_a_plan_stale(shelf: Shelf, what: str) -> None:
    """Every part of the fingerprint counts, and is named."""
    stored(shelf)
    changed = dataclasses.replace(MINE, **{what: CHANGES[what]})
    assert changed.name != MINE.name
    error = refused(shelf, changed)
    assert error.trouble is Trouble.NOT_BUILT
    assert what in str(error)


def test_a_foreign_plan_under_our_name_is_refused(shelf: Shelf) -> None:
    """Copied from another station and renamed: its own notes betray it."""
    theirs = dataclasses.replace(MINE, gpu="Their GPU")
    stored(shelf, theirs)
    for ending in (".plan", ".json"):
        (shelf.folder / f"{theirs.name}{ending}").rename(shelf.folder / f"{MINE.name}{ending}")
    error = refused(shelf)
    assert error.trouble is Trouble.NOT_BUILT
    assert "foreign (gpu Their GPU -> Fake GPU)" in str(error)


@pytest.mark.parametrize("content", [b"", b"a pla", b"a plan and more", b"b plan"])
def test_a_truncated_or_tampered_plan_is_not_read(shelf: Shelf, content: bytes) -> None:
    """Its SHA-256 is not the one that was noted."""
    made = stored(shelf)
    made.path.write_bytes(content)
    found = shelf.find(MINE)
    with pytest.raises(EngineError, match="damaged or was changed") as caught:
        plans.read(found.path, found.sha256)
    assert caught.value.trouble is Trouble.NOT_BUILT


def test_a_plan_whose_file_is_gone_is_not_built(shelf: Shelf) -> None:
    """Notes without a plan."""
    stored(shelf).path.unlink()
    assert "its file is gone" in str(refused(shelf))
    with pytest.raises(EngineError, match="cannot be read"):
        plans.read(shelf.folder / "gone.plan", "")


@given(notes=st.one_of(st.binary(max_size=60), st.from_type(dict).map(lambda d: json.dumps(str(d)).encode())))
def test_notes_that_are_rubbish_are_no_plan(tmp_path_factory: pytest.TempPathFactory, notes: bytes) -> None:
    """Whatever stands in the JSON file: NOT_BUILT, never an exception of another kind."""
    shelf = Shelf(tmp_path_factory.mktemp("plans"))
    stored(shelf)
    (shelf.folder / f"{MINE.name}.json").write_bytes(notes)
    assert refused(shelf).trouble is Trouble.NOT_BUILT
    assert shelf.plans() == ()


def test_a_build_that_was_cut_off_leaves_nothing_that_counts(shelf: Shelf) -> None:
    """A plan without notes is not found; prune takes it and the half-done folder away, and keeps what is asked for."""
    kept = stored(shelf)
    (shelf.folder / "0123.plan").write_bytes(b"half")
    (shelf.folder / "build-cut-off").mkdir()
    (shelf.folder / "build-cut-off" / "model.onnx").write_bytes(b"half")
    (shelf.folder / plans.TIMING_CACHE).write_bytes(b"times")
    assert [p.name for p in shelf.plans()] == [kept.name]
    assert set(shelf.prune(MINE)) == {"0123.plan", "build-cut-off"}
    assert shelf.find(MINE) == kept
    assert set(shelf.prune(None)) == {f"{MINE.name}.json", f"{MINE.name}.plan"}
    assert shelf.plans() == ()


def test_a_refused_plan_is_remembered_until_the_next_build(shelf: Shelf) -> None:
    """REFUSED with the gate's words; a good build of the same fingerprint replaces it."""
    shelf.folder.mkdir()
    shelf.refuse(MINE, "class maps agree on 91 % of pixels", 2.0, {"agreement": 0.91})
    error = refused(shelf)
    assert error.trouble is Trouble.REFUSED
    assert "91 %" in str(error)
    stored(shelf)
    assert shelf.find(MINE).refused is None
    shelf.refuse(MINE, "no", 2.0, {})
    assert not (shelf.folder / f"{MINE.name}.plan").exists()


def test_the_gates_result_can_be_renewed(shelf: Shelf) -> None:
    """`station engine verify` writes it beside the same plan."""
    made = stored(shelf)
    shelf.note(made, {"agreement": 0.999})
    found = shelf.find(MINE)
    assert found.gate == {"agreement": 0.999}
    assert (found.sha256, found.path) == (made.sha256, made.path)


def test_how_it_did_at_the_gate_is_one_line(shelf: Shelf) -> None:
    """Figures where there are some, the reason where it was refused."""
    made = stored(shelf)
    assert dataclasses.replace(made, gate={}).compared() == "not compared"
    gate = {"agreement": 0.9987, "box_iou": 1.0, "changed_verdicts": 0, "photographs": 12}
    told = dataclasses.replace(made, gate=gate).compared()
    assert told == "99.87% of pixels agree at least, boxes 1.000, 0 of 12 verdicts differ"
    assert dataclasses.replace(made, gate=gate, refused="no").compared() == "no"


def test_only_one_builds_at_a_time(shelf: Shelf) -> None:
    """The second is told so; when the first is done its folder is gone."""
    with shelf.held() as work:
        with pytest.raises(EngineError, match="Another process"), shelf.held():
            pass
        assert work.is_dir()
    assert not work.exists()


def test_shapes_say_what_fits() -> None:
    """Images, height and width between least and most."""
    assert SHAPES.admits((1, 32, 1024))
    assert SHAPES.admits((4, 1024, 1024))
    assert not SHAPES.admits((5, 1024, 704))
    assert not SHAPES.admits((1, 1056, 704))
    assert not SHAPES.admits((0, 64, 64))


def test_a_shelf_that_may_not_be_written_is_an_os_error(tmp_path: Path) -> None:
    """The command line says path and reason; nothing is half there."""
    (tmp_path / "plans").write_text("in the way")
    with pytest.raises(OSError, match="exists"), Shelf(tmp_path / "plans").held():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["plans"]
