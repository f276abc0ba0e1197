"""The station's own commands as processes."""

from __future__ import annotations

from pathlib import Path

from station.children import running, start


def test_a_part_says_why_it_ended_in_its_log(tmp_path: Path) -> None:
    """A wrong configuration: exit status 78 and the line in run.log."""
    config = tmp_path / "station.yaml"
    config.write_text("inbx: a\n")
    assert start("run", config).wait(timeout=60) == 78
    assert "inbx" in (tmp_path / "run.log").read_text()


def test_a_part_is_ended_at_the_end_of_the_block(tmp_path: Path) -> None:
    """However far it had come."""
    config = tmp_path / "station.yaml"
    config.write_text("inbox: a\n")
    with running("run", config) as child:
        assert child.poll() is None
    assert child.poll() is not None
