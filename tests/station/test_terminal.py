"""What the commands share: errors become words and exit statuses."""

from __future__ import annotations

import errno
import os
import sys

import pytest
import typer

from station.errors import ConfigError, EngineError, StationError
from station.terminal import Exit, explained


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigError("station.yaml:3: no", "Write yes."), Exit.CONFIGURATION),
        (EngineError("The [bold]model[/bold] is gone.", "Install it."), Exit.FAILED),
    ],
)
def test_an_error_is_told_with_its_remedy(
    error: StationError, status: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both lines word for word on standard error, nothing else, and the exit status of its kind."""
    with pytest.raises(typer.Exit) as ended, explained():
        raise error
    assert ended.value.exit_code == status
    assert capsys.readouterr().err == f"{error}\n-> {error.remedy}\n"


def test_an_error_of_the_system_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a stack trace."""
    with pytest.raises(typer.Exit), explained():
        raise PermissionError(errno.EACCES, "Permission denied", "inbox")
    assert capsys.readouterr().err.startswith("inbox: Permission denied\n-> ")


def test_a_reader_who_has_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """`station judge --json ... | head` ends well, and what is still said goes nowhere."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # put back at the end
    with pytest.raises(typer.Exit) as ended, explained():
        raise BrokenPipeError
    assert ended.value.exit_code == Exit.FINE
    with sys.stdout:
        assert sys.stdout.name == os.devnull
