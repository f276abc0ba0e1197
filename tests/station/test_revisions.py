"""Versions of the configuration: real files."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import station.revisions
from station.config import load
from station.errors import ConfigError
from station.revisions import BY_HAND, LONGEST, Revisions

FIRST = "station: stand-1  # by the window\nchecks: {sheet_alignment: {fail_deg: 1.0}}\n"


@pytest.fixture
def revisions(tmp_path: Path) -> Revisions:
    (tmp_path / "station.yaml").write_text(FIRST)
    return Revisions(tmp_path / "station.yaml", tmp_path / "state" / "settings")


def fail_deg(path: Path | None) -> object:
    return getattr(dict(load(path).checks)["sheet_alignment"], "fail_deg")  # noqa: B009 - each check has its own table


def test_a_change_is_a_version_and_the_one_before_is_kept(revisions: Revisions) -> None:
    """Who, when, why; what somebody had written by hand before is a version, too; comments stay."""
    changed = revisions.with_values({("sheet_alignment", "fail_deg"): "2.5"})
    kept = revisions.save(changed, who="Ada", why="old sheets", base=revisions.base())
    assert [(one.number, one.who, one.why) for one in revisions.history()] == [
        (2, "Ada", "old sheets"),
        (1, BY_HAND, ""),
    ]
    assert revisions.text(1) == FIRST
    assert revisions.text() == revisions.text(kept.number) == FIRST.replace("1.0", "2.5")
    assert fail_deg(revisions.path) == 2.5


def test_back_to_an_earlier_version(revisions: Revisions) -> None:
    """It becomes the newest; nothing is lost on the way."""
    revisions.save(
        revisions.with_values({("sheet_alignment", "fail_deg"): "2"}), who="Ada", why="x", base=revisions.base()
    )
    revisions.back_to(1, who="Ben", why="too lax", base=revisions.base())
    assert revisions.text() == FIRST
    assert [one.number for one in revisions.history()] == [3, 2, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("station: [", r"station\.yaml:\d"),
        ("\nchecks: {sheet_alignmen: {}}", r"station\.yaml:2"),
        ("checks: {sheet_alignment: {fail_deg: much}}", "fail_deg"),
        ("colour: red", "unknown key"),
        ("x" * (LONGEST + 1), "too long"),
        ("station: \ud800", "."),
    ],
)
def test_what_check_config_refuses_is_not_written(revisions: Revisions, text: str, said: str) -> None:
    """With its file and line; nothing is changed, nothing is left lying about."""
    with pytest.raises(ConfigError, match=said):
        revisions.save(text, who="Ada", why="x", base=revisions.base())
    assert revisions.text() == FIRST
    assert revisions.history() == ()
    assert revisions.path is not None
    assert sorted(path.name for path in revisions.path.parent.iterdir()) == ["station.yaml"]


def test_two_who_change_the_same_text_do_not_overwrite_each_other(revisions: Revisions) -> None:
    """The first one wins, the other is told; at the very same moment, too."""
    base, done, refused = revisions.base(), [], []

    def change(number: int) -> None:
        try:
            done.append(revisions.save(f"station: stand-{number}", who=str(number), why="x", base=base))
        except ConfigError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert len(refused) == 3
    assert all("Somebody else" in said for said in refused)


def test_limits_tell_where_they_come_from(revisions: Revisions) -> None:
    """The file and line, or the default; each with its meaning."""
    found = {(one.check, one.key): one for one in revisions.settings()}
    own = found["sheet_alignment", "fail_deg"]
    assert (own.value, own.default, own.origin) == ("1.0", "1.0", "station.yaml:2")
    assert "FADGI" in own.meaning
    assert found["sheet_alignment", "warn_deg"].origin == ""
    assert {one.kind for one in revisions.sources()} == {"station", "profile", "rig"}


def test_a_file_that_is_wrong_says_so(revisions: Revisions, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of check-config; a right one says nothing."""
    monkeypatch.setattr(station.revisions, "PROBLEM_KEPT_S", 0.0)
    assert revisions.problem() == ""
    assert revisions.path is not None
    revisions.path.write_text("station: stand-1\ncolour: red\n")
    assert "station.yaml:2: unknown key 'colour'" in revisions.problem()


def test_a_file_that_cannot_be_written_is_said_plainly(revisions: Revisions, tmp_path: Path) -> None:
    """With what to do about it; the versions do not pretend that it was."""
    blocked = Revisions(revisions.path, tmp_path / "station.yaml" / "settings")
    with pytest.raises(ConfigError, match="cannot be written"):
        blocked.save("station: x", who="Ada", why="x", base=blocked.base())
    assert revisions.text() == FIRST


def test_defaults_cannot_be_changed(tmp_path: Path) -> None:
    """A station without a file has limits to show, and no file to write to."""
    bare = Revisions(None, tmp_path)
    assert bare.settings()
    with pytest.raises(ConfigError, match="without a configuration file"):
        bare.base()
