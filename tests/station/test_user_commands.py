"""`station user`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from station.cli import app
from station.people import Book, Person, Role


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "station.yaml").write_text("station: stand-1\n")
    return tmp_path / "station.yaml"


def test_accounts_are_made_listed_and_removed(config: Path) -> None:
    """The password is asked for twice and never stands on the command line."""
    run = CliRunner()
    made = run.invoke(
        app, ["user", "add", "Anna", "--role", "admin", "--config", str(config)], input="long enough\n" * 2
    )
    assert made.exit_code == 0, made.output
    book = Book(config.parent / "state" / "people.sqlite")
    assert book.people() == (Person("Anna", Role.ADMIN),)
    assert run.invoke(app, ["user", "list", "--config", str(config)]).output == "admin       Anna\n"
    assert run.invoke(app, ["user", "remove", "Anna", "--config", str(config)]).exit_code == 0
    assert run.invoke(app, ["user", "remove", "Anna", "--config", str(config)]).exit_code == 1
    assert book.people() == ()


def test_a_short_password_is_refused(config: Path) -> None:
    """Exit status 2, nothing made."""
    made = CliRunner().invoke(app, ["user", "add", "Anna", "--config", str(config)], input="short\nshort\n")
    assert made.exit_code == 2
    assert Book(config.parent / "state" / "people.sqlite").people() == ()
